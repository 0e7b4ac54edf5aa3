// SPDX-License-Identifier: BSL-1.0
//
// What models write (wire notes 3.3 and 4.3): predictions, masks by run lengths, raw outputs.

#include <inferpp/modzy.hpp>

#include "unit/support.hpp"

#include <string>
#include <string_view>
#include <vector>

using namespace inferpp;

namespace {

template <class T>
T decoded(std::string_view text)
{
    auto read = decode_json<T>(text);
    REQUIRE_MESSAGE(read.has_value(), (read ? std::string{} : read.error().what()));
    return std::move(*read);
}

/// Rows of '#' and '.', each ended by '/'.
std::string drawn(modzy::image_mask const& mask)
{
    std::string picture;
    for (std::size_t y = 0; y < mask.height(); ++y) {
        for (std::size_t x = 0; x < mask.width(); ++x)
            picture += mask.at(x, y) ? '#' : '.';
        picture += '/';
    }
    return picture;
}

std::string mask(std::string const& runs, std::string const& height, std::string const& width)
{
    return R"({"maskRLE":)" + runs + R"(,"dimensions":{"height":)" + height + R"(,"width":)" +
           width + "}}";
}

void check_refused(std::string const& text, std::string_view message)
{
    auto const refused = decode_json<modzy::image_mask>(text);
    REQUIRE_MESSAGE(refused.has_error(), text);
    CHECK(refused.error() == errc::bad_schema);
    CHECK_MESSAGE(unit::contains(refused.error().what(), message), refused.error().what());
}

} // namespace

TEST_CASE("modzy: the runs of a mask go down the columns, the first outside (3.3)")
{
    // 2 rows, 3 columns, counted down: 0 2 4 / 1 3 5
    struct {
        char const* runs;
        char const* picture;
        std::size_t count;
    } const cases[] = {
        {"[[1,2,3]]", ".#./#../", 2},
        {"[[0,6]]", "###/###/", 6},
        {"[[6]]", ".../.../", 0},
        {"[[5,1]]", ".../..#/", 1},
        {"[[0,1]]", "#../.../", 1}, // what is left out is outside
        {"[[0,1,1,1,1,1,1]]", "###/.../", 3},
        {"[[1,1,1,1,1,1]]", ".../###/", 3},
        {"[[]]", ".../.../", 0},
        {"[]", ".../.../", 0},
        {"null", ".../.../", 0},
        {"[[0,0,0,2,0,0,0,1]]", "##./#../", 3}, // runs may be empty
        {"[[2.0,2]]", ".#./.#./", 2},
        {"[[0,1],[5,1]]", "#../..#/", 2}, // several lists are one mask
        {"[[1,2,3],[0,2]]", "##./#../", 3},
        {"[[0,6],[6]]", "###/###/", 6},
    };
    for (auto const& [runs, picture, count] : cases) {
        CAPTURE(runs);
        auto const read = decoded<modzy::image_mask>(mask(runs, "2", "3"));
        CHECK(read.width() == 3);
        CHECK(read.height() == 2);
        CHECK(drawn(read) == picture);
        CHECK(read.count() == count);
        CHECK(read.pixels().size() == 6);
    }
}

TEST_CASE("modzy: a mask may have no pixels")
{
    CHECK(modzy::image_mask{}.count() == 0);
    for (auto const* runs : {"[]", "[[]]", "[[0]]", "[[0,0,0]]"}) {
        CAPTURE(runs);
        auto const none = decoded<modzy::image_mask>(mask(runs, "0", "5"));
        CHECK(none.width() == 5);
        CHECK(none.height() == 0);
        CHECK(none.pixels().empty());
        CHECK(decoded<modzy::image_mask>(mask(runs, "5", "0")).pixels().empty());
        CHECK(decoded<modzy::image_mask>(mask(runs, "0", "0")).pixels().empty());
    }
    for (auto const* runs : {"[[1]]", "[[0,1]]", "[[0],[0,0,1]]"})
        check_refused(mask(runs, "0", "5"), "beyond its image");
}

TEST_CASE("modzy: a mask beyond its image, or with odd numbers, is refused")
{
    for (auto const* runs : {"[[7]]", "[[0,7]]", "[[6,1]]", "[[3,3,1]]", "[[1],[0,6,1]]",
                             "[[18446744073709551615]]", "[[0,18446744073709551615]]",
                             "[[1,18446744073709551615]]", "[[6,18446744073709551615,1]]"})
        check_refused(mask(runs, "2", "3"), "beyond its image");
    for (auto const* runs : {"[[-1]]", "[[0.5]]", "[[1e300]]", "[[\"1\"]]", "[[null]]", "[1]",
                             "{}", "\"x\"", "[[1],2]"})
        check_refused(mask(runs, "2", "3"), "expected");
}

