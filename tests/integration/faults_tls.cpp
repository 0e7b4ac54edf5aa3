// SPDX-License-Identifier: BSL-1.0
//
// Servers whose certificate or TLS is wrong. The ids are those of tests/faults.md.

#include "support/environment.hpp"
#include "support/fault_world.hpp"
#include "support/tls_server.hpp"

#include <openssl/ssl.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace inferpp;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;
using support::cutting_proxy;
using support::identity;
using support::tls_script;
using support::tls_server;

namespace {

std::string text_of(fs::path const& file)
{
    std::ifstream in{file, std::ios::binary};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

/// The certificates of make-test-pki.sh, made once for a build folder; empty where there is no
/// openssl program.
fs::path const& pki_folder()
{
    static fs::path const folder = [] {
        fs::path const kept = INFERPP_TEST_PKI_DIR;
        std::error_code ignored;
        if (fs::exists(kept / "client.chain.pem", ignored) &&
            fs::file_time_type::clock::now() - fs::last_write_time(kept / "client.chain.pem") <
                std::chrono::hours{24 * 30})
            return kept;
        fs::path const fresh = kept.string() + '.' + std::to_string(::getpid());
        std::string const command = "sh '" INFERPP_TEST_PKI_SCRIPT "' '" + fresh.string() +
                                    "' > /dev/null 2>&1";
        if (std::system(command.c_str()) != 0 || !fs::exists(fresh / "client.chain.pem", ignored))
            return fs::path{};
        fs::remove_all(kept, ignored);
        fs::rename(fresh, kept, ignored);
        return fs::exists(kept / "client.chain.pem", ignored) ? kept : fs::path{};
    }();
    return folder;
}

bool no_pki()
{
    if (!pki_folder().empty())
        return false;
    MESSAGE("skipped: tests/support/make-test-pki.sh needs the program openssl");
    return true;
}

identity of_pki(std::string const& name)
{
    return {text_of(pki_folder() / (name + ".chain.pem")), text_of(pki_folder() / (name + ".key"))};
}

/// Authority and certificates that need no program.
support::authority const& own_authority()
{
    static support::authority const instance;
    return instance;
}

identity const& own_identity()
{
    static identity const made = own_authority().issue("x", "IP:127.0.0.1, DNS:localhost");
    return made;
}

std::string answer(std::string const& body, std::string const& more = {})
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
           "\r\n" + body;
}

std::vector<std::string> answers(std::size_t count)
{
    return std::vector<std::string>(count, answer("ok"));
}

struct tls_fault_world {
    tls_fault_world(identity const& who, tls_script script, std::string ca = own_authority().pem())
        : server(context, who, std::move(script)), options(support::eager_options(""))
    {
        auto const names = std::make_shared<support::scripted_resolver>();
        names->addresses = {{asio::ip::address_v4::loopback(), server.port()}};
        options.resolver = names;
        options.tls.ca_pem = std::move(ca);
        options.limits.tls = 20s;
        call_it("127.0.0.1");
    }
    void call_it(std::string const& host)
    {
        options.base_url = "https://" + host + ':' + std::to_string(server.port());
    }
    modzy::client client() { return modzy::client{context.get_executor(), options}; }

    result<http::response> ask(modzy::client const& by)
    {
        http::request const message{"GET", "x"};
        return support::run(context, as_result(by.raw(message, {.max_attempts = 1})));
    }
    result<http::response> ask() { return ask(client()); }

