#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Writes inferpp as one file, inferpp.hpp, and enforces the rules that make this possible.

All headers come first, in the order of their includes, then all .ipp files in one section that a
user of separate compilation compiles once. The same sources give the same bytes anywhere.
"""

import argparse
import hashlib
import re
import sys
from pathlib import Path
from typing import Dict, List, NamedTuple

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import cpp_text  # noqa: E402

PROJECT = Path(__file__).resolve().parent.parent
ROOTS = ("inferpp/inferpp.hpp", "inferpp/testing/testing.hpp")
SWITCHES = ("INFERPP_SEPARATE_COMPILATION", "INFERPP_SOURCE")
# Macros that a user of the single file may use; all others are undefined at its end.
PUBLIC_MACROS = re.compile(r"INFERPP_(VERSION_\w+|ABI|\w+_[HI]PP)$")

_INCLUDE = re.compile(r"#\s*include\s*(.*)")
_OWN_INCLUDE = re.compile(r"#include <(inferpp/[\w/]+\.[hi]pp)>")


class Problem(NamedTuple):
    file: str
    line: int
    text: str  # what is wrong, and the cure

    def __str__(self):
        return f"{self.file}:{self.line}: {self.text}"


def read_headers(include_dir: Path) -> Dict[str, str]:
    """Every .hpp and .ipp below the directory: its name in an #include, and its text."""
    names = sorted(p for p in include_dir.rglob("*") if p.suffix in (".hpp", ".ipp"))
    # Latin-1 never fails; bytes outside ASCII are reported by check_file().
    return {p.relative_to(include_dir).as_posix(): p.read_text("latin-1") for p in names}


# --- rules ----------------------------------------------------------------------------------------