TEST_CASE("modzy: the size of a mask is refused before memory is taken for it")
{
    for (auto const* size : {"268435457", "4294967296", "1152921504606846976",
                             "18446744073709551615"}) {
        CAPTURE(size);
        check_refused(mask("[]", size, "1"), "2^28");
        check_refused(mask("[]", "1", size), "2^28");
        check_refused(mask("[]", size, size), "2^28");
        check_refused(mask("[]", size, "0"), "2^28");
    }
    check_refused(mask("[]", "16385", "16384"), "2^28");
    check_refused(mask("[]", "4294967296", "4294967296"), "2^28"); // the product is 2^64
    auto const large = decoded<modzy::image_mask>(mask("[[268435455,1]]", "16384", "16384"));
    CHECK(large.count() == 1);
    CHECK(large.at(16383, 16383));

    check_refused(mask("[]", "-1", "1"), "integer");
    check_refused(mask("[]", "1.5", "1"), "integer");
    check_refused(R"({"maskRLE":[]})", "missing");
    check_refused(R"({"maskRLE":[],"dimensions":{"height":1}})", "missing");
    check_refused("[]", "expected an object");
}

TEST_CASE("modzy: the output of a model is read from its newer container")
{
    auto const output = decoded<modzy::model_output>(
        R"({"data":{"result":{"classPredictions":[{"class":"positive","score":0.9,"rank":1},)"
        R"({"class":"negative","score":0}]},"explanation":null,"drift":null},"x":1})");
    REQUIRE(output.class_predictions.size() == 2);
    CHECK(output.class_predictions[0].class_ == "positive");
    CHECK(output.class_predictions[0].score == doctest::Approx(0.9));
    CHECK(output.class_predictions[0].more.values.at("rank") == 1);
    CHECK(output.class_predictions[1].score == 0);
    CHECK(output.explanation.is_null());
    CHECK(output.drift.is_null());
    CHECK(!output.mask.has_value());
    CHECK(output.model_type.empty());
    CHECK(output.result.at("classPredictions").as_array().size() == 2);
}

TEST_CASE("modzy: the output of a model is read from its older container, with its mask")
{
    auto const output = decoded<modzy::model_output>(
        R"({"modelType":"imageClassification","result":{"classPredictions":)"
        R"([{"class":"cat","score":1}]},"explanation":{"maskRLE":[[1,2]],)"
        R"("dimensions":{"height":2,"width":2}}})");
    CHECK(output.model_type == "imageClassification");
    CHECK(output.class_predictions.at(0).class_ == "cat");
    REQUIRE(output.mask.has_value());
    CHECK(drawn(*output.mask) == ".#/#./");
    CHECK(output.explanation.at("dimensions").at("height") == 2);
}

TEST_CASE("modzy: outputs of other shapes are kept as they are")
{
    auto const text = decoded<modzy::model_output>(
        R"({"data":{"result":["a","b"],"explanation":{"words":{"love":0.8}},"drift":{"d":1}}})");
    CHECK(text.class_predictions.empty());
    CHECK(!text.mask.has_value());
    CHECK(text.result.as_array().size() == 2);
    CHECK(text.explanation.at("words").at("love") == 0.8);
    CHECK(text.drift.at("d") == 1);
    for (auto const* empty : {"{}", R"({"data":{}})", R"({"result":null,"explanation":[]})",
                              R"({"modelType":5,"result":{"classPredictions":null}})"}) {
        CAPTURE(empty);
        auto const output = decoded<modzy::model_output>(empty);
        CHECK(output.class_predictions.empty());
        CHECK(output.model_type.empty());
        CHECK(!output.mask.has_value());
    }
}

TEST_CASE("modzy: an output that is no object, or has a broken mask or prediction, is refused")
{
    for (auto const* text : {"[]", "\"x\"", "null", "1", R"({"data":[]})", R"({"data":null})"})
        CHECK_MESSAGE(decode_json<modzy::model_output>(text).error() == errc::bad_schema, text);
    auto const score = decode_json<modzy::model_output>(
        R"({"data":{"result":{"classPredictions":[{"class":"a","score":"high"}]}}})");
    REQUIRE(score.has_error());
    CHECK(unit::contains(score.error().info().json_path, "[0].score"));
    CHECK(decode_json<modzy::model_output>(
              R"({"explanation":{"maskRLE":[[9]],"dimensions":{"height":1,"width":1}}})")
              .error() == errc::bad_schema);
}

