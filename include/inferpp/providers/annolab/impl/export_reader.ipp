// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_EXPORT_READER_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_EXPORT_READER_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/annolab/export_reader.hpp>

#include <array>

namespace inferpp::inline INFERPP_ABI::annolab {

inline export_part part_of(std::string_view name) noexcept
{
    struct ending {
        std::string_view text;
        export_part part;
    };
    constexpr std::array<ending, 6> endings{{
        {".annotations.jsonl", export_part::annotations},
        {".sources.jsonl", export_part::sources},
        {".layers.jsonl", export_part::layers},
        {".relations.jsonl", export_part::relations},
        {".atntypes.jsonl", export_part::types},
        {".text-bounds.jsonl", export_part::text_bounds},
    }};
    for (ending const& each : endings)
        if (name.ends_with(each.text))
            return each.part;
    return export_part::file;
}

INFERPP_DECL boost::asio::awaitable<std::optional<export_piece>> export_reader::next()
{
    while (true) {
        if (auto line = lines_.next()) {
            ++now_.line;
            now_.text = std::move(*line);
            co_return std::optional<export_piece>{now_};
        }
        if (auto const event = zip_.next().value()) {
            if (auto piece = take(*event))
                co_return piece;
            continue;
        }
        // Its own end is the end, also if the server has not yet said so.
        if (zip_.done())
            co_return std::optional<export_piece>{};
        std::string_view const data = co_await body_.read();
        if (data.empty())
            end_of_body();
        else
            zip_.feed(data).value();
    }
}

INFERPP_DECL std::optional<export_piece> export_reader::take(zip_event const& event)
{
    if (event.what == zip_event::kind::begin) {
        now_ = export_piece{};
        now_.path = event.entry->name;
        now_.part = part_of(now_.path);
        seen_ |= 1U << static_cast<unsigned>(now_.part);
        wanted_ = wants_(now_.part) && !event.entry->is_folder();
        lines_ = ndjson_decoder{line_limit_};
        return std::nullopt;
    }
    if (!wanted_)
        return std::nullopt;
    bool const ended = event.what == zip_event::kind::end;
    if (now_.part == export_part::file) {
        now_.text = event.data;
        now_.last = ended;
        return now_;
    }
    if (ended)
        lines_.finish();
    else if (auto const fed = lines_.feed(event.data); !fed)
        throw failure{error{errc::event_too_large, "a record of the export has more than " +
                                                       std::to_string(line_limit_) +
                                                       " bytes; raise limits.event_bytes"}};
    return std::nullopt;
}

INFERPP_DECL void export_reader::end_of_body()
{
    error const cut = zip_.finish().error();
    // The connection has done its part: to ask again would bring the same.
    error e{errc::bad_content, cut.info().message};
    e.edit().cause = cut.code();
    throw failure{std::move(e)};
}

INFERPP_DECL error line_error(error fault, export_piece const& piece)
{
    fault.edit().message = "line " + std::to_string(piece.line) + " of '" +
                           inferpp::detail::printable(piece.path, 128) +
                           "' in the export: " + fault.info().message;
    return fault;
}

INFERPP_DECL error export_error(operation_info const& info)
{
    error e = current_error();
    auto& particulars = e.edit();
    particulars.provider = "annolab";
    if (particulars.operation.empty())
        particulars.operation = info.name;
    if (e.code().category() == client_category())
        particulars.sent = sent_state::yes;
    return e;
}

INFERPP_DECL boost::asio::awaitable<export_reader> open_export(client with, std::string url,
                                                               bool (*wants)(export_part),
                                                               call_options call)
{
    std::string const address = with.platform().absolute(url);
    auto body = co_await with.open(address, call);
    co_return export_reader{std::move(body), with.platform().archives(), with.options().limits.event_bytes,
                            wants};
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
