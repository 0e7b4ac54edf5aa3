// SPDX-License-Identifier: BSL-1.0

#ifndef INFERPP_TESTS_SUPPORT_ENVIRONMENT_HPP
#define INFERPP_TESTS_SUPPORT_ENVIRONMENT_HPP

#include <cstdlib>
#include <optional>
#include <string>

namespace support {

/// A variable of the environment that is set, or taken away, until the end of the block.
class environment_variable {
public:
    /// @param value null: it is taken away
    environment_variable(char const* name, char const* value) : name_(name)
    {
        if (char const* const before = std::getenv(name))
            before_ = before;
        set(value);
    }
    environment_variable(char const* name, std::string const& value)
        : environment_variable(name, value.c_str())
    {
    }
    environment_variable(environment_variable const&) = delete;
    environment_variable& operator=(environment_variable const&) = delete;
    ~environment_variable() { set(before_ ? before_->c_str() : nullptr); }

    void set(char const* value) const
    {
        if (value != nullptr)
            ::setenv(name_, value, 1);
        else
            ::unsetenv(name_);
    }

private:
    char const* name_;
    std::optional<std::string> before_;
};

} // namespace support

#endif
