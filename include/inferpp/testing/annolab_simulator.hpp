// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_ANNOLAB_SIMULATOR_HPP
#define INFERPP_TESTING_ANNOLAB_SIMULATOR_HPP

#include <inferpp/testing/simulator.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/// A source, as a simulated model sees it.
struct annolab_model_input {
    annolab_model_input() = default;

    std::string model; ///< its name
    std::int64_t source_id = 0;
    std::string source_name;
    std::string type; ///< "text" or "pdf"
    std::string text;
};

/// An annotation that a simulated model makes.
struct annolab_prediction {
    annolab_prediction(std::string with_type, std::string with_value)
        : type(std::move(with_type)),
          value(std::move(with_value))
    {
    }

    std::string type; ///< made in the project where it has none of the name
    std::string value;
    std::optional<std::pair<std::int64_t, std::int64_t>> offsets; ///< none: of the whole source
    std::optional<std::int64_t> page;
};

/// What a simulated model makes of one source.
struct annolab_model_output {
    annolab_model_output() = default;

    std::vector<annolab_prediction> annotations;
    bool failed = false; ///< the whole job ends as errored, and nothing is annotated
};

/// The model that a simulator has by default: each word with a capital letter is a "Name"; a source
/// without text fails.
INFERPP_DECL annolab_model_output annolab_name_model(annolab_model_input const& input);

/// A model that can be run.
struct annolab_catalog_model {
    annolab_catalog_model(std::int64_t with_id, std::string with_name)
        : id(with_id),
          name(std::move(with_name))
    {
    }

    std::int64_t id;
    std::string name;
    /// Instead of the simulator's model; empty: that one.
    std::function<annolab_model_output(annolab_model_input const&)> run;
};

/// The words with which the simulated platform says how its inferences are.
struct annolab_words {
    annolab_words() = default;

    std::string queued = "Queued";
    std::string running = "Running"; ///< not documented
    std::string finished = "Finished";
    std::string errored = "Errored";
};

/// How the simulated platform behaves.
struct annolab_simulator_options : simulator_options {
    annolab_simulator_options() = default;

    std::string api_key; ///< empty: any key is good
    /// The groups of its owner; the first one is his own.
    std::vector<std::string> groups{"me", "Company Name"};
    bool may_read = true;
    bool may_write = true;
    bool may_run = true; ///< the permission "Model Run"

    std::vector<annolab_catalog_model> models{{1, "Staple + Classify Documents"}};
    std::function<annolab_model_output(annolab_model_input const&)> model = annolab_name_model;
    /// The text that the platform reads in a PDF; an empty one makes the source fail.
    std::function<std::string(std::string_view content)> read_pdf;

    std::chrono::milliseconds queue_time{20};     ///< inferences are queued for that long
    std::chrono::milliseconds run_time{20};       ///< then they run
    std::chrono::milliseconds ingestion_time{20}; ///< PDFs are read for that long
    std::chrono::milliseconds workflow_time{20};  ///< behind it
    std::chrono::milliseconds export_time{20};    ///< exports take that long
    annolab_words words;

    /// In URLs that the platform gives; empty: `origin_url()`.
    std::string public_url;
    /// Uploads and downloads lie at another origin than the rest: "localhost", as the name of the
    /// same address. As in a storage of files, requests with credentials are refused there.
    bool files_elsewhere = true;

    // Quirks of real servers.
    bool relative_urls = false;     ///< those of the status of an export
    bool search_by_get = true;      ///< of instruments, with a JSON body
    bool search_by_post = true;     ///< the same as in older documentation
    std::string export_error;       ///< not empty: exports end as errored, with it
    bool ignore_filters = false;    ///< exports hold the whole project
    int compression = 6;            ///< of archives, 1 to 9; 0: none
    std::size_t file_piece = 4'096; ///< bytes of an archive that are sent at once
};

/**
 * @brief AnnoLab on loopback: projects, sources, annotations, inferences, exports, and what belongs
 *        to them.
 *
 * Good enough for the vendor's own SDK. What it does not know it answers with 404 in the platform's
 * error format. Archives are sent as they would be streamed: in chunks, with the sizes of each file
 * behind it.
 */
class annolab_simulator final : public simulator {
public:
    /// @throws failure as `simulator`
    INFERPP_DECL explicit annolab_simulator(boost::asio::any_io_executor executor,
                                            annolab_simulator_options options = {});
    INFERPP_DECL ~annolab_simulator() override;

    /// What goes into `annolab::options::base_url`: "http://127.0.0.1:12345"
    INFERPP_DECL std::string base_url() const;

    /// Inferences accepted so far: what a customer would pay for.
    INFERPP_DECL std::size_t inferences() const noexcept;

    /// Annotations in all layers.
    INFERPP_DECL std::size_t annotations() const noexcept;

private:
    INFERPP_DECL simulated_answer respond(simulated_request& request) override;

    struct platform;
    std::unique_ptr<platform> platform_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/annolab_simulator.ipp>
#endif

#endif
