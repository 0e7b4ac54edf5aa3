// SPDX-License-Identifier: BSL-1.0
//
// Serves a simulated platform on loopback until SIGTERM, for clients in any language:
//
//     inferpp_simulator PLATFORM [OPTION VALUE]...
//
// The first line printed is the platform's base URL; the second, of bedrock, that of its S3.

#include <inferpp/codec/json.hpp>
#include <inferpp/core/error.hpp>
#include <inferpp/testing/annolab_simulator.hpp>
#include <inferpp/testing/bedrock_runtime_simulator.hpp>
#include <inferpp/testing/bedrock_simulator.hpp>
#include <inferpp/testing/decthings_simulator.hpp>
#include <inferpp/testing/launch_simulator.hpp>
#include <inferpp/testing/modzy_simulator.hpp>
#include <inferpp/testing/s3_simulator.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/parse.hpp>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

namespace testing = inferpp::testing;

constexpr char const* usage =
    "usage: inferpp_simulator PLATFORM [OPTION VALUE]...\n"
    "  PLATFORM           modzy, launch, decthings, annolab, bedrock, bedrock-runtime, s3\n"
    "  --port N           listen on 127.0.0.1:N; default: a free port\n"
    "  --api-key KEY      the only key that is good; default: any key that is not empty\n"
    "modzy:\n"
    "  --chunk-limit SIZE largest chunk of an upload, such as 64Ki; default: 1M\n"
    "  --max-inputs N     inputs in one job; default: 10000\n"
    "  --storage FOLDER   what jobs find in S3 and Azure: files at bucket/key; and in databases:\n"
    "                     rows.json, an array of objects with a text for each column\n"
    "decthings:\n"
    "  --generation NAME  states (2024), versions (2025); default: states\n"
    "bedrock, bedrock-runtime, s3:\n"
    "  --access-key ID    with --secret-key: the only credentials that are good; default: test\n"
    "  --secret-key KEY   and test\n"
    "  --bucket NAME      bedrock, s3: one more bucket; there is always one named bucket\n"
    "  --api-key KEY      not s3: an API key that is good too; default: none\n"
    "  --min-records N    bedrock: the fewest records of a job; default: 100\n";

template <class T>
bool parse_number(std::string_view text, T& out)
{
    auto const end = std::from_chars(text.data(), text.data() + text.size(), out);
    return end.ec == std::errc{} && end.ptr == text.data() + text.size();
}

std::string read_file(std::filesystem::path const& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

testing::modzy_storage read_storage(std::filesystem::path const& folder)
{
    testing::modzy_storage storage;
    for (auto const& entry : std::filesystem::recursive_directory_iterator{folder})
        if (entry.is_regular_file())
            storage.objects[entry.path().lexically_relative(folder).generic_string()] =
                read_file(entry.path());
    auto const rows = storage.objects.find("rows.json");
    if (rows == storage.objects.end())
        return storage;
    auto decoded =
        inferpp::decode_json<std::vector<std::map<std::string, std::string>>>(rows->second);
    if (!decoded)
        throw inferpp::failure{decoded.error()};
    storage.rows = std::move(*decoded);
    storage.objects.erase(rows);
    return storage;
}

// What all platforms understand. Whether the option makes sense.
template <class Options>
bool parse_common(std::string_view name, std::string_view value, Options& out)
{
    if (name == "--port")
        return parse_number(value, out.port);
    out.api_key = value;
    return name == "--api-key" && !value.empty();
}

bool parse(std::string_view name, std::string_view value, testing::modzy_simulator_options& out)
{
    if (name == "--max-inputs")
        return parse_number(value, out.max_inputs);
    if (name == "--chunk-limit" && !value.empty())
        out.chunk_limit = value;
    else if (name == "--storage" && !value.empty())
        out.storage = read_storage(value);
    else
        return parse_common(name, value, out);
    return true;
}

bool parse(std::string_view name, std::string_view value, testing::launch_simulator_options& out)
{
    return parse_common(name, value, out);
}

bool parse(std::string_view name, std::string_view value, testing::annolab_simulator_options& out)
{
    return parse_common(name, value, out);
}

bool parse(std::string_view name, std::string_view value, testing::decthings_simulator_options& out)
{
    using interface = testing::decthings_simulator_options::interface;
    if (name != "--generation")
        return parse_common(name, value, out);
    out.generation = value == "versions" ? interface::versions : interface::states;
    return value == "versions" || value == "states";
}

bool parse_bucket(std::string_view name, testing::s3_storage& out)
{
    out.buckets[std::string{name}];
    return !name.empty();
}

// What Amazon's services understand.
template <class Options>
bool parse_amazon(std::string_view name, std::string_view value, Options& out)
{
    if (name == "--port")
        return parse_number(value, out.port);
    if (name == "--access-key")
        out.access_key = value;
    else if (name == "--secret-key")
        out.secret_key = value;
    else
        return false;
    return !value.empty();
}

bool parse(std::string_view name, std::string_view value, testing::bedrock_service_options& out)
{
    if (name != "--api-key")
        return parse_amazon(name, value, out);
    out.bearer_key = value;
    return !value.empty();
}

bool parse(std::string_view name, std::string_view value, testing::bedrock_simulator_options& out)
{
    if (name == "--min-records")
        return parse_number(value, out.min_records);
    if (name == "--bucket")
        return parse_bucket(value, *out.storage);
    return parse(name, value, static_cast<testing::bedrock_service_options&>(out));
}

bool parse(std::string_view name, std::string_view value, testing::s3_simulator_options& out)
{
    if (name == "--bucket")
        return parse_bucket(value, *out.storage);
    return parse_amazon(name, value, out);
}

// Faults on demand, for clients in other processes: a conversation whose last text is one of these
// words, or an invocation with it as its member "fault", meets one behind two events.
testing::bedrock_model_reply scripted_model(testing::bedrock_model_call const& call)
{
    using testing::bedrock_model_reply;
    using testing::bedrock_stream_fault;
    using kind = bedrock_stream_fault::kind;
    std::string word = call.last_text();
    auto reply = bedrock_model_reply::says(word);
    if (!call.conversation) {
        reply = bedrock_model_reply::invoked(call.body);
        auto const* const body = call.body.if_object();
        auto const* const named = body != nullptr ? body->if_contains("fault") : nullptr;
        word = named != nullptr && named->is_string() ? named->get_string().c_str() : "";
        reply.chunks = {call.body, call.body, call.body};
    }
    if (word == "throttle me now please")
        return bedrock_model_reply::refuses(429, "ThrottlingException", "Too many requests");
    std::map<std::string, bedrock_stream_fault> const faults = {
        {"throttle me later please",
         {kind::exception, 2, "throttlingException", "Too many requests"}},
        {"fail me later please", {kind::exception, 2, "modelStreamErrorException", "It failed"}},
        {"error me later please", {kind::error, 2, "InternalError", "It broke"}},
        {"surprise me later please", {kind::unknown, 2}},
        {"damage me later please", {kind::damage, 2}},
        {"cut me later please", {kind::cut, 2}}};
    if (auto const found = faults.find(word); found != faults.end())
        reply.fault = found->second;
    if (word == "use the weather tool") {
        reply.content.push_back(
            boost::json::parse(R"({"toolUse": {"toolUseId": "t1", "name": "weather",
                                               "input": {"city": "Oslo", "days": [1, 2]}}})"));
        reply.stop_reason = "tool_use";
    }
    return reply;
}

