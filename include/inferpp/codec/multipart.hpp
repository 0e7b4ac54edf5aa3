// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_CODEC_MULTIPART_HPP
#define INFERPP_CODEC_MULTIPART_HPP

#include <inferpp/core/config.hpp>

#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI {

/**
 * @brief Writes a body of type multipart/form-data.
 *
 * @code
 * multipart_writer form{message.body};
 * form.add_file("input", "photo.jpg", "image/jpeg", data);
 * form.finish();
 * message.headers.set("Content-Type", form.content_type());
 * @endcode
 *
 * The boundary holds 144 random bits: no data meets it by chance, and nobody can foresee it.
 * *Source*: RFC 7578; quotes and line ends in names as WHATWG's HTML 4.10.21.8 has it.
 */
class multipart_writer {
public:
    /// @param out is appended to. Must outlive the writer.
    INFERPP_DECL explicit multipart_writer(std::string& out);

    /// @param boundary instead of a random one; it must not occur in the data
    multipart_writer(std::string& out, std::string_view boundary) : out_(out), boundary_(boundary)
    {
    }

    multipart_writer(multipart_writer const&) = delete;
    multipart_writer& operator=(multipart_writer const&) = delete;

    /// A part without a file name: a field of the form. @param type "application/json"; empty:
    ///        none is said, which means text
    INFERPP_DECL void add_field(std::string_view name, std::string_view value,
                                std::string_view type = {});

    /// A part with a file name. @param type "image/jpeg"
    INFERPP_DECL void add_file(std::string_view name, std::string_view filename,
                               std::string_view type, std::string_view data);

    /// Ends the body. Nothing may be added after that.
    INFERPP_DECL void finish();

    /// The value of the header Content-Type.
    std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }

private:
    INFERPP_DECL void begin(std::string_view name);

    std::string& out_;
    std::string boundary_;
};

} // namespace inferpp::inline INFERPP_ABI

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/codec/impl/multipart.ipp>
#endif

#endif
