// SPDX-License-Identifier: BSL-1.0
//
// What credentials and settings are looked for in: variables, files, programs.

#ifndef INFERPP_PROVIDERS_BEDROCK_ENVIRONMENT_HPP
#define INFERPP_PROVIDERS_BEDROCK_ENVIRONMENT_HPP

#include <inferpp/core/result.hpp>
#include <inferpp/net/clock.hpp>
#include <inferpp/providers/bedrock/profile_files.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace inferpp::inline INFERPP_ABI::bedrock {

/// What came of a program.
struct process_output {
    process_output() = default;

    int status = 0; ///< 0: it has ended well; negative: the signal that ended it
    std::string text;
};

/**
 * @brief The machine as this library sees it; an interface, so that tests have one of their own.
 *
 * *Thread safety*: any thread may call any function at any time.
 */
class environment {
public:
    virtual ~environment() = default;

    /// A variable; empty when it is not set.
    virtual std::string variable(std::string const& name) const = 0;

    /// A whole file, of at most 1 MiB. @return `invalid_argument` with the reason as `cause`
    virtual result<std::string> read_file(std::string const& path) const = 0;

    /// Writes a file that only its owner may read, at once or not at all.
    virtual result<void> write_file(std::string const& path, std::string_view text) const = 0;

    /**
     * @brief Runs a command line and waits for its end.
     * @param command for the shell
     * @return what it printed, at most 64 KiB; `errc::deadline_exceeded`, and it is killed;
     *         `unsupported` where the system has no such programs
     *
     * *Cancellation*: `terminal`; it is killed.
     */
    virtual boost::asio::awaitable<result<process_output>> run(
        std::string command, clock::time_point deadline) const = 0;

protected:
    environment() = default;
    environment(environment const&) = default;
    environment& operator=(environment const&) = default;
};

/// The machine itself. @return the same object each time
INFERPP_DECL std::shared_ptr<environment const> system_environment();

/// Where the profile files and caches of Amazon's tools lie.
struct profile_locations {
    profile_locations() = default;

    std::string config;
    std::string credentials;
    std::string sso_cache; ///< a folder
};

/**
 * @brief Finds them: `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE`, else below ".aws" in the
 *        home folder.
 * @param windows whether paths are those of Windows
 * @return empty paths where there is no home folder
 *
 * *Source*: wire notes 5.2.
 */
INFERPP_DECL profile_locations locate_profile_files(environment const& from, bool windows);

/// Both files of a machine; those that do not exist are empty.
/// @return `invalid_argument` for one that can't be read, or is malformed
INFERPP_DECL result<profile_files> read_profile_files(environment const& from);

/// A variable without blanks around it; empty when it is not set.
INFERPP_DECL std::string find_variable(environment const& from, std::string const& name);

/// Whether a file could not be read because it is not there.
INFERPP_DECL bool is_missing_file(error const& e) noexcept;

/// Whether a setting says yes: "true" in any case. *Source*: wire notes 1.11
INFERPP_DECL bool is_true(std::string_view setting) noexcept;

} // namespace inferpp::inline INFERPP_ABI::bedrock

#if !defined(INFERPP_SEPARATE_COMPILATION)
#include <inferpp/providers/bedrock/impl/environment.ipp>
#endif

#endif
