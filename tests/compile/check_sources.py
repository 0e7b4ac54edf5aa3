#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Reads all sources and enforces what a compiler can't: the layers, the shape of headers, and the
house rules that keep coroutines safe from g++ 12. `--self-test` checks the checks.

Like every check by pattern it can be wrong; write the code another way then, or teach it here.
"""

import re
import sys
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Set

sys.dont_write_bytecode = True
PROJECT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(PROJECT / "tools"))
import amalgamate  # noqa: E402
import cpp_text  # noqa: E402
from amalgamate import Problem, is_impl, is_list  # noqa: E402
from cpp_text import Token  # noqa: E402
from cpp_tree import Group, Item, is_word, parse  # noqa: E402

# --- layers ---------------------------------------------------------------------------------------

# From the bottom up; each includes itself and what stands before it.
LAYERS = ("core", "codec", "net", "client", "providers", "testing")
# What the layers above net may include of it: interfaces and plain values, no implementation.
NET_INTERFACES = {"clock", "file_input", "http", "resolver", "transport", "transport_options",
                  "websocket"}
# Includes of others, by layer. A layer that is not named is free.
FORBIDDEN = {
    "core": re.compile(r"<boost/(?!assert|system|config)|<openssl/"),
    "codec": re.compile(r"<boost/(asio|beast)/"),
}
# Exceptions to these, each with its reason.
ALLOWED = {
    # It turns the failure of an awaitable into a value; nothing above core would be its place.
    ("inferpp/core/as_result.hpp", "<boost/asio/awaitable.hpp>"),
    # OPENSSL_cleanse, which compilers don't optimise away.
    ("inferpp/core/impl/secret.ipp", "<openssl/crypto.h>"),
}
ANYWHERE_FORBIDDEN = (
    (re.compile(r"<boost/asio/experimental/(concurrent_)?(channel|basic_channel)"),
     "experimental channels are broken in Boost 1.81", "use a timer that never expires as a signal"),
    (re.compile(r"<boost/asio/experimental/awaitable_operators"),
     "`||` swallows the error of the work until its timer fires", "use with_deadline()"),
)
HEAVY = re.compile(r"<boost/(beast|asio/ssl)[/.]")


def layer_of(name: str) -> Optional[str]:
    """The layer of a header's name in an #include; None for the entry headers on top."""
    folder = name.split("/")[1]
    return folder if folder in LAYERS else None


def provider_of(name: str) -> Optional[str]:
    parts = name.split("/")
    return parts[2] if parts[1] == "providers" and len(parts) > 3 else None


def check_arrow(name: str, target: str) -> Optional[str]:
    """What is wrong with `name` including `target`, and the cure; None if nothing is."""
    if target == "inferpp/version.hpp":
        return None
    source, sight = layer_of(name), layer_of(target)
    if sight == "testing" and source != "testing":
        return "the library includes its test kit. Cure: move what it needs below testing/"
    if source is None or is_list(name):
        return None
    if sight is None:
        return (f"{source}/ includes the entry header {target}. "
                "Cure: include the headers that declare what is used")
    if LAYERS.index(sight) > LAYERS.index(source):
        return (f"{source}/ includes {sight}/, which stands above it. "
                f"Cure: move what it needs down to {source}/, or pass it in as an interface")
    if source == sight == "providers" and provider_of(name) != provider_of(target):
        return "a provider includes another. Cure: move what they share to client/ or codec/"
    stem = Path(target).stem
    if sight == "net" and stem not in NET_INTERFACES and not is_impl(name) \
            and source in ("client", "providers"):
        return (f"{source}/ includes {target}, an implementation. Cure: use the interface "
                f"({', '.join(sorted(NET_INTERFACES))}), or include it in the .ipp file")
    return None


# --- shape of headers -----------------------------------------------------------------------------


