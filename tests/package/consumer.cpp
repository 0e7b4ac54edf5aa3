// SPDX-License-Identifier: BSL-1.0
// A user's program, built as users build: with the package and a C++20 compiler, and no other flag.

#include <inferpp/modzy.hpp>
#include <inferpp/version.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>

int main()
{
    // -Wshadow and -Wconversion, inferpp's own warnings, would stop here.
    int count = 300;
    for (int count = 0; count < 1; ++count) {
    }
    unsigned char const narrow = count;

    boost::asio::io_context context;
    inferpp::modzy::options options;
    options.base_url = "http://127.0.0.1:1/api";
    options.api_key = inferpp::secret{"key"};
    inferpp::modzy::client const client{context.get_executor(), options};
    std::cout << "inferpp " << INFERPP_VERSION_MAJOR << '.' << INFERPP_VERSION_MINOR << '.'
              << INFERPP_VERSION_PATCH << " consumed, " << int{narrow} << '\n';
}