    asio::io_context context{1};
    tls_server server;
    modzy::options options;
};

/// Asks a server with a certificate of the PKI under a name.
error verdict(std::string const& certificate, std::string const& host,
              std::string const& root = "root")
{
    tls_fault_world world{of_pki(certificate), tls_script{answers(1)},
                          text_of(pki_folder() / (root + ".pem"))};
    world.call_it(host);
    http::request const message{"POST", "x"};
    auto const got = support::run(world.context, as_result(world.client().raw(message)));
    CHECK(world.server.connections() == 1); // refused certificates are not tried again
    if (got)
        return {};
    CHECK(got.error() == errc::tls_failed);
    CHECK(got.error() == condition::transport);
    CHECK(got.error().info().sent == sent_state::no);
    CHECK(got.error().info().attempts == 1);
    CHECK(got.error().info().phase == "tls");
    CHECK(world.server.requests().empty());
    return got.error();
}

/// A file for the time of a test.
struct temporary_file {
    explicit temporary_file(std::string const& text)
    {
        static int count = 0;
        path = fs::temp_directory_path() / ("inferpp-tls-" + std::to_string(::getpid()) + '-' +
                                            std::to_string(++count) + ".pem");
        std::ofstream{path, std::ios::binary} << text;
    }
    temporary_file(temporary_file const&) = delete;
    temporary_file& operator=(temporary_file const&) = delete;
    ~temporary_file()
    {
        std::error_code ignored;
        fs::remove(path, ignored);
    }
    fs::path path;
};

/// The error with which a client can't be made.
error refused_options(modzy::options const& options)
{
    asio::io_context context{1};
    try {
        modzy::client const client{context.get_executor(), options};
        return {};
    }
    catch (failure const& e) {
        CHECK(e.error() == errc::invalid_argument);
        return e.error();
    }
}

modzy::options https_options()
{
    return support::eager_options("https://127.0.0.1:1");
}

} // namespace

// --- certificates --------------------------------------------------------------------------------

TEST_CASE("T01 to T09: the hostile PKI, certificate by certificate")
{
    if (no_pki())
        return;
    for (char const* const name : {"good", "ecdsa", "via_inter_full"}) {
        CAPTURE(name);
        CHECK(!verdict(name, "localhost").code());
    }
    CHECK(!verdict("good", "127.0.0.1").code());
    CHECK(!verdict("good", "api.example.test").code());
    CHECK(!verdict("good", "api.example.test.").code()); // a trailing dot is the name server's
    CHECK(!verdict("wildcard", "a.example.test").code());
    CHECK(!verdict("wildcard", "A.EXAMPLE.test").code());

    struct refusal {
        char const* certificate;
        char const* host;
        char const* why;
    };
    for (refusal const& bad : {
             refusal{"untrusted", "localhost", "issuer certificate"},
             refusal{"selfsigned", "localhost", "self-signed"},
             refusal{"via_inter_missing", "localhost", "issuer certificate"},
             refusal{"wronghost", "localhost", "mismatch"},
             refusal{"wronghost", "localhost", "other.example.test"}, // names what is presented
             refusal{"wronghost", "localhost", "localhost"},          // and what was expected
             refusal{"cnonly", "localhost", "mismatch"},
             refusal{"cn_and_other_san", "localhost", "mismatch"},
             refusal{"wildcard_partial", "api.example.test", "mismatch"},
             refusal{"wildcard", "a.b.example.test", "mismatch"},
             refusal{"wildcard", "example.test", "mismatch"},
             refusal{"wildcard_all", "localhost", "mismatch"},
             refusal{"wildcard_tld", "example.test", "mismatch"},
             refusal{"nul_san", "localhost", "mismatch"},
             refusal{"ip_as_dns", "127.0.0.1", "mismatch"},
             refusal{"ecdsa", "api.example.test", "mismatch"},
             refusal{"expired", "localhost", "expired"},
             refusal{"expired", "localhost", "2021-01-01"},
             refusal{"notyet", "localhost", "not yet valid"},
             refusal{"notyet", "localhost", "2049-01-01"},
             refusal{"leaf_as_ca", "localhost", ""},
             refusal{"client_eku", "localhost", "purpose"},
             refusal{"weak1024", "localhost", "weak"},
             refusal{"sha1", "localhost", "weak"},
         }) {
        CAPTURE(bad.certificate);
        CAPTURE(bad.host);
        auto const e = verdict(bad.certificate, bad.host);
        REQUIRE(e.code());
        CAPTURE(e.what());
        CHECK(support::contains(e.what(), bad.why));
    }
    CHECK(!verdict("untrusted", "localhost", "other").code()); // it was the issuer alone
}

