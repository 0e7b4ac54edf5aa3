// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_PROVIDERS_BEDROCK_IMPL_ENVIRONMENT_IPP
#define INFERPP_PROVIDERS_BEDROCK_IMPL_ENVIRONMENT_IPP

#include <inferpp/codec/digest.hpp>
#include <inferpp/core/file.hpp>
#include <inferpp/core/text.hpp>
#include <inferpp/providers/bedrock/environment.hpp>
#include <inferpp/providers/bedrock/process.hpp>

#include <boost/system/errc.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// The machine itself.
class system_environment_type final : public environment {
public:
    std::string variable(std::string const& name) const override
    {
        char const* const value = std::getenv(name.c_str());
        return value != nullptr ? value : "";
    }

    result<std::string> read_file(std::string const& path) const override
    {
        constexpr std::size_t most = 1UL << 20;
        try {
            auto const file = detail::open_file(path);
            std::string text;
            std::array<char, 4096> piece; // written before it is read
            while (text.size() <= most) {
                std::size_t const got = std::fread(piece.data(), 1, piece.size(), file.get());
                if (got == 0)
                    break;
                text.append(piece.data(), got);
            }
            if (std::ferror(file.get()) != 0)
                return detail::file_error(path, {errno, std::generic_category()});
            if (text.size() > most)
                return detail::file_error(path, std::make_error_code(std::errc::file_too_large));
            return text;
        }
        catch (failure const& e) {
            return e.error();
        }
    }

    result<void> write_file(std::string const& path, std::string_view text) const override
    {
        namespace fs = std::filesystem;
        std::string const beside = path + '.' + random_hex(8);
        std::error_code code;
        bool done = false;
        {
            detail::file_handle const file{std::fopen(beside.c_str(), "wb")};
            if (file) {
                fs::permissions(beside, fs::perms::owner_read | fs::perms::owner_write, code);
                done = !code &&
                       std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
                       std::fflush(file.get()) == 0;
            }
        }
        if (done)
            fs::rename(beside, path, code);
        if (done && !code)
            return {};
        std::error_code ignored;
        fs::remove(beside, ignored);
        return error{errc::invalid_argument, "cannot write file '" + path + '\''};
    }

    boost::asio::awaitable<result<process_output>> run(std::string command,
                                                       clock::time_point deadline) const override
    {
        return run_process(std::move(command), deadline);
    }
};

INFERPP_DECL std::shared_ptr<environment const> system_environment()
{
    static auto const instance = std::make_shared<system_environment_type const>();
    return instance;
}

INFERPP_DECL std::string find_variable(environment const& from, std::string const& name)
{
    return std::string{detail::trim(from.variable(name))};
}

INFERPP_DECL bool is_missing_file(error const& e) noexcept
{
    return e.info().cause == boost::system::errc::no_such_file_or_directory ||
           e.info().cause == boost::system::errc::not_a_directory;
}

INFERPP_DECL bool is_true(std::string_view setting) noexcept
{
    return detail::iequals(detail::trim(setting), "true");
}

inline std::string home_folder(environment const& from, bool windows)
{
    std::string home = find_variable(from, "HOME");
    if (home.empty() && windows)
        home = find_variable(from, "USERPROFILE");
    if (home.empty() && windows)
        home = find_variable(from, "HOMEDRIVE") + find_variable(from, "HOMEPATH");
    return home;
}

INFERPP_DECL profile_locations locate_profile_files(environment const& from, bool windows)
{
    char const slash = windows ? '\\' : '/';
    std::string const home = home_folder(from, windows);
    auto const locate = [&](char const* variable, char const* name) {
        std::string path = find_variable(from, variable);
        if (path.starts_with("~/") || (windows && path.starts_with("~\\")))
            return home + path.substr(1);
        if (path.empty() && !home.empty())
            path = home + slash + ".aws" + slash + name;
        return path;
    };
    profile_locations found;
    found.config = locate("AWS_CONFIG_FILE", "config");
    found.credentials = locate("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    if (!home.empty())
        found.sso_cache = home + slash + ".aws" + slash + "sso" + slash + "cache";
    return found;
}

INFERPP_DECL result<profile_files> read_profile_files(environment const& from)
{
#if defined(_WIN32)
    constexpr bool windows = true;
#else
    constexpr bool windows = false;
#endif
    profile_locations const where = locate_profile_files(from, windows);
    std::array<std::string, 2> texts;
    std::array<std::string const*, 2> const paths{&where.config, &where.credentials};
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (paths[i]->empty())
            continue;
        auto text = from.read_file(*paths[i]);
        if (text)
            texts[i] = std::move(*text);
        else if (!is_missing_file(text.error()))
            return text.error();
    }
    return parse_profile_files(texts[0], texts[1]);
}

} // namespace inferpp::inline INFERPP_ABI::bedrock

#endif
