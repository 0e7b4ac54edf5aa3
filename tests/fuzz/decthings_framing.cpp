// SPDX-License-Identifier: BSL-1.0
//
// Messages of Decthings. An answer: the first byte chooses the call that it answers. A request:
// what is put together comes apart in the simulator, which has a parser of its own.

#include <inferpp/decthings.hpp>
#include <inferpp/testing/decthings_simulator.hpp>

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace inferpp::decthings;

namespace inferpp::inline INFERPP_ABI::testing::detail {
struct decthings_message { // as in decthings_simulator.ipp
    boost::json::object json;
    std::vector<std::string> blobs;
};
std::optional<decthings_message> decthings_parse(std::string_view body);
} // namespace inferpp::inline INFERPP_ABI::testing::detail

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// Reads an answer as the pipeline does.
template <class Op>
void read_as(http::response answer)
{
    std::string const body = answer.body;
    decthings::options with;
    decthings::provider const platform{with};
    error const refusal = platform.find_refusal(answer);
    require(answer.body == body);
    auto const read = Op::decode(std::move(answer));
    error const failure = read ? refusal : read.error();
    for (error const* const e : {&refusal, &failure}) {
        require(e->info().server_message.size() <= body.size() + 1024);
        for (char const c : e->what())
            require(c >= ' ' && c < 127);
    }
    if (refusal.code()) // whoever is not asked about it first comes to the same
        require(!read && failure.code() == refusal.code());
}

constexpr std::array readers{
    &read_as<create_state>,
    &read_as<evaluate>,
    &read_as<get_state>,
    &read_as<get_entries>,
    &read_as<get_training_metrics>,
    &read_as<read_file>,
    &read_as<get_models>,
    &read_as<versioned::evaluate>,
    &read_as<versioned::create_version>,
    &read_as<get_training_status>,
    &read_as<debug_evaluate>,
    &read_as<get_organizations>,
};

/// The text in blobs, put together and taken apart.
void send(std::string_view text)
{
    attachments with;
    std::vector<std::string_view> blobs;
    while (!text.empty() && blobs.size() < 260) {
        std::size_t const size =
            std::min<std::size_t>(static_cast<unsigned char>(text.front()), text.size() - 1);
        std::string_view const blob = text.substr(1, size);
        text.remove_prefix(1 + size);
        blobs.push_back(blob);
        with.add(shared_bytes{blob});
    }
    constexpr std::string_view json = R"({"a":1})";
    auto const framed = frame_request({}, json, with);
    require(framed.has_value() == (blobs.size() <= 255));
    if (!framed)
        return;
    std::string whole = framed->head;
    for (shared_bytes const& piece : framed->rest)
        whole += piece.view();
    auto const parsed = testing::detail::decthings_parse(whole);
    require(parsed && parsed->json.size() == 1 && parsed->blobs.size() == blobs.size());
    for (std::size_t i = 0; i < blobs.size(); ++i)
        require(parsed->blobs[i] == blobs[i]);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    std::string_view const rest{reinterpret_cast<char const*>(data) + 1, size - 1};
    http::response answer;
    answer.status = 200;
    answer.headers.set("Content-Type", "application/octet-stream");
    answer.body = rest;
    readers[data[0] % readers.size()](std::move(answer));
    testing::detail::decthings_parse(rest);
    send(rest);
    return 0;
}