def check_header(name: str, text: str, headers) -> Iterator[Problem]:
    yield from amalgamate.check_file(name, text, headers)
    layer = layer_of(name)
    for directive in cpp_text.directives(text):
        match = re.match(r"#\s*include\s*(<[^>]*>)", directive.text)
        if not match:
            continue
        include = match[1]
        if include.startswith("<inferpp/"):
            wrong = check_arrow(name, include[1:-1])
            if wrong:
                yield Problem(name, directive.line, wrong + ".")
        elif (name, include) in ALLOWED:
            continue
        elif layer in FORBIDDEN and FORBIDDEN[layer].match(include):
            yield Problem(name, directive.line, f"{layer}/ includes {include}. "
                          f"Cure: move the code to the layer that may use it.")
        elif HEAVY.match(include) and not is_impl(name) and layer != "testing":
            yield Problem(name, directive.line, f"{include} in a header makes each user's file 20 s "
                          "slower to compile. Cure: include it in the .ipp file.")
        elif "doctest" in include:
            yield Problem(name, directive.line, "a test framework in a shipped header. "
                          "Cure: throw, or return what went wrong.")
    previous = ""
    for token in cpp_text.tokens(text):
        if token.text == "new" and previous != "operator" \
                or token.text == "delete" and previous not in ("=", "operator"):
            yield Problem(name, token.line, f"a raw `{token.text}`. "
                          "Cure: std::make_unique, std::make_shared or a container.")
        previous = token.text


def check_impl_lists(headers: Dict[str, str]) -> Iterator[Problem]:
    """Each .ipp file: in one src.hpp, the right one, and included by one .hpp."""
    includers: Dict[str, List[str]] = {name: [] for name in headers if is_impl(name)}
    for name, text in headers.items():
        for target in re.findall(r"^#include <(inferpp/\S+\.ipp)>", text, re.MULTILINE):
            includers.setdefault(target, []).append(name)
    for impl, names in includers.items():
        expected = "inferpp/testing/src.hpp" if layer_of(impl) == "testing" else "inferpp/src.hpp"
        lists = [n for n in names if is_list(n)]
        owners = [n for n in names if not is_list(n)]
        if lists != [expected]:
            yield Problem(impl, 1, f"is in {' and '.join(lists) or 'no src.hpp'}. "
                          f"Cure: list it once, in {expected}.")
        if len(owners) != 1:
            yield Problem(impl, 1, f"is included by {' and '.join(owners) or 'no .hpp'}. "
                          "Cure: include it at the end of the one .hpp that declares it.")


# --- house rules for coroutines -------------------------------------------------------------------

OWNING_TYPES = {
    "any", "any_completion_handler", "any_io_executor", "array", "bytes", "deque", "exception_ptr",
    "function", "list", "map", "move_only_function", "object", "path", "secret", "set",
    "shared_ptr", "string", "unique_ptr", "unordered_map", "unordered_set", "value", "vector",
    "weak_ptr",
}
CONTAINERS = {"array", "deque", "initializer_list", "list", "map", "object", "set",
              "unordered_map", "unordered_set", "vector"}
NAME_IT = "Cure: give it a name in a statement of its own, and std::move it"


class Aggregates(NamedTuple):
    """The aggregate types that are known, because g++ 12 frees the non-trivial ones twice."""

    owning: Set[str]              # names of those with members that own something
    trivial: List[Set[str]]       # the member names of each of the others

    @staticmethod
    def of(trees: List[Group]) -> "Aggregates":
        members: Dict[str, Set[str]] = {}
        words: Dict[str, Set[str]] = {}
        for tree in trees:
            for group in tree.walk():
                name = _aggregate_name(group)
                if name:
                    # Names are compared without their scope; two of a name count as one.
                    members.setdefault(name, set()).update(_member_names(group))
                    words.setdefault(name, set()).update(_type_words(group))
        owning: Set[str] = set()
        while True:
            more = {name for name in words if words[name] & (OWNING_TYPES | owning)} - owning
            if not more:
                break
            owning |= more
        return Aggregates(owning, [members[name] for name in members if name not in owning])

    def plus(self, tree: Group) -> "Aggregates":
        local = Aggregates.of([tree])
        return Aggregates(self.owning | local.owning, self.trivial + local.trivial)


def _aggregate_name(group: Group) -> Optional[str]:
    words = [i.text for i in group.head if is_word(i)]
    if group.kind != "class" or "enum" in words or "union" in words:
        return None
    keyword = max(i for i, item in enumerate(group.head) if item.text in ("struct", "class"))
    after = group.head[keyword + 1:]
    if not after or not is_word(after[0]):
        return None
    name = after[0].text
    for i, item in enumerate(group.items):
        following = group.items[i + 1].text if i + 1 < len(group.items) else ""
        constructor = item.text == name and following == "(" \
            and not (i and group.items[i - 1].text == "~")
        if constructor or item.text in ("private", "protected", "virtual"):
            return None
    return name if "struct" in words or "public" in [i.text for i in group.items] else None


