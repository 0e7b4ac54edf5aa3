#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What Meson can't find out by itself: `version`, or `glob PATTERN...` (a file on each line)."""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
from amalgamate import PROJECT, version_of  # noqa: E402

if sys.argv[1] == "version":
    print(version_of((PROJECT / "include/inferpp/version.hpp").read_text("ascii")))
else:
    for pattern in sys.argv[2:]:
        print(*sorted(p.relative_to(PROJECT).as_posix() for p in PROJECT.glob(pattern)), sep="\n")
