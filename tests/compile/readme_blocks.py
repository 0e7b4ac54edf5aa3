#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Makes C++ files of the ```cpp blocks of a page: readme_blocks.py PAGE FOLDER

A block with #include is a file as it stands. Any other one gets the usual includes and names and,
unless it defines functions or types, becomes the body of a coroutine that has a `client`.

Prints a line for each file: "program" (it has a main function), "file" or "piece", and its path.
"""

import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tools"))
from cpp_tree import parse  # noqa: E402

PRELUDE = """\
#include <inferpp/inferpp.hpp>
#include <inferpp/testing/testing.hpp>
#include <boost/asio.hpp>
#include <chrono>
#include <iostream>
#include <string>
#include <vector>
namespace asio = boost::asio;
namespace modzy = inferpp::modzy;
using namespace std::chrono_literals;
"""
COROUTINE = "asio::awaitable<void> block_{line}([[maybe_unused]] modzy::client client)\n{{\n"
DECLARATION = "asio::awaitable<void> block_{line}(modzy::client client);\n"
CONTROL = {"if", "for", "while", "switch", "do", "try", "else", "catch"}


def blocks(page):
    """(line of the first line, text) of each block."""
    start, lines = 0, []
    for number, line in enumerate(page.split("\n"), 1):
        if not start and line.strip() == "```cpp":
            start, lines = number + 1, []
        elif start and line.strip() == "```":
            yield start, "\n".join(lines) + "\n"
            start = 0
        elif start:
            lines.append(line)


def defines_something(code):
    for statement in parse(code).statements():
        last, texts = statement[-1], [item.text for item in statement]
        if last.text in ("class", "namespace") or "class" in texts:
            return True
        if last.text == "block" and "(" in texts and not CONTROL & set(texts):
            return True
    return False


def source(line, code, page):
    here = f'#line {line} "{page}"\n'
    if "#include" in code:
        return here + code
    if defines_something(code):
        return PRELUDE + here + code
    return (PRELUDE + DECLARATION.format(line=line) + COROUTINE.format(line=line) + here + code +
            "co_return;\n}\n")


def main():
    page, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for number, (line, code) in enumerate(blocks(page.read_text("utf-8")), 1):
        kind = "program" if re.search(r"\bint main\b", code) else \
            "file" if "#include" in code else "piece"
        path = folder / f"block_{number}.cpp"
        text = source(line, code, page.as_posix())
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
        print(kind, path.as_posix())


if __name__ == "__main__":
    main()
