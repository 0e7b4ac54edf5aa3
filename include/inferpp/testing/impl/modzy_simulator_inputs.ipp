// SPDX-License-Identifier: BSL-1.0
//
// What comes into the simulated Modzy: inputs of all types, and chunks. See modzy_simulator.ipp.

#ifndef INFERPP_TESTING_IMPL_MODZY_SIMULATOR_INPUTS_IPP
#define INFERPP_TESTING_IMPL_MODZY_SIMULATOR_INPUTS_IPP

#include <inferpp/codec/base64.hpp>
#include <inferpp/codec/digest.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/testing/modzy_simulator.hpp>

#include <charconv>
#include <cmath>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::testing {

/// Bytes that a text such as "1M" or "64Ki" means; nothing when it is none.
INFERPP_DECL std::optional<std::uint64_t> modzy_simulator::platform::parse_size(
    std::string_view text)
{
    double number = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), number);
    if (end.ec != std::errc{} || !inferpp::detail::is_digit(text.front()))
        return std::nullopt;
    std::string_view const unit = text.substr(static_cast<std::size_t>(end.ptr - text.data()));
    if (unit.empty() || inferpp::detail::iequals(unit, "i"))
        return static_cast<std::uint64_t>(number);
    constexpr std::string_view prefixes = "kmgt";
    auto const power = prefixes.find(inferpp::detail::ascii_lower(unit[0]));
    bool const binary = unit.size() == 2 && (inferpp::detail::ascii_lower(unit[1]) == 'i' ||
                                             inferpp::detail::ascii_lower(unit[1]) == 'b');
    if (power == std::string_view::npos || (unit.size() != 1 && !binary))
        return std::nullopt;
    return static_cast<std::uint64_t>(
        number * std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power + 1)));
}

/// A data item that is there as a whole.
INFERPP_DECL modzy_model_input::value modzy_simulator::platform::whole(std::string data,
                                                                       std::string media_type) const
{
    modzy_model_input::value value;
    value.size = data.size();
    value.sha256 = sha256_hex(data);
    value.media_type = std::move(media_type);
    if (data.size() <= options.kept_bytes)
        value.data = std::move(data);
    return value;
}

INFERPP_DECL std::variant<std::vector<modzy_simulator::platform::arrival>,
                          modzy_simulator::platform::refusal>
modzy_simulator::platform::read_input(object const& input) const
{
    std::string_view const type = detail::modzy_text(input, "type");
    std::vector<std::string_view> needed;
    if (type == "aws-s3" || type == "aws-s3-folder")
        needed = {"accessKeyID", "secretAccessKey", "region"};
    else if (type == "azureblob")
        needed = {"storageAccount", "storageAccountKey"};
    else if (type == "storage-grid")
        needed = {"accessKeyID", "secretAccessKey", "endpoint"};
    else if (type == "jdbc")
        needed = {"url", "username", "password", "driver", "query"};
    else if (type != "text" && type != "embedded")
        return refusal{400, "input.type is none of text, embedded, jdbc, aws-s3, aws-s3-folder, "
                            "azureblob, storage-grid"};
    for (std::string_view const name : needed)
        if (detail::modzy_text(input, name).empty())
            return refusal{400, "input." + std::string{name} + " is required"};
    if (type == "jdbc")
        return read_rows(input);
    object const* const sources = detail::modzy_object(input, "sources");
    if (sources == nullptr || sources->empty())
        return refusal{400, "input.sources must have at least one input"};
    return read_sources(type, input, *sources);
}

INFERPP_DECL std::variant<std::vector<modzy_simulator::platform::arrival>,
                          modzy_simulator::platform::refusal>
modzy_simulator::platform::read_sources(std::string_view type, object const& input,
                                        object const& sources) const
{
    bool const trusted = type == "azureblob"
                             ? trusts(detail::modzy_text(input, "storageAccount"),
                                      detail::modzy_text(input, "storageAccountKey"))
                             : trusts(detail::modzy_text(input, "accessKeyID"),
                                      detail::modzy_text(input, "secretAccessKey"));
    std::vector<arrival> arrivals;
    for (auto const& source : sources) {
        std::string const key{source.key().data(), source.key().size()};
        object const* const items = source.value().if_object();
        if (type == "aws-s3-folder" && items != nullptr) {
            read_folder(key, *items, trusted, arrivals);
            continue;
        }
        arrival& one = arrivals.emplace_back();
        one.key = key;
        if (items == nullptr || items->empty()) {
            one.error = "the input has no data items";
            continue;
        }
        for (auto const& member : *items) {
            std::string const name{member.key().data(), member.key().size()};
            std::string const wrong = read_item(type, trusted, member.value(), one.data[name]);
            if (!wrong.empty() && one.error.empty())
                one.error = "the item '" + name + "' " + wrong;
        }
    }
    return arrivals;
}