TEST_CASE("T06: the server name is sent for names, never for addresses")
{
    tls_fault_world world{own_identity(), tls_script{answers(1)}};
    CHECK(world.ask().has_value());
    world.call_it("localhost");
    CHECK(world.ask().has_value());
    world.call_it("localhost.");
    CHECK(world.ask().has_value());
    CHECK(world.server.names() == std::vector<std::string>{"-", "localhost", "localhost"});
}

// --- what is configured --------------------------------------------------------------------------

TEST_CASE("T24: SSL_CERT_FILE and SSL_CERT_DIR are used, and refused where the client is made")
{
    temporary_file const empty{""};
    temporary_file const garbage{"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"};
    for (std::string const& bad :
         {std::string{"/nonexistent/ca.pem"}, empty.path.string(), garbage.path.string()}) {
        CAPTURE(bad);
        support::environment_variable const set{"SSL_CERT_FILE", bad};
        auto const e = refused_options(https_options());
        REQUIRE(e.code());
        CHECK(support::contains(e.what(), "SSL_CERT_FILE"));
    }
    {
        support::environment_variable const set{"SSL_CERT_DIR", "/nonexistent"};
        auto const e = refused_options(https_options());
        REQUIRE(e.code());
        CHECK(support::contains(e.what(), "SSL_CERT_DIR"));
    }
    temporary_file const good{own_authority().pem()};
    support::environment_variable const set{"SSL_CERT_FILE", good.path.string()};
    tls_fault_world world{own_identity(), tls_script{answers(1)}, ""};
    CHECK(world.ask().has_value());
    // An option for another authority does not need the variable, nor plain HTTP.
    support::environment_variable const broken{"SSL_CERT_FILE", "/nonexistent/ca.pem"};
    world.options.tls.ca_pem = own_authority().pem();
    CHECK(world.ask().has_value());
    CHECK(!refused_options(support::eager_options("http://127.0.0.1:1")).code());
}

TEST_CASE("T25: an authority that is named is trusted instead of the system's")
{
    temporary_file const system{own_authority().pem()};
    support::environment_variable const set{"SSL_CERT_FILE", system.path.string()};
    tls_fault_world world{own_identity(), tls_script{answers(1)}, ""};
    CHECK(world.ask().has_value());
    world.options.tls.ca_pem = support::authority{}.pem();
    auto const got = world.ask();
    REQUIRE(!got);
    CHECK(got.error() == errc::tls_failed);
}

TEST_CASE("a client certificate that can't be used is refused where the client is made")
{
    auto const one = own_authority().issue("client-1", "");
    auto const two = own_authority().issue("client-2", "");
    temporary_file const certificate{one.certificate};
    temporary_file const key{one.key};
    temporary_file const other_key{two.key};
    temporary_file const garbage{"garbage"};

    auto options = https_options();
    options.tls.ca_pem = own_authority().pem();
    auto const with = [&](std::string file, std::string key_file) {
        options.tls.certificate_file = std::move(file);
        options.tls.private_key_file = std::move(key_file);
        return refused_options(options).what();
    };
    CHECK(support::contains(with(certificate.path, other_key.path), "tls.private_key_file"));
    CHECK(support::contains(with(certificate.path, garbage.path), "tls.private_key_file"));
    CHECK(support::contains(with(certificate.path, "/nonexistent"), "tls.private_key_file"));
    CHECK(support::contains(with(certificate.path, ""), "belong together"));
    CHECK(support::contains(with("", key.path), "belong together"));
    CHECK(support::contains(with(garbage.path, key.path), "tls.certificate_file"));
    CHECK(support::contains(with("/nonexistent", key.path), "tls.certificate_file"));
    options.tls.certificate_file = certificate.path;
    options.tls.private_key_file = key.path;
    CHECK(!refused_options(options).code());
}

// --- mutual TLS ----------------------------------------------------------------------------------

