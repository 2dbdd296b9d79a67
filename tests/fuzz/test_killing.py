"""Whoever kills for minutes is told what was killed, and from which seed it failed."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("kills.py")
KILLS_TWO = """
from killing import chance, count_kill

def test_two_are_killed():
    count_kill("a cat")
    count_kill("a cat")
    assert {lowest} <= chance().random()
"""


def kill(file: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, PROGRAM, "--minutes", "0", "--seed", "7", file],
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.long
def test_it_says_what_was_killed_how_often(tmp_path: Path) -> None:
    file = tmp_path / "test_killed_cats.py"
    file.write_text(KILLS_TWO.format(lowest=0))
    ran = kill(file)

    assert 0 == ran.returncode, ran.stdout + ran.stderr
    assert "Seed 7: " in ran.stdout
    assert "     2 times a cat\n2 kills, and nothing was lost" in ran.stdout


@pytest.mark.long
def test_it_fails_with_the_seed_of_the_round(tmp_path: Path) -> None:
    file = tmp_path / "test_killed_cats.py"
    file.write_text(KILLS_TWO.format(lowest=1))
    ran = kill(file)

    assert 1 == ran.returncode
    assert "test_two_are_killed" in ran.stdout
    assert f"Failed: {file}, from seed 7." in ran.stdout
