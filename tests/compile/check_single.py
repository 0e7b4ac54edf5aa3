#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks how the single file is written: check_single.py PROJECT WORK-FOLDER

The same sources must give the same bytes in another folder and for another Python process, the
bytes must be those that the banner's hash promises, and --remap may change nothing but lines.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path


def write(project, output, *options, cwd="/", seed="0"):
    subprocess.run([sys.executable, project / "tools/amalgamate.py", "--output", output, *options],
                   check=True, cwd=cwd, env={**os.environ, "PYTHONHASHSEED": seed})
    return output.read_bytes()


def tokens(text):
    return re.sub(r"//[^\n]*|^#line[^\n]*", "", text, flags=re.M).split()


def main():
    project, work = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    shutil.rmtree(work, ignore_errors=True)
    copy = work.resolve() / "another place"
    for folder in ("include", "tools"):
        shutil.copytree(project / folder, copy / folder)
    shutil.copy(project / "LICENSE", copy)

    first = write(project, work.resolve() / "1.hpp")
    second = write(copy, work.resolve() / "2.hpp", cwd=copy, seed="1")
    assert first == second, "the bytes depend on the folder or on the Python process"

    text = first.decode("ascii")
    assert str(project) not in text, "a path of this machine is in the file"
    banner, body = text.split("\n\n", 1)
    digest = re.search(r"^// ([0-9a-f]{64})$", banner, re.M)[1]
    assert digest == hashlib.sha256(body.encode()).hexdigest(), "the hash in the banner is wrong"
    assert text.count("Permission is hereby granted") == 1, "the licence must stand there once"

    remapped = write(project, work.resolve() / "3.hpp", "--remap").decode("ascii")
    assert '#line 1 "inferpp/version.hpp"' in remapped, "--remap writes no #line"
    assert tokens(remapped) == tokens(text), "--remap changes more than lines"


if __name__ == "__main__":
    main()
