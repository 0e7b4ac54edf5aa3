# SPDX-License-Identifier: BSL-1.0
"""The self-test of check_sources.py: code that it must report, and code that it must not."""

# Types that the snippets use: one that g++ 12 frees twice, one that is trivially copyable, and one
# that has a constructor.
TYPES = """
struct prompt { std::string text; std::vector<int> tokens; };
struct wrapped { prompt inner; };
struct poll_options { std::chrono::seconds deadline{}; bool forever = false; };
class job { public: explicit job(std::string id); std::string name; };
"""

# Bodies of coroutines. What a bad one must report is a part of the message.
BAD_BODIES = {
    "auto r = co_await run(prompt{\"a\"});": "aggregate temporary prompt",
    "auto r = co_await run(7, wrapped{});": "aggregate temporary wrapped",
    "use(prompt{}, co_await run());": "aggregate temporary prompt",
    "co_return report(co_await run(std::move(x),\n    ns::prompt{.text = y}));":
        "aggregate temporary prompt",
    "auto r = co_await run({.text = \"a\"});": "not known to be trivially copyable",
    "auto r = co_await run({\"a\", \"b\"});": "a braced list",
    "auto r = co_await run({});": "a braced list",
    "auto r = co_await run(std::vector<int>{1, 2});": "the braced list vector",
    "std::vector<int> v{co_await one(), co_await two()};": "a braced element list",
    "co_await run([text] { return text; });": "captures by value",
    "co_await run([=] { return text; });": "captures by value",
    "co_await run([&a, b = std::move(b)]() mutable -> asio::awaitable<void> { co_return; });":
        "captures by value",
    "auto r = ok ? co_await one() : co_await two();": "inside ?:",
    "auto r = co_await one() ? 1 : 2;": "inside ?:",
    "use(1, ok ? use(co_await one()) : 2);": "inside ?:",
    "if (co_await one()) use(1);": "condition of `if`",
    "if (ready &&\n    (co_await one()).good())\n    use(1);": "condition of `if`",
    "if (auto x = co_await one(); x) { }": "condition of `if`",
    "if constexpr (co_await one()) { }": "condition of `if`",
    "switch (co_await one()) { default: break; }": "condition of `switch`",
    "while (more) { if (x) { if (co_await one()) { } } }": "condition of `if`",
    "auto f = [&]() -> asio::awaitable<int> { if (co_await one()) co_return 1; };":
        "condition of `if`",
    "co_return {1, 2};": "co_return {...}",
    "co_await (one() || two());\nusing namespace asio::experimental::awaitable_operators;": "`||`",
}

GOOD_BODIES = [
    "prompt p{\"a\"}; auto r = co_await run(p);",
    "prompt p = {.text = co_await one()}; prompt q{co_await one()};",
    "auto r = co_await j.result({.deadline = 5min});",
    "auto r = co_await j.result({.deadline = 5min, .forever = true});",
    "auto r = co_await j.result(poll_options{.deadline = 5min});",
    "modzy::client client{co_await asio::this_coro::executor, modzy::options::from_env()};",
    "auto r = co_await run(job{\"id\"}, std::string{text}, std::chrono::seconds{5});",
    "co_return inferpp::result<int>{co_await one()};",
    "while (auto x = co_await s.next()) { use(prompt{*x}); }",
    "for (auto it = co_await s.begin(); it != s.end(); co_await ++it) { }",
    "co_await run([&] { return prompt{\"a\"}; });",
    "co_await run([this, &a](int) -> asio::awaitable<void> { auto v = {1}; co_return; });",
    "auto work = [text]() -> asio::awaitable<void> { co_await one(); };\nco_await work();",
    "auto x = ok ? 1 : 2; co_await run(ok ? a : b); auto y = ok ? prompt{} : p;",
    "if (ok) { co_await one(); } else co_await two();",
    "if (ok)\n    co_await one();\nauto z = ok ? 1 : 2;",
    "switch (n) { case 1: co_await one(); break; default: co_await two(); }",
    "try { co_await one(); } catch (failure const& e) { use({1, 2}); }",
    "// if (co_await one()) co_return {};\nauto s = \"if (co_await f()) ? x : y {\";",
    "auto s = R\"(if (co_await f()) { co_return {}; })\"; auto n = 1'000; co_await one();",
    "auto r = co_await run(values[i], values[f(1)]); use(prompt{}); co_await one();",
    "co_return prompt{\"a\"};",
]

