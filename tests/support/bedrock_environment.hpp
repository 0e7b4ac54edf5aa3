// SPDX-License-Identifier: BSL-1.0
//
// A machine for tests: variables and files in memory, and a calendar of their own.

#ifndef INFERPP_TESTS_SUPPORT_BEDROCK_ENVIRONMENT_HPP
#define INFERPP_TESTS_SUPPORT_BEDROCK_ENVIRONMENT_HPP

#include <inferpp/core/file.hpp>
#include <inferpp/net/clock.hpp>
#include <inferpp/providers/bedrock/environment.hpp>
#include <inferpp/providers/bedrock/process.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace support::bedrocking {

namespace bedrock = inferpp::bedrock;

class fake_environment final : public bedrock::environment {
public:
    std::map<std::string, std::string> variables;
    mutable std::map<std::string, std::string> files;
    bool read_only = false;

    std::string variable(std::string const& name) const override
    {
        auto const found = variables.find(name);
        return found != variables.end() ? found->second : std::string{};
    }
    inferpp::result<std::string> read_file(std::string const& path) const override
    {
        auto const found = files.find(path);
        if (found == files.end())
            return inferpp::detail::file_error(
                path, std::make_error_code(std::errc::no_such_file_or_directory));
        return found->second;
    }
    inferpp::result<void> write_file(std::string const& path, std::string_view text) const override
    {
        if (read_only)
            return inferpp::error{inferpp::errc::invalid_argument, "read-only"};
        files[path] = std::string{text};
        return {};
    }
    boost::asio::awaitable<inferpp::result<bedrock::process_output>> run(
        std::string command, inferpp::clock::time_point deadline) const override
    {
        return bedrock::run_process(std::move(command), deadline);
    }
};

/// A clock that does not sleep, on a day of the test's choice.
class calendar_clock final : public inferpp::clock {
public:
    explicit calendar_clock(inferpp::sys_milliseconds today) : today_(today) {}

    time_point now() const noexcept override { return std::chrono::steady_clock::now(); }
    inferpp::sys_milliseconds calendar() const noexcept override { return today_; }
    void arm(inferpp::sleeper& who, time_point) override
    {
        who.timer.expires_at((time_point::min)());
    }
    void disarm(inferpp::sleeper&) noexcept override {}

    void advance(std::chrono::milliseconds by) { today_ += by; }

private:
    inferpp::sys_milliseconds today_;
};

} // namespace support::bedrocking

#endif
