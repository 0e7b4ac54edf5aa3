#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Instructions of one small JSON call, counted by callgrind: the same whatever else the machine does.

    tests/bench/instructions.py build/release/tests/bench_call
"""

import re
import subprocess
import sys
import tempfile

FEW, MANY = 500, 1500


def instructions(program, calls, client):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out.%p", program,
             str(calls), client], capture_output=True, text=True, timeout=600, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    program = sys.argv[1]
    floor = None
    for client in ("beast", "inferpp"):
        # The difference of two runs is without start and connection.
        each = (instructions(program, MANY, client) - instructions(program, FEW, client)) / (
            MANY - FEW)
        floor = floor or each
        print(f"  {client:8} {each:8.0f} instructions a call ({each / floor:.2f} x)")


if __name__ == "__main__":
    main()
