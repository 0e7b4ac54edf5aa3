// SPDX-License-Identifier: BSL-1.0
//
// A context, a clock, a far end and an AnnoLab client for them.

#ifndef INFERPP_TESTS_SUPPORT_ANNOLAB_WORLD_HPP
#define INFERPP_TESTS_SUPPORT_ANNOLAB_WORLD_HPP

#include <inferpp/annolab.hpp>
#include <inferpp/testing/annolab_simulator.hpp>
#include <inferpp/testing/fake_transport.hpp>
#include <inferpp/testing/manual_clock.hpp>
#include <inferpp/testing/zip_writer.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/platform_world.hpp"

namespace support::annotating {

namespace annolab = inferpp::annolab;
namespace testing = inferpp::testing;

inline constexpr std::string_view api_key = "KEY4567-89ABCDE-FGHIJKL-MNOPQRS";

inline annolab::project_ref project()
{
    return annolab::project_ref{"Company Name", "My Project"};
}

/// The vendor's own example.
inline annolab::infer_batch inference()
{
    return annolab::infer_batch{project(), "Staple + Classify Documents", {4024, 5853}, "Gold Set"};
}

inline inferpp::poll_options patience(std::chrono::milliseconds deadline = std::chrono::hours{1})
{
    return {.deadline = deadline};
}

// --- what an AnnoLab server answers, written by hand --------------------------------------------

inline std::string receipt(std::string_view status = "Queued")
{
    return R"({"inferenceJobId":12,"status":")" + std::string{status} +
           R"(","projectName":"My Project","projectId":1,"outputLayerName":"Gold Set",)"
           R"("outputLayerId":12,"sourceIds":[4024,5853]})";
}

inline std::string status(std::string_view word)
{
    return R"({"inferenceJobId":12,"status":")" + std::string{word} +
           R"(","projectId":1,"sourceIds":[4024,5853]})";
}

inline constexpr std::string_view export_started =
    R"({"exportStatusUrl":"https://annolab.test/v1/export/status/7",)"
    R"("exportJob":{"status":"initalized"}})";

inline std::string export_finished(std::string_view url = "https://files.test/7?signature=abc")
{
    return R"({"status":"finished","downloadUrl":")" + std::string{url} + R"("})";
}

inline std::string annotation(std::int64_t id, std::int64_t source, std::string_view layer,
                              std::string_view value = "Athens")
{
    return R"({"id":)" + std::to_string(id) + R"(,"sourceId":)" + std::to_string(source) +
           R"(,"typeName":"Place Name","value":")" + std::string{value} +
           R"(","offsets":[0,6],"textBounds":null,"imageBounds":null,"layerName":")" +
           std::string{layer} + R"(","pageNumber":null,"endPageNumber":null})" + '\n';
}

/// An archive with a list of annotations, and the lists that are always there.
inline std::string archive(std::string_view annotations)
{
    testing::zip_writer zip;
    zip.add("My Project.annotations.jsonl", annotations);
    zip.add("My Project.layers.jsonl", R"({"name":"Gold Set","isGoldSet":true,"description":null})"
                                       "\n");
    zip.add("My Project.relations.jsonl", "");
    return zip.finish();
}

/// What both worlds have.
struct world_base : platform_world<annolab::client> {
    world_base() : platform_world(std::make_shared<testing::manual_clock>())
    {
        options.api_key = inferpp::secret{api_key};
    }
};

/// A client on a scripted transport, in manual time.
struct fake_world : world_base {
    fake_world() : transport(std::make_shared<testing::fake_transport>(time))
    {
        options.base_url = "https://annolab.test";
        options.transport = transport;
    }

    inferpp::http::request const& request(std::size_t index) const
    {
        REQUIRE(transport->requests().size() > index);
        return transport->requests()[index];
    }
    std::string line(std::size_t index) const
    {
        return request(index).method + ' ' + request(index).target;
    }
    std::size_t requests() const { return transport->requests().size(); }

    std::shared_ptr<testing::fake_transport> transport;
};

/// A client and a simulator on real sockets, both in manual time.
struct simulated_world : world_base {
    explicit simulated_world(testing::annolab_simulator_options with = {})
    {
        with.clock = time;
        with.api_key = api_key;
        simulator =
            std::make_unique<testing::annolab_simulator>(context.get_executor(), std::move(with));
        options.base_url = simulator->base_url();
    }

    /// Makes the project with the layer "Gold Set" and sources of these texts; gives their ids.
    std::vector<std::int64_t> populate(std::vector<std::string> const& texts)
    {
        annolab::create_project const make{"Company Name", "My Project"};
        run(client().send(make));
        annolab::create_layer const layer{project(), "Gold Set"};
        run(client().send(layer));
        std::vector<std::int64_t> ids;
        for (std::string const& text : texts) {
            std::string const name = "text " + std::to_string(ids.size());
            annolab::create_text_source const source{project(), name, text};
            ids.push_back(run(client().send(source)).id);
        }
        return ids;
    }
    annolab::infer_batch inference(std::vector<std::int64_t> ids) const
    {
        return annolab::infer_batch{project(), "Staple + Classify Documents", std::move(ids),
                                    "Gold Set"};
    }

    std::unique_ptr<testing::annolab_simulator> simulator;
};

} // namespace support::annotating

#endif
