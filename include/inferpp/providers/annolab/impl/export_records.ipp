// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_ANNOLAB_IMPL_EXPORT_RECORDS_IPP
#define INFERPP_PROVIDERS_ANNOLAB_IMPL_EXPORT_RECORDS_IPP

#include <inferpp/providers/annolab/export_reader.hpp>
#include <inferpp/providers/annolab/export_records.hpp>

namespace inferpp::inline INFERPP_ABI::annolab {

inline export_record read_record(export_piece const& piece)
{
    switch (piece.part) {
    case export_part::annotations: return read_line<exported_annotation>(piece);
    case export_part::sources: return read_line<exported_source>(piece);
    case export_part::layers: return read_line<exported_layer>(piece);
    case export_part::relations: return read_line<exported_relation>(piece);
    case export_part::types: return read_line<exported_type>(piece);
    case export_part::text_bounds: return read_line<exported_text_bounds>(piece);
    case export_part::file: break;
    }
    exported_file file;
    file.path = piece.path;
    file.data = bytes{piece.text};
    file.last = piece.last;
    return file;
}

class export_records final : public event_source<export_record> {
public:
    explicit export_records(export_reader reader) : reader_(std::move(reader)) {}

    boost::asio::awaitable<result<std::optional<export_record>>> next() override
    {
        error failed;
        try {
            auto const piece = co_await reader_.next();
            std::optional<export_record> record;
            if (piece)
                record = read_record(*piece);
            co_return result<std::optional<export_record>>{std::move(record)};
        }
        catch (boost::system::system_error const&) {
            failed = export_error(read_export::info);
        }
        co_return failed;
    }

private:
    export_reader reader_;
};

INFERPP_DECL result<void> read_export::validate() const
{
    return check_given("download_url", download_url);
}

INFERPP_DECL boost::asio::awaitable<event_stream<export_record>> read_export::perform(
    client with, read_export op, call_options call)
{
    bool (*const all)(export_part) = [](export_part) { return true; };
    bool (*const lists)(export_part) = [](export_part part) { return part != export_part::file; };
    bool (*wants)(export_part) = lists;
    if (op.files)
        wants = all;
    auto reader = co_await open_export(std::move(with), op.download_url, wants, call);
    co_return event_stream<export_record>{std::make_unique<export_records>(std::move(reader))};
}

} // namespace inferpp::inline INFERPP_ABI::annolab

#endif