TEST_CASE("T19: a server that asks for a client's certificate gets it; without one the error says so")
{
    auto const who = own_authority().issue("client-1", "");
    auto const stranger = support::authority{}.issue("client-1", "");
    temporary_file const ca{own_authority().pem()};
    temporary_file const certificate{who.certificate};
    temporary_file const key{who.key};
    temporary_file const strange_certificate{stranger.certificate};
    temporary_file const strange_key{stranger.key};
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        tls_script script{answers(2)};
        script.configure = [&](SSL_CTX* context) {
            SSL_CTX_set_min_proto_version(context, version);
            SSL_CTX_set_max_proto_version(context, version);
            SSL_CTX_load_verify_locations(context, ca.path.c_str(), nullptr);
            SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        };
        tls_fault_world world{own_identity(), script};
        auto const without = support::error_of(world.context,
                                               world.client().submit(support::text_job()));
        CHECK(without == errc::tls_failed);
        CHECK(without.info().attempts == 1);
        CHECK(without.info().sent == sent_state::no);
        CHECK(support::contains(without.what(), "tls.certificate_file"));
        CHECK(world.server.requests().empty());

        world.options.tls.certificate_file = certificate.path;
        world.options.tls.private_key_file = key.path;
        auto const client = world.client();
        CHECK(world.ask(client).has_value());
        CHECK(world.ask(client).has_value());
        CHECK(world.server.handshakes() == 1);

        world.options.tls.certificate_file = strange_certificate.path;
        world.options.tls.private_key_file = strange_key.path;
        auto const strange = world.ask();
        REQUIRE(!strange);
        CHECK(strange.error() == errc::tls_failed);
        CAPTURE(strange.error().what());
        CHECK(support::contains(strange.error().what(), "tls.certificate_file"));
    }
}

// --- versions and handshakes ---------------------------------------------------------------------

TEST_CASE("T10: TLS 1.0 and 1.1 are refused, 1.2 and 1.3 are spoken")
{
    for (int const version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        tls_script script{answers(1)};
        script.configure = [version](SSL_CTX* context) {
            SSL_CTX_set_min_proto_version(context, version);
            SSL_CTX_set_max_proto_version(context, version);
            SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
        };
        tls_fault_world world{own_identity(), script};
        auto const got = world.ask();
        if (version >= TLS1_2_VERSION) {
            CHECK(got.has_value());
        } else {
            REQUIRE(!got);
            CHECK(got.error() == errc::tls_failed);
            CHECK(got.error().info().sent == sent_state::no);
        }
    }
}

TEST_CASE("T11 T12: HTTP on a TLS port and TLS on an HTTP port are told apart quickly")
{
    support::raw_script plain{{"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"},
                              support::raw_script::end::hang};
    plain.read_requests = false;
    support::raw_fault_world world{plain};
    world.options.base_url = "https://127.0.0.1:" + std::to_string(world.server.port());
    auto const spoken = world.ask();
    REQUIRE(!spoken);
    CHECK(spoken.error() == errc::tls_failed);
    CHECK(spoken.error().info().sent == sent_state::no);

    // OpenSSL just closes; others send an alert.
    tls_fault_world secure{own_identity(), tls_script{answers(1)}};
    secure.options.base_url = "http://127.0.0.1:" + std::to_string(secure.server.port());
    auto const closed = secure.ask();
    REQUIRE(!closed);
    CHECK(closed.error() == errc::truncated);
    support::raw_fault_world alerting{std::string{"\x15\x03\x03\0\x02\x02\x28", 7}};
    auto const answered = alerting.ask();
    REQUIRE(!answered);
    CAPTURE(answered.error().what());
    CHECK(answered.error() == errc::bad_http);
}

