// SPDX-License-Identifier: BSL-1.0
//
// By hand and not by std::regex, which would take as many stack frames as a text has characters.

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_PATTERNS_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_PATTERNS_IPP

#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/patterns.hpp>

#include <algorithm>
#include <cstddef>

namespace inferpp::inline INFERPP_ABI::bedrock {

inline bool is_lower_or_digit(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || detail::is_digit(c);
}

inline bool is_alphanumeric(char c) noexcept
{
    return is_lower_or_digit(detail::ascii_lower(c));
}

/// Takes a text apart from its front. Once something does not fit, nothing does.
class pattern_reader {
public:
    explicit pattern_reader(std::string_view text) noexcept : rest_(text) {}

    /// These very characters.
    pattern_reader& text(std::string_view wanted) noexcept
    {
        fits_ = fits_ && rest_.starts_with(wanted);
        if (fits_)
            rest_.remove_prefix(wanted.size());
        return *this;
    }

    /// As many characters as there are of these, `least` to `most`.
    pattern_reader& run(std::size_t least, std::size_t most, std::string_view marks,
                        bool (*letters)(char) noexcept = is_alphanumeric) noexcept
    {
        std::size_t count = 0;
        while (count < rest_.size() && ((letters != nullptr && letters(rest_[count])) ||
                                        marks.find(rest_[count]) != std::string_view::npos))
            ++count;
        fits_ = fits_ && count >= least && count <= most;
        rest_.remove_prefix(fits_ ? count : 0);
        return *this;
    }

    /// "arn:aws", "arn:aws-cn" and so on, with the colon behind it.
    pattern_reader& partition() noexcept
    {
        text("arn:aws");
        if (fits_ && rest_.starts_with('-')) {
            auto const colon = rest_.find(':');
            fits_ = colon != std::string_view::npos && colon > 1;
            rest_.remove_prefix(fits_ ? colon : 0);
        }
        return text(":");
    }

    /// Twelve digits.
    pattern_reader& account() noexcept { return run(12, 12, "0123456789", nullptr); }

    bool starts_with(std::string_view wanted) const noexcept
    {
        return fits_ && rest_.starts_with(wanted);
    }
    std::string_view rest() const noexcept { return rest_; }
    bool fits() const noexcept { return fits_; }

    /// Whether all of it has been taken.
    bool done() const noexcept { return fits_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool fits_ = true;
};

INFERPP_DECL bool is_job_name(std::string_view text) noexcept
{
    return !text.empty() && is_alphanumeric(text[0]) &&
           pattern_reader{text}.run(1, 63, "+-.").done();
}

INFERPP_DECL bool is_role_arn(std::string_view text) noexcept
{
    if (text.size() > 2048)
        return false;
    pattern_reader reader{text};
    reader.partition().text("iam::");
    if (!reader.starts_with(":"))
        reader.account();
    reader.text(":role/");
    // Any character but a line end.
    return reader.fits() && !reader.rest().empty() &&
           reader.rest().find_first_of("\r\n") == std::string_view::npos;
}

INFERPP_DECL bool is_request_token(std::string_view text) noexcept
{
    return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
           pattern_reader{text}.run(1, 256, "-").done();
}

// "vendor.name:version"
inline bool is_vendor_and_name(std::string_view text) noexcept
{
    pattern_reader reader{text};
    reader.run(1, 63, "-", is_lower_or_digit).text(".");
    if (!reader.fits())
        return false;
    std::string_view const names = reader.rest().substr(0, reader.rest().find(':'));
    // Two runs of 1 to 63, with or without a dot between them.
    auto const dot = names.find('.');
    if (dot == std::string_view::npos)
        reader.run(2, 126, "-", is_lower_or_digit);
    else
        reader.run(1, 63, "-", is_lower_or_digit).text(".").run(1, 63, "-", is_lower_or_digit);
    for (int parts = 0; parts < 2 && reader.starts_with(":"); ++parts)
        reader.text(":").run(1, 63, "-", is_lower_or_digit);
    return reader.done();
}

// Letters and digits, with a single "_" or "-" behind each at most.
inline bool is_plain_model(std::string_view text) noexcept
{
    bool may_part = false;
    for (char const c : text) {
        bool const part = c == '_' || c == '-';
        if (part ? !may_part : !is_alphanumeric(c))
            return false;
        may_part = !part;
    }
    return !text.empty();
}

inline bool is_model_resource(std::string_view text) noexcept
{
    if (pattern_reader reader{text}; reader.starts_with(":foundation-model/"))
        return is_vendor_and_name(text.substr(18));
    pattern_reader reader{text};
    reader.account().text(":");
    if (reader.starts_with("custom-model/"))
        return reader.text("custom-model/")
            .run(1, 63, "-", is_lower_or_digit)
            .text(".")
            .run(1, 63, "-:", is_lower_or_digit)
            .text("/")
            .run(12, 12, "", is_lower_or_digit)
            .done();
    if (reader.starts_with("application-inference-profile/"))
        return reader.text("application-inference-profile/").run(1, 2048, "-:.").done();
    if (reader.starts_with("inference-profile/"))
        return reader.text("inference-profile/").run(1, 2048, "-:.").done();
    return is_plain_model(text);
}

INFERPP_DECL bool is_model_id(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 2048)
        return false;
    if (is_vendor_and_name(text) || is_plain_model(text))
        return true;
    pattern_reader reader{text};
    reader.partition().text("bedrock:").run(1, 20, "-", is_lower_or_digit).text(":");
    return reader.fits() && is_model_resource(reader.rest());
}

INFERPP_DECL bool is_s3_uri(std::string_view text) noexcept
{
    if (text.size() > 1024)
        return false;
    pattern_reader reader{text};
    reader.text("s3://");
    std::string_view const bucket = reader.rest().substr(0, reader.rest().find('/'));
    if (!reader.fits() || bucket.empty() || !is_lower_or_digit(bucket.front()) ||
        !is_lower_or_digit(bucket.back()))
        return false;
    reader.run(3, 63, "-.", is_lower_or_digit);
    while (reader.starts_with("/") && reader.rest().size() > 1)
        reader.text("/").run(1, 1024, "-!_*'().");
    if (reader.starts_with("/"))
        reader.text("/");
    return reader.done();
}

INFERPP_DECL bool is_kms_key(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 2048)
        return false;
    pattern_reader reader{text};
    if (reader.starts_with("arn:"))
        reader.partition().text("kms:").run(0, 2048, "-").text(":").account().text(":");
    bool const in_arn = text.size() != reader.rest().size();
    if (reader.starts_with("alias/"))
        return reader.text("alias/").run(1, 2048, "-/_").done();
    if (in_arn)
        reader.text("key/");
    return reader.run(36, 36, "-").done();
}

