// SPDX-License-Identifier: BSL-1.0

#include <inferpp/net/address_filter.hpp>

#include <inferpp/codec/json.hpp>

#include "unit/support.hpp"

#include <string>

using namespace inferpp;

TEST_CASE("addresses that are not of the public internet are told from those that are")
{
    struct {
        char const* address;
        bool is_public;
    } const cases[] = {
        {"127.0.0.1", false},          {"127.255.255.254", false},
        {"0.0.0.0", false},            {"10.0.0.1", false},
        {"172.16.0.0", false},         {"172.31.255.255", false},
        {"192.168.0.0", false},        {"169.254.169.254", false},
        {"100.64.0.0", false},         {"100.127.255.255", false},
        {"192.0.0.1", false},          {"192.0.2.1", false},
        {"192.88.99.1", false},        {"198.18.0.1", false},
        {"198.19.255.255", false},     {"198.51.100.1", false},
        {"203.0.113.1", false},        {"224.0.0.1", false},
        {"240.0.0.1", false},          {"255.255.255.255", false},
        {"1.1.1.1", true},             {"9.255.255.255", true},
        {"11.0.0.0", true},            {"100.63.255.255", true},
        {"100.128.0.0", true},         {"126.255.255.255", true},
        {"128.0.0.0", true},           {"169.253.255.255", true},
        {"169.255.0.0", true},         {"172.15.255.255", true},
        {"172.32.0.0", true},          {"192.0.1.0", true},
        {"192.167.255.255", true},     {"192.169.0.0", true},
        {"198.17.255.255", true},      {"198.20.0.0", true},
        {"223.255.255.255", true},     {"::", false},
        {"::1", false},                {"::7f00:1", false},
        {"::ffff:127.0.0.1", false},   {"::ffff:169.254.169.254", false},
        {"::ffff:8.8.8.8", true},      {"64:ff9b::808:808", false},
        {"64:ff9b:1::1", false},       {"100::1", false},
        {"2001::1", false},            {"2001:1ff::1", false},
        {"2001:200::1", true},         {"2001:db8::1", false},
        {"2001:db9::1", true},         {"2002:7f00:1::", false},
        {"2003::1", true},             {"2606:4700:4700::1111", true},
        {"3fff::1", false},            {"3fff:fff::1", false},
        {"3fff:1000::1", true},        {"4000::1", false},
        {"fc00::1", false},            {"fd00:ec2::254", false},
        {"fe80::1", false},            {"fec0::1", false},
        {"ff02::1", false},
    };
    for (auto const& [text, is_public] : cases) {
        CAPTURE(text);
        CHECK(is_public_address(boost::asio::ip::make_address(text)) == is_public);
    }
}

TEST_CASE("a scope does not make an address public")
{
    CHECK(!is_public_address(boost::asio::ip::make_address("fe80::1%1")));
}

TEST_CASE("the address filter agrees with the project's collection of cases")
{
    auto const path = unit::shared_path("vectors/http/ssrf-address-cases.json");
    if (path.empty())
        return;
    auto const parsed = parse_json(unit::read_file(path));
    REQUIRE(parsed.has_value());
    auto const& list = parsed->at("addresses").as_array();
    CHECK(list.size() > 50);
    for (auto const& entry : list) {
        std::string const text{entry.at("address").as_string().c_str()};
        CAPTURE(text);
        CHECK(is_public_address(boost::asio::ip::make_address(text)) ==
              entry.at("allow").as_bool());
    }
}