# Whole headers, by name; HEADER stands for the usual frame around the text.
BAD_HEADERS = [
    ("core/a.hpp", "#include <inferpp/codec/a.hpp>\n", "stands above it"),
    ("net/a.hpp", "#include <inferpp/client/a.hpp>\n", "stands above it"),
    ("codec/a.hpp", "#include <inferpp/modzy.hpp>\n", "entry header"),
    ("providers/modzy/a.hpp", "#include <inferpp/providers/launch/a.hpp>\n", "includes another"),
    ("providers/modzy/a.hpp", "#include <inferpp/net/https_transport.hpp>\n", "implementation"),
    ("client/a.hpp", "#include <inferpp/testing/a.hpp>\n", "test kit"),
    ("modzy.hpp", "#include <inferpp/testing/a.hpp>\n", "test kit"),
    ("core/a.hpp", "#include <boost/json/value.hpp>\n", "core/ includes"),
    ("codec/a.hpp", "#include <boost/asio/awaitable.hpp>\n", "codec/ includes"),
    ("net/a.hpp", "#include <boost/beast/http.hpp>\n", "20 s slower"),
    ("net/a.hpp", "#include <boost/asio/ssl.hpp>\n", "20 s slower"),
    ("net/a.hpp", "#include <boost/asio/experimental/channel.hpp>\n", "broken"),
    ("testing/a.hpp", "#include <doctest/doctest.h>\n", "framework"),
    ("core/a.hpp", " #include <inferpp/version.hpp>\n", "alone"),
    ("core/a.hpp", "#include <inferpp/version.hpp> // x\n", "alone"),
    ("core/a.hpp", "#include \"b.hpp\"\n", "in quotes"),
    ("core/a.hpp", "#include <inferpp/core/missing.hpp>\n", "does not exist"),
    ("core/a.hpp", "#if X\n#include <inferpp/version.hpp>\n#endif\n", "conditional"),
    ("core/a.hpp", "#include <inferpp/core/impl/a.ipp>\n", "elsewhere"),
    ("core/a.hpp", "#define MAX_SIZE 1\n", "INFERPP_"),
    ("core/a.hpp", "using namespace std;\n", "using namespace"),
    ("core/a.hpp", "namespace {\nint x;\n}\n", "unnamed namespace"),
    ("core/a.hpp", "namespace a {\nstatic int f() { return 1; }\n}\n", "`static`"),
    ("core/a.hpp", "inline int* f() { return new int; }\n", "raw `new`"),
    ("core/a.hpp", "inline void f(int* p) { delete p; }\n", "raw `delete`"),
    ("core/a.hpp", "// caf\u00e9\n", "ASCII"),
    ("core/a.hpp", "inline char const* s = R\"(\n#include <x>\n)\";\n", "raw string"),
]

GOOD_HEADERS = [
    ("core/a.hpp", "#include <inferpp/version.hpp>\n#include <boost/system/error_code.hpp>\n"),
    ("net/a.hpp", "#include <inferpp/codec/a.hpp>\n#include <boost/asio/awaitable.hpp>\n"),
    ("client/a.hpp", "#include <inferpp/net/transport.hpp>\n"),
    ("testing/a.hpp", "#include <inferpp/net/https_transport.hpp>\n#include <boost/beast.hpp>\n"),
    ("modzy.hpp", "#include <inferpp/providers/modzy/a.hpp>\n"),
    ("core/a.hpp", "#if defined(_WIN32)\n#include <windows.h>\n#endif\n#define INFERPP_A 1\n"),
    ("core/a.hpp", "namespace a::inline b {\nclass c {\n    static int f();\n    c(c&) = delete;\n"
                   "};\ninline int g() { static int n = 0; return n; }\nstatic_assert(true);\n}\n"),
    ("core/a.hpp", "#if !defined(INFERPP_SEPARATE_COMPILATION)\n"
                   "#include <inferpp/core/impl/a.ipp>\n#endif\n"),
]


def _frame(guard, text):
    return (f"// SPDX-License-Identifier: BSL-1.0\n#ifndef {guard}\n#define {guard}\n\n"
            f"{text}\n#endif\n")


def failures(check):
    """What went wrong, as lines; `check` is the module check_sources."""
    wrong = []

    def messages(body):
        text = f"asio::awaitable<int> f()\n{{\n{body}\n}}\n"
        known = check.Aggregates.of([check.parse(TYPES)])
        return [str(p) for p in (*check.check_names("case", text),
                                 *check.check_coroutines("case", check.parse(text), known))]

    for body, expected in BAD_BODIES.items():
        found = messages(body)
        if len(found) == 0 or not all(expected in message for message in found):
            wrong.append(f"expected a report of '{expected}', got {found}, in:\n{body}")
    for body in GOOD_BODIES:
        found = messages(body)
        if found:
            wrong.append(f"expected no report, got {found}, in:\n{body}")

    names = {f"inferpp/{name}" for name, *_ in BAD_HEADERS + GOOD_HEADERS}
    names |= {"inferpp/version.hpp", "inferpp/core/impl/a.ipp", "inferpp/codec/a.hpp",
              "inferpp/net/transport.hpp", "inferpp/net/https_transport.hpp",
              "inferpp/providers/launch/a.hpp"}

    def header_messages(name, text):
        name = f"inferpp/{name}"
        framed = _frame(check.amalgamate.guard_of(name), text)
        return [str(p) for p in (*check.check_header(name, framed, names),
                                 *check.check_names(name, framed))]

    for name, text, expected in BAD_HEADERS:
        found = header_messages(name, text)
        if not any(expected in message and "Cure: " in message for message in found):
            wrong.append(f"expected a report of '{expected}', got {found}, in {name}:\n{text}")
    for name, text in GOOD_HEADERS:
        found = header_messages(name, text)
        if found:
            wrong.append(f"expected no report, got {found}, in {name}:\n{text}")

    for guard in ("INFERPP_B_HPP", "CORE_A_HPP"):
        if not list(check.check_header("inferpp/core/a.hpp", _frame(guard, ""), names)):
            wrong.append(f"the include guard {guard} of core/a.hpp was not reported")

    lists = {"inferpp/src.hpp": "#include <inferpp/core/impl/a.ipp>\n",
             "inferpp/testing/src.hpp": "",
             "inferpp/core/a.hpp": "#include <inferpp/core/impl/a.ipp>\n",
             "inferpp/core/impl/a.ipp": ""}
    if list(check.check_impl_lists(lists)):
        wrong.append("a good src.hpp was reported")
    for name in ("inferpp/src.hpp", "inferpp/core/a.hpp"):
        if not list(check.check_impl_lists({**lists, name: ""})):
            wrong.append(f"an .ipp file missing in {name} was not reported")
    return wrong