INFERPP_DECL bool is_account_id(std::string_view text) noexcept
{
    return pattern_reader{text}.account().done();
}

INFERPP_DECL bool is_vpc_item(std::string_view text) noexcept
{
    return pattern_reader{text}.run(1, 32, "-").done();
}

INFERPP_DECL bool is_tag_text(std::string_view text) noexcept
{
    return pattern_reader{text}.run(0, 256, " \t\n\v\f\r._:/=+@-").done();
}

INFERPP_DECL bool is_job_identifier(std::string_view text) noexcept
{
    pattern_reader reader{text};
    if (reader.starts_with("arn:"))
        reader.partition()
            .text("bedrock:")
            .run(1, 20, "-", is_lower_or_digit)
            .text(":")
            .account()
            .text(":model-invocation-job/");
    return text.size() <= 1011 && reader.run(12, 12, "", is_lower_or_digit).done();
}

INFERPP_DECL bool is_page_token(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= 2048 &&
           text.find_first_of(" \t\n\v\f\r") == std::string_view::npos;
}

INFERPP_DECL bool is_taggable(std::string_view text) noexcept
{
    if (text.size() < 20 || text.size() > 1011)
        return false;
    pattern_reader reader{text};
    reader.partition().text("bedrock:").run(1, 20, "-", is_lower_or_digit).text(":");
    if (reader.fits())
        return reader.run(0, 12, "0123456789", nullptr).text(":").fits() &&
               !reader.rest().empty() &&
               reader.rest().find_first_of(" \t\n\v\f\r") == std::string_view::npos;
    return is_alphanumeric(text[0]) && pattern_reader{text}.run(20, 1011, "-").done();
}

INFERPP_DECL bool is_runtime_model(std::string_view text) noexcept
{
    pattern_reader reader{text};
    if (reader.starts_with("arn:"))
        return text.size() <= 2048 && reader.partition().run(1, 2048, "-:._/").done();
    return reader.run(1, 2048, "-:._").done();
}

INFERPP_DECL bool is_guardrail(std::string_view text) noexcept
{
    pattern_reader reader{text};
    if (reader.starts_with("arn:"))
        reader.partition()
            .text("bedrock:")
            .run(1, 20, "-", is_lower_or_digit)
            .text(":")
            .account()
            .text(":guardrail/");
    return text.size() <= 2048 && reader.run(1, 2048, "", is_lower_or_digit).done();
}

INFERPP_DECL bool is_guardrail_version(std::string_view text) noexcept
{
    return text == "DRAFT" ||
           (!text.starts_with('0') && pattern_reader{text}.run(1, 8, "0123456789", nullptr).done());
}

INFERPP_DECL bool is_tool_name(std::string_view text) noexcept
{
    return pattern_reader{text}.run(1, 64, "_-").done();
}

INFERPP_DECL bool is_tool_use_id(std::string_view text) noexcept
{
    return pattern_reader{text}.run(1, 64, "_.:-").done();
}

INFERPP_DECL bool is_metadata_text(std::string_view text) noexcept
{
    return pattern_reader{text}.run(0, 256, " \t\n\v\f\r:_@$#=/+,-.").done();
}

INFERPP_DECL bool is_async_invocation(std::string_view text) noexcept
{
    return text.size() <= 2048 && pattern_reader{text}
                                      .partition()
                                      .text("bedrock:")
                                      .run(1, 20, "-", is_lower_or_digit)
                                      .text(":")
                                      .account()
                                      .text(":async-invoke/")
                                      .run(12, 12, "", is_lower_or_digit)
                                      .done();
}

INFERPP_DECL bool is_s3_place(std::string_view text) noexcept
{
    constexpr std::string_view scheme = "s3://";
    auto const slash = text.find('/', (std::min)(scheme.size(), text.size()));
    return text.size() <= 1024 && is_s3_uri(text.substr(0, slash)) &&
           text.find_first_of("\r\n") == std::string_view::npos;
}

INFERPP_DECL bool is_visible_token(std::string_view text) noexcept
{
    return !text.empty() && text.size() <= 256 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '!' && c <= '~'; });
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
