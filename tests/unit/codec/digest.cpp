// SPDX-License-Identifier: BSL-1.0

#include <inferpp/codec/digest.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "unit/support.hpp"

using namespace inferpp;
using namespace std::string_view_literals;

TEST_CASE("SHA-256 follows the vectors of FIPS 180")
{
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("SHA-256 in pieces is that of the whole, and can begin again")
{
    std::string const text = unit::repeat("inferpp ", 1000);
    sha256 pieces;
    for (std::size_t at = 0; at < text.size(); at += 37)
        pieces.add(std::string_view{text}.substr(at, 37));
    CHECK(pieces.finish() == sha256_of(text));
    pieces.add("abc");
    sha256 moved = std::move(pieces);
    CHECK(moved.finish() == sha256_of("abc"));
    CHECK(moved.finish() == sha256_of(""));
}

TEST_CASE("HMAC follows the vectors of RFC 4231, also with keys of no and of many bytes")
{
    auto const hmac = [](std::vector<unsigned char> const& key, std::string_view data) {
        return to_hex(hmac_sha256(key, data));
    };
    CHECK(hmac(std::vector<unsigned char>(20, 0x0b), "Hi There") ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hmac({'J', 'e', 'f', 'e'}, "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hmac(std::vector<unsigned char>(131, 0xaa),
               "Test Using Larger Than Block-Size Key - Hash Key First") ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(hmac({}, "") == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    CHECK(hmac({}, "") == hmac({}, "")); // not the key of the call before
}

TEST_CASE("SHA-1 names files as others do")
{
    CHECK(sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_CASE("random digits are as many as asked for, and never the same")
{
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        std::string const one = random_hex(16);
        CHECK(one.size() == 32);
        CHECK(one.find_first_not_of("0123456789abcdef") == std::string::npos);
        CHECK(seen.insert(one).second);
    }
    CHECK(random_hex(0).empty());
    CHECK(to_hex(std::vector<unsigned char>{0x00, 0x9f, 0xff}) == "009fff");
}