TEST_CASE("modzy: an output is read as a model's output, or as a URL (3.1)")
{
    auto const input = decoded<modzy::input_result>(
        R"({"status":"SUCCESSFUL","results.json":{"data":{"result":{"classPredictions":[]}}},)"
        R"("results.wav":" https://h/api/results/j/i/results.wav\n","a.txt":"http://h/a.txt",)"
        R"("text":"just words","script":"javascript:x","two":"https://h/a https://h/b",)"
        R"("folded":"https://h/a\r\nb","file":"file:///etc/passwd","no":5})");
    CHECK(input.output_as<modzy::model_output>().has_value());
    CHECK(input.output_as<std::string>("text").value() == "just words");
    CHECK(input.output_url("results.wav") == "https://h/api/results/j/i/results.wav");
    CHECK(input.output_url("a.txt") == "http://h/a.txt");
    for (auto const* name : {"results.json", "text", "script", "two", "folded", "file", "no", "?"})
        CHECK_MESSAGE(input.output_url(name).empty(), name);
}

TEST_CASE("modzy: an inference is read with its outputs in base64 (4.3)")
{
    auto const done = decoded<modzy::inference>(R"(
{"identifier":"inference-2HYZh8a4jtFi3xFc4e3TWRmclff",
 "model":{"identifier":"ed542963de","version":"1.0.1","name":"Sentiment Analysis"},
 "inputs":[{"key":"input.txt","text":{"sizeInBytes":32,"sha256Digest":"hex"}}],
 "tags":{"env":"prod"},"explain":true,"status":"COMPLETE",
 "submittedAt":"2022-11-15T03:47:15.208Z","completedAt":"2022-11-15T03:47:15.247Z",
 "elapsedTime":"0.039s","later":1,
 "result":{"outputs":{"results.json":{"data":"eyJhIjoxfQ==","contentType":""},
                      "image":{"data":"AP8=","contentType":"image/png"},"empty":{},
                      "none":{"data":null,"contentType":null}}}})");
    CHECK(done.identifier == "inference-2HYZh8a4jtFi3xFc4e3TWRmclff");
    CHECK(done.status == modzy::inference_state::complete);
    CHECK(done.model.name == "Sentiment Analysis");
    CHECK(done.inputs.at(0).at("text").at("sizeInBytes") == 32);
    CHECK(done.tags.at("env") == "prod");
    CHECK(done.explain);
    REQUIRE(done.completed_at.time().has_value());
    CHECK((*done.completed_at.time() - *done.submitted_at.time()).count() == 39);
    CHECK(done.elapsed_time == "0.039s");
    CHECK(done.more.values.size() == 1);
    auto const& outputs = done.result.outputs;
    CHECK(outputs.at("results.json").data.view() == R"({"a":1})");
    CHECK(outputs.at("results.json").content_type.empty());
    CHECK(outputs.at("image").data.view() == std::string_view{"\0\xff", 2});
    CHECK(outputs.at("image").content_type == "image/png");
    CHECK(outputs.at("empty").data.empty());
    CHECK(outputs.at("none").data.empty());
    CHECK(modzy::inference_request::job_id(done) == done.identifier);
    std::string out;
    CHECK(encode_json(done.result, out).has_value());
    CHECK(unit::contains(out, R"("image":{"data":"AP8=","contentType":"image/png"})"));

    auto const fresh = decoded<modzy::inference>(R"({"identifier":"i","status":"QUEUED"})");
    CHECK(fresh.result.outputs.empty());
    CHECK(decode_json<modzy::inference>("{}").error().info().json_path == "$.identifier");
    auto const broken = decode_json<modzy::inference>(
        R"({"identifier":"i","status":"COMPLETE","result":{"outputs":{"a":{"data":"?"}}}})");
    REQUIRE(broken.has_error());
    CHECK(broken.error().info().json_path == "$.result.outputs.a");
    CHECK(unit::contains(broken.error().what(), "base64"));
}

TEST_CASE("modzy: an inference's state becomes a phase")
{
    struct {
        char const* word;
        phase expected;
    } const cases[] = {
        {"QUEUED", phase::queued},         {"FETCHING", phase::queued},
        {"IN_PROGRESS", phase::running},   {"COMPLETE", phase::succeeded},
        {"CANCELED", phase::cancelled},    {"FAILED", phase::failed},
        {"COMPLETED", phase::unknown},     {"UNKNOWN_INFERENCE_STATUS", phase::unknown},
        {"", phase::unknown},
    };
    for (auto const& [word, expected] : cases) {
        CAPTURE(word);
        auto const asked = decoded<modzy::inference>(R"({"identifier":"i","status":")" +
                                                     std::string{word} + "\"}");
        auto const status = modzy::inference_request::describe(asked);
        CHECK(status.phase == expected);
        CHECK(status.word == word);
    }
}