TEST_CASE("T14: a handshake that is cut anywhere fails before anything is sent")
{
    std::size_t runs = 0;
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION})
        for (bool const reset : {false, true})
            for (std::size_t cut = 0;; cut += cut < 16 ? 1 : 61) {
                tls_script script{answers(1)};
                script.configure = [version](SSL_CTX* context) {
                    SSL_CTX_set_max_proto_version(context, version);
                };
                tls_fault_world world{own_identity(), script};
                cutting_proxy const proxy{world.context, world.server.port(), cut, reset};
                auto const names = std::make_shared<support::scripted_resolver>();
                names->addresses = {{asio::ip::address_v4::loopback(), proxy.port()}};
                world.options.resolver = names;
                world.options.base_url = "https://localhost:" + std::to_string(proxy.port());
                ++runs;
                auto const got = world.ask();
                CAPTURE(version);
                CAPTURE(cut);
                CAPTURE(reset);
                if (got)
                    break; // all of it came through
                CAPTURE(got.error().what());
                if (world.server.requests().empty() && world.server.handshakes() == 0) {
                    CHECK(got.error() == errc::connect_failed);
                    CHECK(got.error().info().sent == sent_state::no);
                    CHECK(got.error().info().phase == "tls");
                } else {
                    CHECK((got.error() == errc::truncated || got.error() == errc::connect_failed ||
                           got.error() == errc::write_failed || got.error() == errc::tls_failed));
                }
                REQUIRE(cut < 20'000);
            }
    MESSAGE("handshakes cut: ", runs);
}

// --- the end of a connection -----------------------------------------------------------------------