def guard_of(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def is_impl(name: str) -> bool:
    return name.endswith(".ipp")


def is_list(name: str) -> bool:
    """Whether it is a list of .ipp files, for separate compilation."""
    return name in ("inferpp/src.hpp", "inferpp/testing/src.hpp")


def check_file(name: str, text: str, names) -> List[Problem]:
    """The rules that one header must keep to be part of the single file."""
    problems: List[Problem] = []

    def report(line, wrong, cure):
        problems.append(Problem(name, line, f"{wrong}. Cure: {cure}."))

    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if not line.isascii():
            report(number, "a character outside ASCII", "write it in ASCII, or as \\u.... in a literal")

    directives = cpp_text.directives(text)
    _check_guard(name, directives, report)
    ipp_lines = _ipp_block_lines(lines)
    for directive in directives:
        include = _INCLUDE.match(directive.text)
        if include and not include[1].startswith("<"):
            report(directive.line, "an include in quotes", "write #include <inferpp/...>")
        elif include and include[1].startswith("<inferpp/"):
            own = _OWN_INCLUDE.fullmatch(lines[directive.line - 1])
            if not own:
                report(directive.line, "an include of ours with something else on its line",
                       "write #include <inferpp/...> alone, at the start of the line")
            elif own[1] not in names:
                report(directive.line, f"{own[1]} does not exist", "correct the name")
            elif is_impl(own[1]) and directive.line not in ipp_lines and not is_list(name):
                report(directive.line, "an .ipp file included elsewhere than at the end of its .hpp",
                       "put it between `#if !defined(INFERPP_SEPARATE_COMPILATION)` and `#endif`, "
                       "just before the end of the include guard")
            elif not is_impl(own[1]) and directive.depth != 1:
                report(directive.line, "a conditional include of ours",
                       "include it always; put the condition around the code that uses it")
        define = re.match(r"#\s*define\s+(\w+)", directive.text)
        if define and not define[1].startswith("INFERPP_"):
            report(directive.line, f"the macro {define[1]} can clash with others",
                   "begin its name with INFERPP_")

    for token in cpp_text.tokens(text):
        if token.kind == "raw" and re.search(r"^#include", token.text, re.MULTILINE):
            report(token.line, "a raw string with a line that starts with #include",
                   "indent that line, or use a plain string")
    _check_scopes(cpp_text.tokens(text), report)
    return problems


def _check_guard(name, directives, report):
    guard = guard_of(name)
    expected = [f"#ifndef {guard}", f"#define {guard}"]
    # version.hpp refuses a second copy of the library before its guard.
    texts = [d.text for d in directives]
    if "#pragma once" in texts:
        report(1, "#pragma once", f"use the include guard {guard}")
    elif not any(texts[i:i + 2] == expected for i in range(len(texts))) or texts[-1] != "#endif":
        report(1, "no include guard, or one of another name", f"use the include guard {guard}")


def _ipp_block_lines(lines):
    """The lines of the block at the end of a header that includes its .ipp file."""
    code = [(n, l) for n, l in enumerate(lines, 1) if l.strip()]
    last = [l for _, l in code[-4:]]
    if last[:1] == ["#if !defined(INFERPP_SEPARATE_COMPILATION)"] and last[2:] == ["#endif"] * 2:
        return {n for n, _ in code[-4:-1]}
    return set()


def _check_scopes(tokens, report):
    """No unnamed namespace, no `using namespace`, no `static` at namespace scope."""
    scopes: List[bool] = []  # for each open brace: is it that of a namespace?
    statement: List[str] = []
    nesting = 0
    for token in tokens:
        if token.text == "{" and nesting == 0:
            in_namespace = "namespace" in statement[:2]
            if in_namespace and statement[-1] == "namespace":
                report(token.line, "an unnamed namespace",
                       "use a named one, such as detail, and `inline` functions")
            scopes.append(in_namespace)
        elif token.text == "}" and scopes and nesting == 0:
            scopes.pop()
        elif token.text in ("(", "["):
            nesting += 1
        elif token.text in (")", "]"):
            nesting -= 1
        elif token.text == "namespace" and statement[-1:] == ["using"]:
            report(token.line, "`using namespace` in a header", "name what you use")
        elif token.text == "static" and nesting == 0 and all(scopes):
            report(token.line, "`static` at namespace scope",
                   "use INFERPP_DECL and an .ipp file, or `inline`")
        if token.text in (";", "{", "}") and nesting == 0:
            statement = []
        else:
            statement.append(token.text)


# --- the single file ------------------------------------------------------------------------------


class Source:
    """One header, taken apart."""

    def __init__(self, name: str, text: str):
        self.own: List[str] = []     # headers of ours that it includes
        self.system: List[str] = []  # what it includes of others, unconditionally
        self.impl: List[str] = []    # its .ipp file, if any
        self.macros: List[str] = []
        self.lines = text.rstrip("\n").split("\n")  # empty where something was taken out
        for directive in cpp_text.directives(text):
            include = _INCLUDE.match(directive.text)
            define = re.match(r"#\s*define\s+(\w+)", directive.text)
            if define:
                self.macros.append(define[1])
            if not include or (directive.depth != 1 and "<inferpp/" not in include[1]):
                continue  # a conditional include of others stays where it is
            own = _OWN_INCLUDE.match(directive.text)
            if not own:
                self.system.append(include[1])
            elif is_impl(own[1]):
                self.impl.append(own[1])
            else:
                self.own.append(own[1])
            self.lines[directive.line - 1] = ""
        for number in _ipp_block_lines(text.split("\n")):
            self.lines[number - 1] = ""
        if self.lines[0].startswith("// SPDX-"):
            self.lines[0] = ""


class Amalgamation:
    def __init__(self, headers: Dict[str, str], remap: bool):
        self.sources = {name: Source(name, text) for name, text in headers.items()}
        self.remap = remap
        self.order: List[str] = []
        self.problems: List[Problem] = []

    def text(self, version: str, licence: str) -> str:
        for root in ROOTS:
            self._visit(root, ())
        public = list(self.order)
        # An .ipp file may use headers that no public one includes; so the list grows meanwhile.
        for header in self.order:
            for impl in self.sources[header].impl:
                self._visit(impl, ())
        private = self.order[len(public):]

        for name in self.sources:
            if name not in self.order and not is_list(name):
                self.problems.append(Problem(name, 1, "not in the single file. Cure: include it "
                                             f"(directly or not) from one of {', '.join(ROOTS)}."))

        public_system = self._system(public)
        parts = [
            self._includes(public_system),
            *map(self._body, public),
            "#if !defined(INFERPP_SEPARATE_COMPILATION) || defined(INFERPP_SOURCE)",
            self._includes(self._system(private) - public_system),
            *map(self._body, private),
            "#endif // !defined(INFERPP_SEPARATE_COMPILATION) || defined(INFERPP_SOURCE)",
            "\n".join(f"#undef {macro}" for macro in self._internal_macros()),
        ]
        body = "\n\n".join(part for part in parts if part) + "\n"
        return self._banner(version, licence, body) + "\n" + body

    def _visit(self, name, path):
        if name in path:
            cycle = " -> ".join((*path[path.index(name):], name))
            self.problems.append(Problem(path[-1], 1, f"includes itself: {cycle}. "
                                         "Cure: move what both need into a header of its own."))
        if name in self.order or name in path or name not in self.sources:
            return
        for header in self.sources[name].own:
            self._visit(header, (*path, name))
        self.order.append(name)

    def _system(self, names):
        return {header for name in names for header in self.sources[name].system}

    @staticmethod
    def _includes(headers):
        return "\n".join(f"#include {header}" for header in sorted(headers))

    def _body(self, name):
        lines = self.sources[name].lines
        if self.remap:
            return "\n".join([f'#line 1 "{name}"', *lines])
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
        return f"// ---- {name}\n\n{text}"

    def _internal_macros(self):
        macros = {m for name in self.order for m in self.sources[name].macros}
        return sorted(m for m in macros if not PUBLIC_MACROS.match(m) and m not in SWITCHES)

    @staticmethod
    def _banner(version, licence, body):
        digest = hashlib.sha256(body.encode("ascii")).hexdigest()
        text = f"""\
inferpp {version}, all of it in one file. Written by tools/amalgamate.py: don't edit.
SHA-256 of all that follows the empty line after this comment:
{digest}

Include it anywhere, and link Boost.JSON and OpenSSL. For files that compile in seconds define
INFERPP_SEPARATE_COMPILATION in all files, and in exactly one INFERPP_SOURCE too.

{licence}"""
        return "".join(f"// {line}".rstrip() + "\n" for line in text.rstrip("\n").split("\n"))


def version_of(text: str) -> str:
    numbers = [re.search(rf"^#define INFERPP_VERSION_{part} (\d+)$", text, re.MULTILINE)[1]
               for part in ("MAJOR", "MINOR", "PATCH")]
    return ".".join(numbers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=Path, help="the file to write; without it, standard output")
    parser.add_argument("--check", action="store_true", help="check the rules and write nothing")
    parser.add_argument("--remap", action="store_true",
                        help="add #line, so that messages name the original headers")
    parser.add_argument("--include", type=Path, default=PROJECT / "include", metavar="DIR",
                        help="the folder that holds inferpp/ (default: that of this checkout)")
    options = parser.parse_args()

    headers = read_headers(options.include)
    problems = [p for name, text in headers.items() for p in check_file(name, text, headers)]
    problems += [Problem(root, 1, "missing. Cure: write it; the single file starts from it.")
                 for root in ROOTS if root not in headers]
    text = ""
    if not problems:
        amalgamation = Amalgamation(headers, options.remap)
        text = amalgamation.text(version_of(headers["inferpp/version.hpp"]),
                                 (PROJECT / "LICENSE").read_text("ascii"))
        problems = amalgamation.problems
    if problems:
        print(*problems, sep="\n", file=sys.stderr)
        return 1
    if options.check:
        return 0
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_bytes(text.encode("ascii"))
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