template <class Options>
Options defaults()
{
    Options options;
    if constexpr (std::is_same_v<Options, testing::modzy_simulator_options>)
        options.kept_bytes = 0; // the models here look at sizes and digests alone
    if constexpr (requires { options.storage->buckets; }) {
        options.storage = std::make_shared<testing::s3_storage>();
        options.storage->buckets["bucket"];
    }
    if constexpr (std::is_same_v<Options, testing::bedrock_runtime_simulator_options>)
        options.model = scripted_model;
    return options;
}

// The S3 that a simulated Bedrock reads from and writes to.
std::unique_ptr<testing::s3_simulator> make_s3(boost::asio::io_context& context,
                                               testing::bedrock_simulator_options const& of)
{
    testing::s3_simulator_options options;
    options.access_key = of.access_key;
    options.secret_key = of.secret_key;
    options.storage = of.storage;
    return std::make_unique<testing::s3_simulator>(context.get_executor(), std::move(options));
}

// Serves a platform until it is told to end. Returns false when the command line makes no sense.
template <class Simulator, class Options>
bool serve(int count, char** values)
{
    auto options = defaults<Options>();
    for (int i = 2; i < count; i += 2)
        if (i + 1 == count || !parse(values[i], values[i + 1], options))
            return false;
    boost::asio::io_context context{1};
    Simulator simulator{context.get_executor(), options};
    std::unique_ptr<testing::s3_simulator> beside;
    boost::asio::signal_set signals{context, SIGTERM, SIGINT};
    signals.async_wait([&simulator, &beside](boost::system::error_code, int) {
        simulator.stop();
        if (beside)
            beside->stop();
    });
    std::printf("%s\n", simulator.base_url().c_str());
    if constexpr (std::is_same_v<Options, testing::bedrock_simulator_options>) {
        beside = make_s3(context, options);
        std::printf("%s\n", beside->base_url().c_str());
    }
    std::fflush(stdout);
    context.run();
    return true;
}

struct platform {
    std::string_view name;
    bool (*serve)(int count, char** values);
};

constexpr platform platforms[] = {
    {"modzy", serve<testing::modzy_simulator, testing::modzy_simulator_options>},
    {"launch", serve<testing::launch_simulator, testing::launch_simulator_options>},
    {"annolab", serve<testing::annolab_simulator, testing::annolab_simulator_options>},
    {"decthings", serve<testing::decthings_simulator, testing::decthings_simulator_options>},
    {"bedrock", serve<testing::bedrock_simulator, testing::bedrock_simulator_options>},
    {"s3", serve<testing::s3_simulator, testing::s3_simulator_options>},
    {"bedrock-runtime",
     serve<testing::bedrock_runtime_simulator, testing::bedrock_runtime_simulator_options>},
};

} // namespace

int main(int count, char** values)
{
    if (count == 2 && std::string_view{values[1]} == "--help") {
        std::fputs(usage, stdout);
        return 0;
    }
    try {
        for (platform const& each : platforms)
            if (count > 1 && values[1] == each.name && each.serve(count, values))
                return 0;
        std::fputs(usage, stderr);
        return 2;
    }
    catch (std::exception const& e) {
        std::fprintf(stderr, "inferpp_simulator: %s\n", e.what());
        return 1;
    }
}
