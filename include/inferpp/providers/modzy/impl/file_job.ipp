// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_MODZY_IMPL_FILE_JOB_IPP
#define INFERPP_PROVIDERS_MODZY_IMPL_FILE_JOB_IPP

#include <inferpp/codec/multipart.hpp>
#include <inferpp/core/as_result.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/modzy/file_job.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>

namespace inferpp::inline INFERPP_ABI::modzy {

// What a suffix multiplies with; 0 for one that is not known.
inline double size_factor(std::string_view suffix) noexcept
{
    if (inferpp::detail::iequals(suffix, "i")) // of the platform's own, for bytes
        return 1;
    constexpr std::string_view letters = "kmgt";
    if (suffix.empty() || suffix.size() > 2)
        return 0;
    auto const power = letters.find(inferpp::detail::ascii_lower(suffix[0]));
    if (power == std::string_view::npos)
        return 0;
    bool const binary = suffix.size() == 2;
    if (binary && inferpp::detail::ascii_lower(suffix[1]) != 'i' &&
        inferpp::detail::ascii_lower(suffix[1]) != 'b')
        return 0;
    return std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
}

INFERPP_DECL result<data_size> data_size::from_json(boost::json::value const& value)
{
    data_size read;
    if (!value.is_string())
        return read;
    std::string_view const text{value.get_string().data(), value.get_string().size()};
    double number = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), number);
    auto const used = static_cast<std::size_t>(end.ptr - text.data());
    double const size = number * size_factor(text.substr(used));
    if (end.ec == std::errc{} && size >= 1 && size <= 0x1p60)
        read.bytes = static_cast<std::uint64_t>(size);
    return read;
}

INFERPP_DECL void data_size::to_json(json_writer& out) const
{
    out.string(std::to_string(bytes) + 'i');
}

INFERPP_DECL result<void> open_job::validate() const
{
    return validate_model();
}

INFERPP_DECL result<void> open_job::write_body(std::string& out) const
{
    json_writer writer{out};
    writer.begin_object();
    write_head(writer);
    writer.end_object();
    if (writer.failed())
        return inferpp::detail::encode_error(writer);
    return {};
}

INFERPP_DECL result<void> append_input::prepare(http::request& message) const
{
    message.body.clear();
    multipart_writer form{message.body};
    form.add_file("input", data_key, "application/octet-stream", data.view());
    form.finish();
    message.headers.set("Content-Type", form.content_type());
    return {};
}

inline std::string_view fault_of_file(file_input const& input)
{
    return input.open() == nullptr ? " is a null body_source" : "";
}

INFERPP_DECL result<void> file_job::validate() const
{
    if (result<void> const valid = validate_model(); !valid)
        return valid;
    constexpr std::uint64_t most = 1024 * 1024 * 1024;
    if (part_bytes < 1 || part_bytes > most)
        return refuse("part_bytes must be 1 to 1 GiB");
    try {
        return validate_sources(sources, fault_of_file);
    }
    catch (failure const& unreadable) {
        return unreadable.error();
    }
}

/// An upload on its way.
struct file_upload {
    file_upload(client client_, file_job request_, call_options call_)
        : with(std::move(client_)),
          request(std::move(request_)),
          call(call_)
    {
    }

    client with;
    file_job request;
    call_options call;
    std::string job;
    job_features features;
    std::uint64_t sent = 0;
    std::optional<std::uint64_t> total = 0;
    bool closing = false;
    bool lost = false; ///< an answer to the closing was
};

// All that is to be sent, where all sizes are known.
inline std::optional<std::uint64_t> total_size(source_map<file_input> const& sources)
{
    std::uint64_t total = 0;
    for (auto const& [input_key, input] : sources)
        for (auto const& [data_key, value] : input) {
            auto const size = value.open()->size();
            if (!size)
                return std::nullopt;
            total += *size;
        }
    return total;
}

inline std::uint64_t divide_up(std::uint64_t what, std::uint64_t by) noexcept
{
    return what / by + (what % by != 0 ? 1 : 0);
}

// How large the parts of one file are.
inline std::uint64_t part_size(file_upload const& upload, std::optional<std::uint64_t> size)
{
    job_features const& features = upload.features;
    std::uint64_t const limit = features.input_chunk_maximum_size.bytes;
    std::uint64_t part = (std::min)(upload.request.part_bytes, limit);
    std::uint64_t const most = (std::max)(features.maximum_input_chunks, std::uint64_t{1});
    // Whatever the server asks for, a part stands in memory.
    constexpr std::uint64_t largest = 256 * 1024 * 1024;
    if (size && divide_up(*size, part) > most)
        part = (std::max)(part, (std::min)({limit, divide_up(*size, most), largest}));
    return part;
}

