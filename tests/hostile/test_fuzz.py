"""The short form of `benchmarks.fuzz`: every kind of file, changed as people and disks change files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 44
OPTIONS = ("--rounds", str(ROUNDS), "--packages", "3", "--seconds", "120", "--json")


@pytest.mark.skipif(sys.platform != "linux", reason="measures processes as Linux does")
def test_hostile_input_never_brings_a_traceback_a_hang_or_a_change_elsewhere() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fuzz", *OPTIONS],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )

    cases = json.loads(done.stdout)["cases"]
    assert [violation for case in cases for violation in case["violations"]] == []
    assert (sum(case["rounds"] for case in cases), len(cases) > 10, done.returncode) == (ROUNDS, True, 0)