def _member_declarations(group: Group) -> Iterator[List[Item]]:
    for statement in group.statements():
        texts = [i.text for i in statement]
        if "(" not in texts and not {"using", "typedef", "static", "struct", "class", "enum",
                                     "friend", "template"} & set(texts):
            yield statement


def _member_names(group: Group) -> Set[str]:
    names = set()
    for statement in _member_declarations(group):
        end = next((i for i, item in enumerate(statement) if item.text in ("=", "init")),
                   len(statement))
        if end and is_word(statement[end - 1]):
            names.add(statement[end - 1].text)
    return names


def _type_words(group: Group) -> Set[str]:
    words = set()
    for statement in _member_declarations(group):
        end = next((i for i, item in enumerate(statement) if item.text in ("=", "init")),
                   len(statement))
        words.update(i.text for i in statement[:max(end - 1, 0)] if is_word(i))
    return words


def check_coroutines(file: str, tree: Group, known: Aggregates) -> Iterator[Problem]:
    done: Set[int] = set()  # full expressions that were looked at, by the id of their first item
    for group in tree.walk():
        for i, item in enumerate(group.items):
            if item.text == "co_return" and i + 1 < len(group.items) \
                    and group.items[i + 1].text == "init":
                yield Problem(file, item.line, "`co_return {...}`. Cure: name the type.")
            if isinstance(item, Token) and item.text == "co_await":
                yield from _check_await(file, group, item, known, done)


def _check_await(file, group, token, known, done):
    child: Item = token
    while True:
        segment = _segment(group.items, child, (";", ","))
        # Only an operand of ?: matters, so what stands left of an assignment or cast doesn't.
        if any(i.text == "?" for i in segment):
            yield Problem(file, token.line, "co_await inside ?:. Cure: write if and else.")
        keyword = _control_keyword(group)
        if keyword in ("if", "switch"):
            yield Problem(file, token.line, f"co_await in the condition of `{keyword}`. "
                          "Cure: await into a variable first.")
        if keyword or not group.is_expression:
            break
        child, group = group, group.parent
    expression = _segment(group.items, child, (";",))
    if id(expression[0]) not in done:
        done.add(id(expression[0]))
        yield from _check_expression(file, expression, known, top=True)


def _segment(items: List[Item], item: Item, separators) -> List[Item]:
    """The items around the given one, up to the separators and to statements in braces."""
    def stops(other):
        return other.text in separators or other.text in ("block", "class", "namespace")

    at = next(i for i, other in enumerate(items) if other is item)
    start, end = at, at
    while start > 0 and not stops(items[start - 1]):
        start -= 1
    while end < len(items) and not stops(items[end]):
        end += 1
    return items[start:end]


def _control_keyword(group: Group) -> str:
    if group.kind != "(" or not group.head:
        return ""
    words = [i.text for i in group.head[-2:]]
    if words[-1] in ("constexpr", "consteval"):
        words.pop()
    return words[-1] if words and words[-1] in ("if", "switch", "while", "for") else ""


def _check_expression(file, items, known, top=False):
    for i, item in enumerate(items):
        if not isinstance(item, Group):
            continue
        before = items[:i]
        if item.kind == "lambda":
            continue  # its statements are expressions of their own
        if item.kind == "[" and _captures_by_value(item, before):
            yield Problem(file, item.line, "a lambda that captures by value inside a co_await "
                          f"expression. {NAME_IT}.")
        wrong = _wrong_list(item, before, known, top) if item.kind == "init" else None
        if wrong:
            yield Problem(file, item.line, f"{wrong} inside a co_await expression. {NAME_IT}.")
        else:
            yield from _check_expression(file, item.items, known)


def _captures_by_value(brackets: Group, before: List[Item]) -> bool:
    previous = before[-1] if before else None
    if previous is not None and (previous.text in ("(", "[", ">") or is_word(previous) and
                                 previous.text not in ("return", "co_return", "co_await")):
        return False  # a subscript
    capture: List[Item] = []
    for item in brackets.items + [Token("other", ",", 0)]:
        if item.text != ",":
            capture.append(item)
            continue
        if capture and capture[0].text not in ("&", "[", "this"):
            return True
        capture = []
    return False


