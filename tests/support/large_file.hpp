// SPDX-License-Identifier: BSL-1.0
//
// What the benchmarks of uploads share: a large file, and a plain copy of it through a socket to
// compare with.

#ifndef INFERPP_TESTS_SUPPORT_LARGE_FILE_HPP
#define INFERPP_TESTS_SUPPORT_LARGE_FILE_HPP

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "support/child_process.hpp"

namespace support {

inline constexpr std::uint64_t mib = 1024 * 1024;

/// A file of bytes that no two parts share, so that their order shows; gone at its end.
class large_file {
public:
    /// @param see is shown each MiB of it
    large_file(std::string_view name, std::uint64_t size,
               std::function<void(std::string_view)> const& see)
        : path(std::filesystem::temp_directory_path() /
               (std::string{name} + '_' + std::to_string(static_cast<long>(::getpid()))))
    {
        std::FILE* const file = std::fopen(path.c_str(), "wb");
        if (file == nullptr)
            std::abort();
        std::vector<std::uint64_t> block(mib / sizeof(std::uint64_t));
        std::uint64_t next = 1;
        for (std::uint64_t done = 0; done < size; done += mib) {
            for (std::uint64_t& word : block)
                word = next += 0x9e3779b97f4a7c15ULL;
            see({reinterpret_cast<char const*>(block.data()), mib});
            if (std::fwrite(block.data(), 1, mib, file) != mib)
                std::abort();
        }
        std::fclose(file);
    }
    large_file(large_file const&) = delete;
    large_file& operator=(large_file const&) = delete;
    ~large_file()
    {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }

    std::filesystem::path path;
};

/// Reads all that comes on one connection; told is the port.
inline void serve_sink(child_process::tell_function const& tell)
{
    using tcp = boost::asio::ip::tcp;
    boost::asio::io_context context{1};
    tcp::acceptor acceptor{context, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}};
    tell(std::to_string(acceptor.local_endpoint().port()));
    tcp::socket socket = acceptor.accept();
    std::vector<char> buffer(256 * 1024);
    boost::system::error_code code;
    while (!code)
        socket.read_some(boost::asio::buffer(buffer), code);
}

inline void copy_plainly(std::filesystem::path const& path, std::string const& port)
{
    using tcp = boost::asio::ip::tcp;
    boost::asio::io_context context{1};
    tcp::socket socket{context};
    socket.connect(
        {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoi(port))});
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    std::vector<char> buffer(64 * 1024);
    while (std::size_t const got = std::fread(buffer.data(), 1, buffer.size(), file))
        boost::asio::write(socket, boost::asio::buffer(buffer.data(), got));
    std::fclose(file);
}

inline void report_speed(char const* what, std::uint64_t size, measured const& m)
{
    double const megabytes = static_cast<double>(size) / 1e6;
    std::printf("%-34s %7.0f MB/s, %.2f s, CPU of the sender %.2f s\n", what, megabytes / m.seconds,
                m.seconds, m.cpu);
}

} // namespace support

#endif
