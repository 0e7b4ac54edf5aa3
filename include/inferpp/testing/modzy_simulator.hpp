// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTING_MODZY_SIMULATOR_HPP
#define INFERPP_TESTING_MODZY_SIMULATOR_HPP

#include <inferpp/testing/simulator.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inferpp::inline INFERPP_ABI::testing {

/// One input of a job, as a simulated model gets it.
struct modzy_model_input {
    modzy_model_input() = default;

    struct value {
        value() = default;
        std::string data;       ///< empty when there is more than `kept_bytes`
        std::string media_type; ///< "text/plain" for the inputs of a text job
        std::uint64_t size = 0;
        std::string sha256; ///< 64 hexadecimal digits
    };

    std::string model;
    std::string version;
    std::string input_key;
    std::map<std::string, value> data; ///< by data key
    bool explain = false;
};

/// An output that is no JSON: results name its URL, where it is served as it is.
struct modzy_raw_output {
    modzy_raw_output() = default;
    std::string data;
    std::string media_type = "application/octet-stream";
};

/// What a simulated model makes of one input: outputs by name, or an error.
struct modzy_model_output {
    modzy_model_output() = default;

    boost::json::object outputs;
    std::map<std::string, modzy_raw_output> raw;
    std::string error;      ///< not empty: the input has failed
    bool job_error = false; ///< the whole job ends with it, in status ERROR

    /// An input that has failed.
    static modzy_model_output failed(std::string why)
    {
        modzy_model_output output;
        output.error = std::move(why);
        return output;
    }

    /// An input on which the whole job fails.
    static modzy_model_output failed_job(std::string why)
    {
        modzy_model_output output = failed(std::move(why));
        output.job_error = true;
        return output;
    }
};

/// The model that a simulator has by default: `results.json` tells the size, SHA-256 and media type
/// of each data item; an empty item fails. So results depend on the bytes that arrived.
INFERPP_DECL modzy_model_output modzy_digest_model(modzy_model_input const& input);

/// An image classification: three class predictions; explained, also a mask as run lengths and the
/// same mask as a file, `mask.pgm` (one byte for each pixel, row by row, 0 or 255). It does not
/// look at the image, except that an empty item fails.
INFERPP_DECL modzy_model_output modzy_image_model(modzy_model_input const& input);

/// What a model reads or writes, as its version's details list it.
struct modzy_catalog_item {
    modzy_catalog_item() = default;
    modzy_catalog_item(std::string n, std::string t) : name(std::move(n)), media_type(std::move(t))
    {
    }
    std::string name;
    std::string media_type;
    std::uint64_t maximum_size = 1UL << 20; ///< bytes
};

/// A version of a model in the catalog.
struct modzy_catalog_version {
    modzy_catalog_version() = default;
    explicit modzy_catalog_version(std::string v) : version(std::move(v)) {}

    std::string version;
    bool is_active = true;
    bool is_available = true;
    bool is_experimental = false;
    std::string status = "active";
    std::string created_at = "2021-08-02T21:19:52.529+00:00";
    std::string updated_at = "2021-10-26T15:25:40.100+00:00";
    std::vector<modzy_catalog_item> inputs;
    std::vector<modzy_catalog_item> outputs;
    boost::json::value sample_input; ///< null: 404
    boost::json::value sample_output;
    std::int64_t minimum_engines = 0;
    std::int64_t maximum_engines = 1;
};

/// A model in the catalog.
struct modzy_catalog_model {
    modzy_catalog_model() = default;

    std::string identifier;
    std::string name;
    std::string author = "Open Source";
    std::string description;
    std::string created_by = "ada@example.invalid";
    std::string last_active = "2021-10-26T15:25:40.100+00:00";
    std::string expires;               ///< a date; empty: never
    std::vector<std::string> tags;     ///< names; identifiers are these in lower case with '_'
    std::vector<std::string> features; ///< "built-in-explainability" lets jobs be explained
    std::vector<std::string> related;  ///< identifiers of models
    bool is_active = true;
    bool is_recommended = false;
    bool is_commercial = false;
    bool is_image_classification = false;
    std::vector<modzy_catalog_version> versions; ///< oldest first
    /// Instead of the simulator's model; empty: that one.
    std::function<modzy_model_output(modzy_model_input const&)> run;
};