/// Reads one item. Returns what is wrong with it.
INFERPP_DECL std::string modzy_simulator::platform::read_item(std::string_view type, bool trusted,
                                                              boost::json::value const& from,
                                                              modzy_model_input::value& to) const
{
    if (type == "text" || type == "embedded") {
        if (!from.is_string())
            return "is no text";
        std::string_view const text = detail::modzy_view(from.get_string());
        if (type == "text") {
            to = whole(std::string{text}, "text/plain");
            return {};
        }
        auto decoded = parse_data_url(text);
        if (!decoded)
            return "is no data URL";
        to = whole(std::move(decoded->data), std::move(decoded->media_type));
        return {};
    }
    if (!trusted)
        return "can't be read: the storage refuses the credentials";
    if (!from.is_object())
        return "names no object of the storage";
    bool const azure = type == "azureblob";
    std::string const name =
        stored_name(from.get_object(), azure ? "container" : "bucket", azure ? "filePath" : "key");
    auto const found = options.storage.objects.find(name);
    if (found == options.storage.objects.end())
        return "can't be read: the storage has no object " + name;
    to = whole(found->second, "application/octet-stream");
    return {};
}

/// Makes an input of each file in the folders that a source names.
INFERPP_DECL void modzy_simulator::platform::read_folder(std::string const& key,
                                                         object const& source, bool trusted,
                                                         std::vector<arrival>& to) const
{
    std::size_t number = 0;
    for (auto const& member : source) {
        std::string folder;
        if (member.value().is_object())
            folder = stored_name(member.value().get_object(), "bucket", "key");
        if (!folder.ends_with('/'))
            folder += '/';
        auto const first = options.storage.objects.lower_bound(folder);
        if (!trusted || first == options.storage.objects.end() ||
            !first->first.starts_with(folder)) {
            arrival& one = to.emplace_back();
            one.key = key;
            one.error = trusted ? "the storage has no files in " + folder
                                : std::string{"the storage refuses the credentials"};
            continue;
        }
        for (auto file = first;
             file != options.storage.objects.end() && file->first.starts_with(folder); ++file) {
            arrival& one = to.emplace_back();
            one.key = key + '-' + std::to_string(++number);
            one.data[{member.key().data(), member.key().size()}] =
                whole(file->second, "application/octet-stream");
        }
    }
}

INFERPP_DECL std::vector<modzy_simulator::platform::arrival> modzy_simulator::platform::read_rows(
    object const& input) const
{
    std::vector<arrival> arrivals;
    if (!trusts(detail::modzy_text(input, "username"), detail::modzy_text(input, "password"))) {
        arrival& one = arrivals.emplace_back();
        one.key = "row1-1";
        one.error = "the database refuses the credentials";
        return arrivals;
    }
    for (auto const& row : options.storage.rows) {
        arrival& one = arrivals.emplace_back();
        one.key = "row" + std::to_string(arrivals.size()) + "-1";
        for (auto const& [column, value] : row)
            one.data[column] = whole(value, "text/plain");
    }
    return arrivals;
}

INFERPP_DECL bool modzy_simulator::platform::trusts(std::string_view name,
                                                    std::string_view secret) const
{
    auto const& known = options.storage.credentials;
    auto const found = known.find(std::string{name});
    return known.empty() || (found != known.end() && found->second == secret);
}

/// "bucket/key"
INFERPP_DECL std::string modzy_simulator::platform::stored_name(object const& from,
                                                                std::string_view bucket,
                                                                std::string_view key)
{
    std::string_view path = detail::modzy_text(from, key);
    path.remove_prefix((std::min)(path.find_first_not_of('/'), path.size()));
    return std::string{detail::modzy_text(from, bucket)} + '/' + std::string{path};
}