TEST_CASE("T15 T16 T17 T18: how a TLS connection ends decides what an answer is worth")
{
    using end = tls_script::end;
    for (end const how : {end::cut, end::notify, end::hang, end::reset}) {
        // Complete by its length: the end does not matter, and is not waited for.
        tls_fault_world world{own_identity(), tls_script{answers(1), how}};
        auto const client = world.client();
        auto const got = world.ask(client);
        REQUIRE(got.has_value());
        CHECK(got->body == "ok");
    }
    std::string const endless = "HTTP/1.1 200 OK\r\n\r\nuntil the end";
    for (end const how : {end::cut, end::reset}) {
        tls_fault_world world{own_identity(), tls_script{{endless}, how}};
        auto const got = world.ask();
        REQUIRE(!got); // anybody can cut a connection
        CHECK(got.error() == errc::truncated);
        CHECK(got.error().info().sent == sent_state::yes);
    }
    tls_fault_world told{own_identity(), tls_script{{endless}, end::notify}};
    auto const whole = told.ask();
    REQUIRE(whole.has_value());
    CHECK(whole->body == "until the end");

    for (end const how : {end::notify, end::cut, end::reset}) {
        tls_fault_world world{
            own_identity(), tls_script{{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"}, how}};
        auto const got = world.ask();
        REQUIRE(!got);
        CHECK(got.error() == errc::truncated);
    }
}

TEST_CASE("T15: a connection that ended without close_notify is not used again")
{
    tls_fault_world world{own_identity(), tls_script{answers(1), tls_script::end::cut}};
    auto const client = world.client();
    for (int i = 0; i < 3; ++i)
        CHECK(world.ask(client).has_value());
    CHECK(world.server.connections() == 3);
}

TEST_CASE("T20: a KeyUpdate before an answer is no answer")
{
    tls_script script{answers(4)};
    // Sent with what is written next; the client has to answer it.
    script.before_answer = [](SSL* ssl) { SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED); };
    tls_fault_world world{own_identity(), script};
    auto const client = world.client();
    for (int i = 0; i < 4; ++i) {
        auto const got = world.ask(client);
        REQUIRE_MESSAGE(got.has_value(), (got ? "" : got.error().what()));
        CHECK(got->body == "ok");
    }
    CHECK(world.server.connections() == 1);
}

TEST_CASE("T21: a renegotiation is not taken part in, and nothing hangs")
{
    tls_script script{answers(1)};
    script.configure = [](SSL_CTX* context) {
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    };
    script.before_answer = [](SSL* ssl) {
        SSL_renegotiate(ssl);
        SSL_do_handshake(ssl);
    };
    tls_fault_world world{own_identity(), script};
    world.options.limits.first_byte = 200ms;
    auto const got = world.ask();
    if (!got)
        CHECK((got.error() == errc::tls_failed || got.error() == errc::truncated ||
               got.error() == errc::first_byte_timeout));
    CHECK(world.server.handshakes() == 1);
}

TEST_CASE("T23: a record with a wrong check value is no part of an answer")
{
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        tls_script script{{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it"}};
        script.configure = [version](SSL_CTX* context) {
            SSL_CTX_set_max_proto_version(context, version);
        };
        script.raw_after = std::string{"\x17\x03\x03\0\x28", 5} + std::string(40, 'z');
        tls_fault_world world{own_identity(), script};
        auto const got = world.ask();
        REQUIRE(!got);
        CAPTURE(got.error().what());
        CHECK(got.error() == errc::tls_failed);
        CHECK(got.error().info().sent == sent_state::yes);
        support::run_until(world.context, [&] { return world.server.closed_by_peer() == 1; });
    }
}

TEST_CASE("T26: a connection whose write was cancelled is closed and never written to again")
{
    tls_fault_world world{own_identity(), tls_script{answers(2)}};
    auto const client = world.client();
    CHECK(world.ask(client).has_value());
    http::request large{"POST", "x"};
    large.body.assign(32UL << 20, 'x'); // the server reads a header and answers that one only
    support::started<http::response> call{world.context, client.raw(large)};
    for (int i = 0; i < 50; ++i)
        world.context.poll_one();
    call.cancel();
    auto const ended = call.finish();
    if (!ended)
        CHECK(ended.error() == errc::cancelled);
    CHECK(world.ask(client).has_value());
    CHECK(world.server.connections() == 2);
}

// --- session resumption --------------------------------------------------------------------------

TEST_CASE("T22: a second connection resumes the session, where the server still knows it")
{
    for (int const version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        tls_script script{answers(1)};
        script.configure = [version](SSL_CTX* context) {
            SSL_CTX_set_min_proto_version(context, version);
            SSL_CTX_set_max_proto_version(context, version);
        };
        tls_fault_world world{own_identity(), script};
        world.options.max_idle = 0;
        auto const client = world.client();
        for (int i = 0; i < 3; ++i)
            CHECK(world.ask(client).has_value());
        CHECK(world.server.handshakes() == 3);
        CHECK(world.server.resumed() == 2);

        // Another client has not been there.
        CHECK(world.ask().has_value());
        CHECK(world.server.resumed() == 2);
    }
}

TEST_CASE("T22: a session is for its origin and settings; each other name is verified")
{
    auto const who = own_authority().issue("x", "DNS:one.test");
    tls_fault_world world{who, tls_script{answers(1)}};
    world.options.max_idle = 0;
    world.options.allow_private_addresses = true;
    world.call_it("one.test");
    auto const client = world.client();
    CHECK(world.ask(client).has_value());
    CHECK(world.ask(client).has_value());
    CHECK(world.server.resumed() == 1);
    auto const other = support::run(
        world.context, as_result(client.download("https://two.test:" +
                                                 std::to_string(world.server.port()) + "/x")));
    REQUIRE(!other);
    CHECK(other.error() == errc::tls_failed);
    CHECK(support::contains(other.error().what(), "mismatch"));
    CHECK(world.server.resumed() == 1);
}

TEST_CASE("T22: a server that has lost its ticket keys makes a full handshake")
{
    unsigned char keys = 1;
    tls_script script{answers(1)};
    SSL_CTX* native = nullptr;
    script.configure = [&](SSL_CTX* context) { native = context; };
    tls_fault_world world{own_identity(), script};
    world.options.max_idle = 0;
    auto const client = world.client();
    CHECK(world.ask(client).has_value());
    CHECK(world.ask(client).has_value());
    CHECK(world.server.resumed() == 1);
    std::vector<unsigned char> const fresh(80, keys);
    REQUIRE(SSL_CTX_set_tlsext_ticket_keys(native, const_cast<unsigned char*>(fresh.data()),
                                           static_cast<long>(fresh.size())) == 1);
    CHECK(world.ask(client).has_value());
    CHECK(world.server.resumed() == 1);
    CHECK(world.ask(client).has_value());
    CHECK(world.server.resumed() == 2);
}