/// `ed542963de`, "Sentiment Analysis" in versions 0.0.27 and 1.0.1, and `e3f73163d3`, "Image
/// Classification" in version 0.0.1, which is `modzy_image_model`. Both can be explained.
INFERPP_DECL std::vector<modzy_catalog_model> modzy_default_catalog();

/// What the simulated platform finds outside: in buckets, containers and databases.
struct modzy_storage {
    modzy_storage() = default;

    /// By "bucket/key" or "container/path", without a slash before the key.
    std::map<std::string, std::string> objects;
    /// What every JDBC query selects: values by column, which are the data keys.
    std::vector<std::map<std::string, std::string>> rows;
    /// Secrets by access key, storage account or user name; empty: all are good.
    std::map<std::string, std::string> credentials;
};

/// How the simulated platform behaves.
struct modzy_simulator_options : simulator_options {
    modzy_simulator_options() = default;

    std::string api_key;    ///< empty: any key is good
    std::string team_id;    ///< with `team_token`: the other way to authenticate;
    std::string team_token; ///< empty: any is good, if any API key is
    /// In URLs of outputs and next pages; empty: `origin_url()`.
    std::string public_url;

    std::chrono::milliseconds queue_time{20}; ///< SUBMITTED for that long
    std::chrono::milliseconds input_time{20}; ///< for each input on one engine
    std::size_t engines = 1;                  ///< inputs processed at once; at least 1

    /// As `inputChunkMaximumSize` says it: "1M" is 10^6 bytes, "1Mi" and "1MB" are 2^20, "8i" is 8.
    /// A larger chunk is refused with 413. A text in another form is no limit.
    std::string chunk_limit = "1M";
    std::size_t max_chunks = 10'000;          ///< of one data item
    std::size_t max_inputs = 10'000;          ///< of one job
    std::size_t max_input_bytes = 64UL << 20; ///< an item over it fails alone
    std::size_t kept_bytes = 64UL << 20;      ///< of a larger item a model sees size and SHA-256
    std::optional<std::size_t> max_jobs;      ///< more are refused with 403; cancelling gives back
    bool unknown_models = true;               ///< false: submissions for models not listed get 404
    bool check_inputs = false; ///< data keys and sizes that the listed version rules out fail alone

    modzy_storage storage;
    std::vector<modzy_catalog_model> models = modzy_default_catalog();
    std::function<modzy_model_output(modzy_model_input const&)> model = modzy_digest_model;

    // Quirks of real servers.
    std::chrono::milliseconds not_found_for{0}; ///< jobs are unknown for that long
    std::chrono::milliseconds results_lag{0};   ///< results are unfinished for that much longer
    bool receipt_without_status = false;        ///< as servers of release 0.5
    bool omit_empty_outcomes = true; ///< `results` and `failures` are left out when empty
    bool mixed_dates = false;        ///< both forms of offset, short fractions, a null
    bool always_next = false;        ///< the last page has a next link too
    bool older_spelling = false;     ///< times in results under the names of older servers
};

/**
 * @brief Modzy on loopback: jobs with every type of input, uploads in chunks, history, results,
 *        votes, statistics, the catalog of models, and single inferences.
 *
 * Good enough for the vendor's own SDK. What it does not know (deploying models, accounting) it
 * answers as the platform answers the unknown: 404 in the platform's error format. Data that is
 * uploaded is hashed as it arrives and kept up to `kept_bytes`, so that inputs may be larger than
 * the memory.
 */
class modzy_simulator final : public simulator {
public:
    /// @throws failure as `simulator`
    INFERPP_DECL explicit modzy_simulator(boost::asio::any_io_executor executor,
                                          modzy_simulator_options options = {});
    INFERPP_DECL ~modzy_simulator() override;

    /// What goes into `modzy::options::base_url`: "http://127.0.0.1:12345/api"
    INFERPP_DECL std::string base_url() const;

    /// Jobs accepted so far: what a customer would pay for.
    INFERPP_DECL std::size_t jobs() const noexcept;

    /// Inferences accepted so far; they are no jobs.
    INFERPP_DECL std::size_t inferences() const noexcept;

private:
    INFERPP_DECL http::response answer(simulated_request const& request) override;

    struct platform;
    std::unique_ptr<platform> platform_;
};

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/modzy_simulator.ipp>
#endif

#endif