inline boost::asio::awaitable<void> send_file(file_upload& upload, std::string const& input_key,
                                              std::string const& data_key, file_input const& input)
{
    auto const source = input.open();
    auto const size = source->size();
    std::uint64_t const part = part_size(upload, size);
    std::uint64_t done = 0;
    for (bool last = false, first = true; !last; first = false) {
        // One byte more than is left: it shows whether the source ends where it said, and small
        // files don't need the memory of a whole part.
        bool const near_end = size && *size - done < part;
        std::uint64_t const wanted = near_end ? *size - done + 1 : part;
        auto read = co_await http::read_up_to(*source, static_cast<std::size_t>(wanted));
        std::string& data = read.value();
        std::size_t const count = data.size();
        last = count < wanted;
        done += count;
        if (size && (done > *size || (last && done < *size)))
            throw failure{refuse("sources['" + inferpp::detail::printable(input_key, 64) + "']['" +
                                 inferpp::detail::printable(data_key, 64) +
                                 "'] has changed its size while it was sent")};
        if (count == 0 && !first) // an empty file too must arrive
            break;
        append_input const append{upload.job, input_key, data_key, bytes{std::move(data)}};
        co_await upload.with.send(append, upload.call);
        upload.sent += count;
        if (upload.request.progress)
            upload.request.progress(upload.sent, upload.total);
    }
}

inline job_receipt receipt_of(job_details const& details)
{
    job_receipt receipt;
    receipt.job_identifier = details.job_identifier;
    receipt.status = details.status;
    receipt.model = details.model;
    receipt.total_inputs = details.total;
    receipt.job_inputs = details.job_inputs;
    receipt.access_key = details.submitted_by;
    receipt.explain = details.explain;
    receipt.account_identifier = details.account_identifier;
    receipt.team = details.team;
    receipt.user = details.user;
    receipt.submitted_at = details.submitted_at;
    receipt.timeout = details.timeout;
    receipt.input_byte_amount = details.input_byte_amount;
    return receipt;
}

// Whether a request may have done its work, though its answer was lost or can't be read.
inline bool is_lost(error const& failed) noexcept
{
    return failed == errc::unknown_outcome || failed == condition::decode;
}

// Starts the job. When nobody knows whether that arrived, the job does.
inline boost::asio::awaitable<job_receipt> close_upload(file_upload& upload)
{
    upload.closing = true;
    close_job const close{upload.job};
    error failed;
    try {
        co_return co_await upload.with.send(close, upload.call);
    }
    catch (failure const& refused) {
        failed = refused.error();
    }
    if (!is_lost(failed))
        throw failure{std::move(failed)};
    upload.lost = true;
    get_job const ask{upload.job};
    auto const details = co_await as_result(upload.with.send(ask, upload.call));
    if (!details) // cancelled by the caller, it is not wanted any more
        throw failure{details.error() == condition::cancelled ? details.error() : failed};
    if (details->status == job_state::open)
        co_return co_await upload.with.send(close, upload.call);
    co_return receipt_of(*details);
}

inline boost::asio::awaitable<job_receipt> send_files(file_upload& upload)
{
    upload.total = total_size(upload.request.sources);
    for (auto const& input : upload.request.sources)
        for (auto const& item : input.second)
            co_await send_file(upload, input.first, item.first, item.second);
    co_return co_await close_upload(upload);
}

// As long as the job is not closed, nothing runs, whatever was sent.
inline error not_started(error const& failed, bool opened)
{
    error e = failed;
    if (failed == errc::unknown_outcome) {
        e = error{failed.info().cause};
        e.edit() = failed.info();
        e.edit().cause = {};
        e.edit().message.clear();
    }
    auto& info = e.edit();
    info.sent = sent_state::no;
    info.message =
        (info.message.empty() ? e.code().message() : info.message) +
        (opened ? "; the job was not started, and is cancelled" : "; no job was started");
    return e;
}

// Asks for the limits, and opens the job.
inline boost::asio::awaitable<void> open_upload(file_upload& upload)
{
    get_features const ask;
    upload.features = co_await upload.with.send(ask, upload.call);
    if (upload.request.sources.size() > upload.features.maximum_inputs_per_job)
        throw failure{refuse("sources has " + std::to_string(upload.request.sources.size()) +
                             " inputs; the platform takes " +
                             std::to_string(upload.features.maximum_inputs_per_job) + " in a job")};
    open_job open{upload.request.model, upload.request.version};
    open.explain = upload.request.explain;
    open.timeout = upload.request.timeout;
    auto const opened = co_await upload.with.send(open, upload.call);
    if (opened.job_identifier.empty())
        throw failure{error{errc::bad_schema, "the server opened a job but sent no id for it"}};
    upload.job = opened.job_identifier;
}

INFERPP_DECL boost::asio::awaitable<job_receipt> file_job::perform(client with, file_job request,
                                                                   call_options call)
{
    file_upload upload{std::move(with), std::move(request), call};
    error failed;
    std::exception_ptr foreign; // from the caller's source, or memory ran out
    try {
        co_await open_upload(upload);
        co_return co_await send_files(upload);
    }
    catch (boost::system::system_error const&) {
        failed = current_error();
    }
    catch (...) {
        foreign = std::current_exception();
    }
    // A job that may run is left to the caller, who has its id. Any other would wait for ever.
    if (!upload.job.empty() && !(upload.closing && is_lost(failed)))
        boost::asio::co_spawn(upload.with.get_executor(), upload.with.send(cancel_job{upload.job}),
                              boost::asio::detached);
    if (foreign)
        std::rethrow_exception(foreign);
    if (!upload.closing)
        failed = not_started(failed, !upload.job.empty());
    else if (upload.lost && failed.info().sent == sent_state::no)
        failed.edit().sent = sent_state::maybe;
    failed.edit().job_id = upload.job;
    throw failure{std::move(failed)};
}

} // namespace inferpp::inline INFERPP_ABI::modzy

#endif
