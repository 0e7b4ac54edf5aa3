// SPDX-License-Identifier: BSL-1.0

#include <inferpp/core/as_result.hpp>

#include "unit/support.hpp"

#include <boost/asio/error.hpp>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>

using namespace inferpp;
namespace asio = boost::asio;

namespace {

asio::awaitable<std::unique_ptr<int>> gives(int value)
{
    co_return std::make_unique<int>(value);
}

asio::awaitable<void> gives_nothing()
{
    co_return;
}

template <class T, class Exception>
asio::awaitable<T> throws(Exception thrown)
{
    throw thrown;
    co_return T();
}

asio::awaitable<void> cancelled_by(asio::error::basic_errors code)
{
    throw boost::system::system_error{code};
    co_return;
}

} // namespace

TEST_CASE("as_result gives the value of an operation, also one that can only be moved")
{
    auto const value = unit::run(as_result(gives(7)));
    REQUIRE(value.has_value());
    CHECK(**value == 7);
    CHECK(unit::run(as_result(gives_nothing())).has_value());
}

TEST_CASE("as_result gives the error of a failure with its particulars")
{
    error e{errc::deadline_exceeded};
    e.edit().operation = "send";
    auto const value = unit::run(as_result(throws<std::string>(failure{e})));
    REQUIRE(value.has_error());
    CHECK(value.error() == errc::deadline_exceeded);
    CHECK(value.error().info().operation == "send");
    CHECK(unit::run(as_result(throws<int>(failure{e}))).error() == condition::timeout);
}

TEST_CASE("as_result gives the code of a system_error, and cancellation as ours")
{
    auto const reset = unit::run(as_result(cancelled_by(asio::error::connection_reset)));
    REQUIRE(reset.has_error());
    CHECK(reset.error().code() == asio::error::connection_reset);
    auto const cancelled = unit::run(as_result(cancelled_by(asio::error::operation_aborted)));
    REQUIRE(cancelled.has_error());
    CHECK(cancelled.error() == errc::cancelled);
}

TEST_CASE("as_result lets exceptions through that are no system_error")
{
    CHECK_THROWS_AS(unit::run(as_result(throws<int>(std::runtime_error{"user's"}))),
                    std::runtime_error);
    CHECK_THROWS_AS(unit::run(as_result(throws<int>(std::bad_alloc{}))), std::bad_alloc);
}
