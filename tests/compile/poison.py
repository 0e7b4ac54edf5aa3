#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Writes a file that includes inferpp after macros that other libraries are known to define.

poison.py INCLUDE-FOLDER OUTPUT. The headers of others that we use are included before, since they
need not survive such macros.
"""

import re
import sys
from pathlib import Path

POISON = """\
// windows.h
#define min(a, b) poison min poison
#define max(a, b) poison max poison
#define small poison
#define near poison
#define far poison
#define interface poison
#define IN poison
#define OUT poison
#define OPTIONAL poison
#define ERROR poison
#define DELETE poison
#define NO_ERROR poison
#define STRICT poison
#define GetObject poison
#define SendMessage poison
// glibc, compilers for other targets
#define major(x) poison
#define minor(x) poison
#define linux poison
#define unix poison
#define I poison
// Qt
#define slots poison
#define signals poison
#define foreach poison
// X11, Arduino, termios
#define Status poison
#define Success poison
#define None poison
#define Bool poison
#define Always poison
#define F(x) poison
#define B1 poison
// tests and logging
#define CHECK(x) poison
#define REQUIRE(x) poison
#define INFO(x) poison
#define LOG(x) poison
#define ASSERT(x) poison
#define DEBUG poison
#define TRACE poison
"""
# Not there on every system, so not to be included without the condition around them.
CONDITIONAL = re.compile(r"windows|winsock|wincrypt|mach/|TargetConditionals")


def main():
    include, output = Path(sys.argv[1]), Path(sys.argv[2])
    others = set()
    for path in include.rglob("*.[hi]pp"):
        others |= set(re.findall(r"^#include (<(?!inferpp/).*>)", path.read_text("utf-8"), re.M))
    lines = [f"#include {other}" for other in sorted(others) if not CONDITIONAL.search(other)]
    lines += ["", POISON, "#include <inferpp/inferpp.hpp>", "#include <inferpp/testing/testing.hpp>"]
    output.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