/// The content of the part of that name in a multipart body. Its other headers don't matter.
INFERPP_DECL std::variant<std::string_view, modzy_simulator::platform::refusal> modzy_simulator::
    platform::find_part(simulated_request const& request, std::string_view name)
{
    std::string_view type = request.headers.find("Content-Type").value_or("");
    auto const parameter = [](std::string_view field, std::string_view wanted) {
        while (true) {
            // A semicolon within quotes would mislead this; no client has any there.
            auto const mark = field.find(';');
            if (mark == std::string_view::npos)
                return std::string_view{};
            field = inferpp::detail::trim(field.substr(mark + 1));
            if (field.size() <= wanted.size() || field[wanted.size()] != '=' ||
                !inferpp::detail::iequals(field.substr(0, wanted.size()), wanted))
                continue;
            std::string_view value = field.substr(wanted.size() + 1);
            if (value.starts_with('"'))
                return value.substr(1, value.find('"', 1) - 1);
            return inferpp::detail::trim(value.substr(0, value.find(';')));
        }
    };
    std::string_view const kind = inferpp::detail::trim(type.substr(0, type.find(';')));
    std::string_view const boundary = parameter(type, "boundary");
    if ((!inferpp::detail::iequals(kind, "multipart/form-data") &&
         !inferpp::detail::iequals(kind, "multipart/mixed")) ||
        boundary.empty())
        return refusal{400, "A chunk must be multipart/form-data or multipart/mixed"};

    std::string const delimiter = "\r\n--" + std::string{boundary};
    std::string_view const body = request.body;
    std::size_t at = std::string_view::npos;
    if (body.starts_with(std::string_view{delimiter}.substr(2))) // no line before it has to end
        at = delimiter.size() - 2;
    else if (auto const first = body.find(delimiter); first != std::string_view::npos)
        at = first + delimiter.size();
    while (at != std::string_view::npos && !body.substr(at).starts_with("--")) {
        std::size_t const line = body.find("\r\n", at);
        if (line == std::string_view::npos)
            break;
        std::size_t content = line + 2;
        bool wanted = false;
        while (!body.substr(content).starts_with("\r\n")) {
            std::size_t const end = body.find("\r\n", content);
            if (end == std::string_view::npos)
                return refusal{400, "The multipart body is cut off in a header"};
            std::string_view const field = body.substr(content, end - content);
            constexpr std::string_view disposition = "content-disposition:";
            if (inferpp::detail::iequals(field.substr(0, disposition.size()), disposition))
                wanted = parameter(field, "name") == name;
            content = end + 2;
        }
        content += 2;
        // An empty part may have its delimiter right here, on the end of the blank line.
        std::size_t end = body.substr(content - 2).starts_with(delimiter)
                              ? content - 2
                              : body.find(delimiter, content);
        if (end == std::string_view::npos)
            return refusal{400, "The multipart body is cut off"};
        if (wanted)
            return body.substr(content, end - (std::min)(end, content));
        at = end + delimiter.size();
    }
    return refusal{400, "The multipart body has no part '" + std::string{name} + "'"};
}

/// Takes one chunk. There are no offsets: it goes to the end of what arrived before.
INFERPP_DECL http::response modzy_simulator::platform::append(job& to,
                                                              simulated_request const& request)
{
    std::string const& key = request.path[3];
    std::string const& name = request.path[4];
    if (look(to, now).word != "OPEN")
        return refuse(400, "The job " + to.id + " is not open");
    auto const is_text = [](std::string const& text) {
        return !text.empty() && inferpp::detail::valid_utf8_prefix(text) == text.size();
    };
    if (!is_text(key) || !is_text(name))
        return refuse(400, "The names of the input and of its data item must be UTF-8 text");
    auto const part = find_part(request, "input");
    if (auto const* const why = std::get_if<refusal>(&part))
        return refuse(*why);
    std::string_view const chunk = std::get<std::string_view>(part);
    if (chunk_limit && chunk.size() > *chunk_limit)
        return refuse(413, "The chunk is larger than " + options.chunk_limit);

    auto const [known, is_new] = to.upload_index.try_emplace(key, to.uploads.size());
    if (is_new) {
        if (to.uploads.size() >= options.max_inputs) {
            to.upload_index.erase(known);
            return refuse(400, "The job has more than " + std::to_string(options.max_inputs) +
                                   " inputs");
        }
        to.uploads.emplace_back().key = key;
    }
    upload& item = to.uploads[known->second].items[name];
    if (item.chunks >= options.max_chunks)
        return refuse(400,
                      "The input has more than " + std::to_string(options.max_chunks) + " chunks");
    ++item.chunks;
    item.digest.add(chunk);
    item.value.size += chunk.size();
    if (item.value.size <= options.kept_bytes) {
        std::string& data = item.value.data;
        if (data.capacity() < item.value.size) // twice as much, but no more than ever used
            data.reserve((std::min)(options.kept_bytes, 2 * data.size() + chunk.size()));
        data += chunk;
    } else {
        std::string dropped;
        dropped.swap(item.value.data); // clear() would keep the memory
    }
    return json(202, object{});
}

} // namespace inferpp::inline INFERPP_ABI::testing

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/testing/impl/modzy_simulator_jobs.ipp>
#endif

#endif
