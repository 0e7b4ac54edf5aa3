// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_PROFILE_FILES_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_PROFILE_FILES_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/profile_files.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

inline bool is_profile_name(std::string_view name) noexcept
{
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return detail::is_digit(c) ||
               (detail::ascii_lower(c) >= 'a' && detail::ascii_lower(c) <= 'z') ||
               std::string_view{"-/.%@_:+"}.find(c) != std::string_view::npos;
    });
}

inline bool is_blank(char c) noexcept
{
    return c == ' ' || c == '\t';
}

// Up to a comment. Behind a value it needs a blank before it.
inline std::string_view without_comment(std::string_view line, bool needs_blank) noexcept
{
    for (std::size_t i = 0; i < line.size(); ++i)
        if ((line[i] == '#' || line[i] == ';') &&
            (!needs_blank || (i > 0 && is_blank(line[i - 1]))))
            return line.substr(0, i);
    return line;
}

/// Reads one of the files, line by line.
class profile_parser {
public:
    profile_parser(profile_files& into, bool is_config) noexcept
        : into_(into),
          is_config_(is_config)
    {
    }

    result<void> parse(std::string_view text)
    {
        while (!text.empty()) {
            ++number_;
            auto const end = (std::min)(text.find('\n'), text.size());
            std::string_view line = text.substr(0, end);
            text.remove_prefix((std::min)(end + 1, text.size()));
            if (line.ends_with('\r'))
                line.remove_suffix(1);
            if (detail::trim(line).empty() || line.starts_with('#') || line.starts_with(';'))
                continue;
            result<void> const read = line.starts_with('[') ? read_header(line)
                                      : !in_section_        ? fail("Expected a profile definition")
                                      : is_blank(line[0])   ? read_continuation(detail::trim(line))
                                                            : read_property(line);
            if (!read)
                return read;
        }
        if (has_prefixed_default_ || has_plain_default_)
            into_.profiles["default"] =
                has_prefixed_default_ ? std::move(prefixed_default_) : std::move(plain_default_);
        return {};
    }

private:
    error fail(std::string_view what) const
    {
        return error{errc::invalid_argument,
                     std::string{is_config_ ? "the config file" : "the credentials file"} +
                         " of Amazon's tools is malformed in line " + std::to_string(number_) +
                         ": " + std::string{what}};
    }

    result<void> read_header(std::string_view line)
    {
        std::string_view inside = detail::trim(without_comment(line, false));
        if (!inside.ends_with(']'))
            return fail("Profile definition must end with ']'");
        inside = detail::trim(inside.substr(1, inside.size() - 2));
        in_section_ = true;
        property_ = nullptr;
        section_ = find_section(inside);
        has_property_ = false;
        return {};
    }

    // Null: a section that is passed over.
    profile_section* find_section(std::string_view inside)
    {
        auto const blank = (std::min)(inside.find_first_of(" \t"), inside.size());
        std::string_view const kind = inside.substr(0, blank);
        std::string_view const name = detail::trim(inside.substr(blank));
        if (!is_config_)
            return is_profile_name(inside) ? &into_.profiles[std::string{inside}] : nullptr;
        if (inside == "default") {
            has_plain_default_ = true;
            return &plain_default_;
        }
        if (!is_profile_name(name))
            return nullptr;
        if (kind == "profile" && name == "default") {
            has_prefixed_default_ = true;
            return &prefixed_default_;
        }
        if (kind == "profile")
            return &into_.profiles[std::string{name}];
        if (kind == "sso-session")
            return &into_.sso_sessions[std::string{name}];
        if (kind == "services")
            return &into_.services[std::string{name}];
        return nullptr;
    }

    result<void> read_property(std::string_view line)
    {
        line = without_comment(line, true);
        auto const equals = line.find('=');
        if (equals == std::string_view::npos)
            return fail("Expected an '=' sign defining a property");
        std::string name{detail::trim(line.substr(0, equals))};
        if (name.empty())
            return fail("Property did not have a name");
        std::transform(name.begin(), name.end(), name.begin(), detail::ascii_lower);
        std::string_view const value = detail::trim(line.substr(equals + 1));
        has_property_ = true;
        has_parts_ = value.empty();
        property_ = nullptr;
        if (section_ != nullptr && is_profile_name(name)) {
            property_ = &(*section_)[name];
            *property_ = value;
        }
        return {};
    }

    result<void> read_continuation(std::string_view line)
    {
        if (!has_property_)
            return fail("Expected a property definition, found continuation");
        if (has_parts_) {
            auto const equals = line.find('=');
            if (equals == std::string_view::npos)
                return fail("Expected an '=' sign defining a sub-property");
            if (equals == 0)
                return fail("Sub-property did not have a name");
        }
        if (property_ != nullptr)
            property_->append("\n").append(line);
        return {};
    }

    profile_files& into_;
    bool is_config_;
    std::size_t number_ = 0;
    bool in_section_ = false;
    profile_section* section_ = nullptr;
    bool has_property_ = false; ///< also one that is passed over
    bool has_parts_ = false;    ///< its lines are sub-properties
    std::string* property_ = nullptr;
    bool has_prefixed_default_ = false; ///< `[profile default]`, which wins
    bool has_plain_default_ = false;
    profile_section prefixed_default_;
    profile_section plain_default_;
};

INFERPP_DECL std::string_view find_property(profile_section const& section, std::string_view name)
{
    auto const found = section.find(name);
    return found != section.end() ? std::string_view{found->second} : std::string_view{};
}

INFERPP_DECL std::string_view profile_files::find(std::string_view profile,
                                                  std::string_view name) const
{
    auto const found = profiles.find(profile);
    return found != profiles.end() ? find_property(found->second, name) : std::string_view{};
}

INFERPP_DECL std::string_view find_sub_property(std::string_view value, std::string_view name)
{
    std::string_view found;
    while (!value.empty()) {
        auto const end = (std::min)(value.find('\n'), value.size());
        std::string_view const line = value.substr(0, end);
        value.remove_prefix((std::min)(end + 1, value.size()));
        auto const equals = line.find('=');
        if (equals != std::string_view::npos &&
            detail::iequals(detail::trim(line.substr(0, equals)), name))
            found = detail::trim(line.substr(equals + 1)); // the last one wins
    }
    return found;
}

INFERPP_DECL result<profile_files> parse_profile_files(std::string_view config,
                                                       std::string_view credentials)
{
    profile_files files;
    if (auto const read = profile_parser{files, true}.parse(config); !read)
        return read.error();
    if (auto const read = profile_parser{files, false}.parse(credentials); !read)
        return read.error();
    return files;
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