def _wrong_list(braces: Group, before: List[Item], known: Aggregates, top: bool) -> Optional[str]:
    previous = before[-1] if before else None
    if previous is not None and (previous.text == ">" or is_word(previous)) \
            and previous.text not in ("return", "co_return", "co_await", "co_yield"):
        name = _type_name(before)
        if name is None:
            return None
        if top and is_word(previous) and len(before) > 1 and (
                before[-2].text in (">", "&", "*", "&&") or is_word(before[-2]) and
                before[-2].text not in ("return", "co_return", "co_await", "co_yield", "throw")):
            container = CONTAINERS & {i.text for i in before if is_word(i)}
            return "a braced element list" if container and braces.items else None
        if name in CONTAINERS:
            return f"the braced list {name}{{...}}"
        return f"the aggregate temporary {name}{{...}}" if name in known.owning else None
    if top and previous is not None and previous.text == "=" and braces.items \
            and braces.items[0].text == ".":
        return None  # a variable that has a name
    if braces.items and braces.items[0].text == ".":
        names = {braces.items[i + 1].text for i, item in enumerate(braces.items[:-1])
                 if item.text == "." and (i == 0 or braces.items[i - 1].text == ",")}
        if any(names <= members for members in known.trivial):
            return None
        return f"the aggregate {{.{braces.items[1].text} = ...}}, not known to be trivially copyable,"
    return "a braced list"


def _type_name(before: List[Item]) -> Optional[str]:
    i = len(before) - 1
    depth = 0
    while i >= 0:
        text = before[i].text
        depth += (text == ">") - (text == "<")
        if depth == 0 and is_word(before[i]):
            return before[i].text
        i -= 1
    return None


def check_names(file: str, text: str) -> Iterator[Problem]:
    for directive in cpp_text.directives(text):
        match = re.match(r"#\s*include\s*(<[^>]*>)", directive.text)
        for pattern, wrong, cure in ANYWHERE_FORBIDDEN if match else ():
            if pattern.match(match[1]):
                yield Problem(file, directive.line, f"{wrong}. Cure: {cure}.")
    for token in cpp_text.tokens(text):
        if token.text == "awaitable_operators":
            yield Problem(file, token.line, f"{ANYWHERE_FORBIDDEN[1][1]}. "
                          f"Cure: {ANYWHERE_FORBIDDEN[1][2]}.")


# --- all of it ------------------------------------------------------------------------------------


def markdown_code(text: str) -> str:
    """The ```cpp blocks of a page, on their lines; all other lines empty."""
    inside, lines = False, []
    for line in text.split("\n"):
        if line.startswith("```"):
            inside = line.strip() == "```cpp"
            lines.append("")
        else:
            lines.append(line if inside else "")
    return "\n".join(lines)


def check_project(project: Path) -> List[Problem]:
    headers = amalgamate.read_headers(project / "include")
    sources = {f"include/{name}": text for name, text in headers.items()}
    for folder in ("tests", "examples", "tools"):
        for path in sorted((project / folder).rglob("*")):
            if path.suffix in (".cpp", ".hpp", ".ipp"):
                sources[path.relative_to(project).as_posix()] = path.read_text("utf-8")
    readme = project / "README.md"
    if readme.exists():
        sources["README.md"] = markdown_code(readme.read_text("utf-8"))

    problems = [p for name, text in headers.items() for p in check_header(name, text, headers)]
    problems += check_impl_lists(headers)
    problems = [p._replace(file=f"include/{p.file}") for p in problems]

    trees = {name: parse(text) for name, text in sources.items()}
    known = Aggregates.of([tree for name, tree in trees.items() if name.endswith(("hpp", "ipp"))])
    for name, text in sources.items():
        problems += check_names(name, text)
        problems += check_coroutines(name, trees[name], known.plus(trees[name]))
    return problems


def main() -> int:
    if sys.argv[1:] == ["--self-test"]:
        import check_sources_cases
        problems = check_sources_cases.failures(sys.modules[__name__])
    else:
        problems = check_project(Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT)
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
