#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""tests/faults.md names tests: each must exist, under that name, in that file."""

import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
GROUPS = {"N": 18, "T": 26, "H": 33, "Q": 7, "R": 8, "P": 13, "X": 8, "Y": 13, "J": 12, "S": 16}


def names_in(path):
    found = set()
    for parts in re.findall(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', path.read_text()):
        text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', parts))
        found.add(text.replace('\\"', '"'))
    return found


def main():
    problems = []
    seen = []
    for line in (TESTS / "faults.md").read_text().splitlines():
        row = re.match(r"\| ([A-Z]\d\d) \| .* \| (.*) \| .* \|$", line)
        if not row:
            continue
        seen.append(row[1])
        named = re.findall(r'"(.+?)" \(([\w/]+\.cpp)\)', row[2])
        for name, file in named:
            path = TESTS / file
            if not path.exists():
                problems.append(f"{row[1]}: there is no tests/{file}")
            elif name not in names_in(path):
                problems.append(f'{row[1]}: there is no test "{name}" in tests/{file}')
        if not named and not row[2].startswith(("not made: ", "open")):
            problems.append(f"{row[1]}: neither a test nor a reason")
    wanted = [f"{g}{i:02}" for g, count in GROUPS.items() for i in range(1, count + 1)]
    wanted += [f"C{i:02}" for i in range(18)]
    if seen != wanted:
        problems.append(f"the rows are not those of the catalogue: {sorted(set(wanted) ^ set(seen))}")
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
