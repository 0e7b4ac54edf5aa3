#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The programs as a person runs them: inferpp_simulator and the first example.

    programs.py SIMULATOR EXAMPLE DATA_FOLDER
"""

import hashlib
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

SIMULATOR, EXAMPLE, DATA = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
KEY = "prefix.body"


def plain_environment():
    return {k: v for k, v in os.environ.items() if not k.startswith("MODZY_")}


class Simulator:
    """inferpp_simulator as a process of its own."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([SIMULATOR, "modzy", *arguments], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.base_url = self.process.stdout.readline().strip()
        self.port = int(self.base_url.split(":")[2].split("/")[0]) if self.base_url else 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop(signal.SIGKILL)

    def stop(self, how):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.communicate(timeout=20)
        return self.process.returncode


def run_example(*files, environment=None):
    done = subprocess.run([EXAMPLE, *map(str, files)], text=True, timeout=60, capture_output=True,
                          env={**plain_environment(), **(environment or {})})
    return done.returncode, done.stdout, done.stderr


class TheSimulator(unittest.TestCase):
    def test_prints_its_base_url_first_and_ends_at_sigterm(self):
        with Simulator() as simulator:
            self.assertRegex(simulator.base_url, r"^http://127\.0\.0\.1:\d+/api$")
            self.assertEqual(simulator.stop(signal.SIGTERM), 0)

    def test_takes_any_key_but_none(self):
        with Simulator() as simulator:
            for key, status in ((KEY, 404), ("x", 404), (None, 401)):
                connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=20)
                headers = {"Authorization": f"ApiKey {key}"} if key else {}
                connection.request("GET", "/api/jobs/none", headers=headers)
                answer = connection.getresponse()
                self.assertEqual(answer.status, status)
                self.assertEqual(json.loads(answer.read())["statusCode"], status)
                connection.close()

    def test_listens_where_it_is_told(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with Simulator("--port", str(port)) as simulator:
            self.assertEqual(simulator.port, port)

    def test_says_what_is_wrong_with_its_arguments(self):
        for arguments in ([], ["nothing"], ["modzy", "--port"], ["modzy", "--port", "x"],
                          ["modzy", "--port", "65536"], ["modzy", "--api-key", ""]):
            done = subprocess.run([SIMULATOR, *arguments], text=True, timeout=20,
                                  capture_output=True)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("usage:", done.stderr)

    def test_says_that_its_port_is_taken(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = str(other.getsockname()[1])
            done = subprocess.run([SIMULATOR, "modzy", "--port", port], text=True, timeout=20,
                                  capture_output=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn(port, done.stderr)


class TheFirstJob(unittest.TestCase):
    def check_results(self, output, files):
        self.assertRegex(output, r"(?m)^job [0-9a-f-]{36} submitted$")
        self.assertRegex(output, r"(?m)^progress: ")
        for file in files:
            content = pathlib.Path(file).read_bytes()
            line = next(x for x in output.splitlines() if x.startswith(f"{file}: results.json = "))
            seen = json.loads(line.split(" = ", 1)[1])["data"]["result"]["input"]
            self.assertEqual(seen["size"], len(content))
            self.assertEqual(seen["sha256"], hashlib.sha256(content).hexdigest())

    def test_prints_progress_and_the_results_of_the_files_it_ships(self):
        files = sorted(DATA.iterdir())
        self.assertGreaterEqual(len(files), 3)
        status, output, _ = run_example(*files)
        self.assertEqual(status, 0)
        self.check_results(output, files)
        self.assertIn(f"{len(files)} succeeded, 0 failed", output)

    def test_names_the_inputs_that_fail_and_goes_on_with_the_others(self):
        with tempfile.TemporaryDirectory() as folder:
            good = pathlib.Path(folder) / "all bytes \u00e4.bin"
            good.write_bytes(bytes(range(256)) * 5000)
            empty = pathlib.Path(folder) / "empty.txt"
            empty.touch()
            missing = pathlib.Path(folder) / "missing.txt"
            status, output, _ = run_example(good, empty, missing)
            self.assertEqual(status, 1)
            self.check_results(output, [good])
            self.assertRegex(output, rf"(?m)^{empty}: FAILED: .*empty")
            self.assertRegex(output, rf"(?m)^{missing}: FAILED: .*No such file")
            self.assertIn("1 succeeded, 2 failed", output)

    def test_names_the_reason_when_every_input_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            empty = pathlib.Path(folder) / "empty.txt"
            empty.touch()
            status, output, _ = run_example(empty)
            self.assertEqual(status, 1)
            self.assertRegex(output, rf"(?m)^{empty}: FAILED: .*empty")

    def test_talks_to_the_server_that_the_environment_names(self):
        files = sorted(DATA.iterdir())
        with Simulator("--api-key", KEY) as simulator:
            good = {"MODZY_BASE_URL": simulator.base_url, "MODZY_API_KEY": KEY}
            status, output, _ = run_example(*files, environment=good)
            self.assertEqual(status, 0)
            self.assertIn(f"asking {simulator.base_url}", output)
            self.check_results(output, files)

            bad = {**good, "MODZY_API_KEY": "wrong.secret"}
            status, output, errors = run_example(*files, environment=bad)
            self.assertEqual(status, 1)
            self.assertRegex(errors, r"401|API key")
            self.assertNotIn("wrong.secret", output + errors)

    def test_wants_files(self):
        status, _, errors = run_example()
        self.assertEqual(status, 2)
        self.assertIn("usage:", errors)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
