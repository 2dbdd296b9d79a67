"""Fuzzes for a while, and holds what longer runs have found."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from invariants import check, feeding_in, vectors
from skips import skip_for_want_of

# The same way each time, and as far whatever the machine: a new way is for whoever has
# time to look at what it finds.
SEED = 1
RUNS = 12_000
MOST_SECONDS = 240


@pytest.mark.parametrize("case", vectors("findings"), ids=lambda case: case["note"])
def test_what_was_found_once_stays_mended(case: dict[str, Any]) -> None:
    assert case["ids"] == check(feeding_in(case))


@pytest.mark.long
def test_a_while_of_fuzzing_finds_nothing(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        skip_for_want_of("atheris")
    script = Path(__file__).with_name("rewriter.py")

    run = subprocess.run(
        [
            sys.executable,
            script,
            f"--seconds={MOST_SECONDS}",
            f"--runs={RUNS}",
            f"--seed={SEED}",
            f"--folder={tmp_path}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == run.returncode, run.stderr[-4000:]
