"""Kills programs and databases again and again, at random instants, for some minutes.

It runs the tests that kill (``tests/**/test_killed_*.py``), one file after the other in
an order of chance, each from a seed of its own that follows from the first one. What a
test wanted to kill when is the same again with the same seed; how far the machine has
come by then is not.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import click

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "support"))

from killing import COUNTED, SEED

LOOK_EVERY_SECONDS: Final = 0.5


@dataclass
class Round:
    """One file of tests, run once from *seed*."""

    file: Path
    seed: int
    counted: Path
    said: str = ""
    failed: bool = field(default=False)

    def run(self) -> Iterator[None]:
        """Run it; yield now and then until it has ended."""
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            process = subprocess.Popen(
                [*command, "-c", ROOT / "pyproject.toml", self.file],
                env=os.environ | {SEED: str(self.seed), COUNTED: str(self.counted)},
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                while process.poll() is None:
                    yield
                    time.sleep(LOOK_EVERY_SECONDS)
            finally:
                process.terminate()
                process.wait()
            output.seek(0)
            self.said = output.read()
        self.failed = process.returncode != 0


def rounds(files: list[Path], seed: int, counted: Path) -> Iterator[Round]:
    """Give rounds without end: all *files* in some order, then in another one."""
    for number in count():
        order = random.Random(seed + number)  # noqa: S311 - it guards no secret.
        for file in order.sample(files, len(files)):
            yield Round(file, seed + number, counted)


def kill(files: list[Path], seconds: float, seed: int) -> int:
    """Run rounds until *seconds* are over or one fails; return the exit status."""
    print(f"Seed {seed}: the same again with SEED={seed}.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        counted = Path(folder) / "kills"
        counted.touch()
        begun, told = time.monotonic(), 0
        with click.progressbar(
            length=max(1, int(seconds)), label="Killing", file=sys.stderr
        ) as bar:
            for each in rounds(files, seed, counted):
                for _ in each.run():
                    now = min(bar.length or 0, int(time.monotonic() - begun))
                    bar.update(now - told)
                    told = now
                if each.failed or time.monotonic() - begun >= seconds:
                    break
            bar.update((bar.length or 0) - told)
        kills = Counter(counted.read_text(encoding="utf-8").splitlines())
    for what, times in sorted(kills.items()):
        print(f"{times:6} times {what}")
    if each.failed:
        print(each.said)
        print(f"Failed: {each.file}, from seed {each.seed}.")
        return 1
    print(f"{kills.total()} kills, and nothing was lost or booked twice.")
    return 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().getrandbits(32)
    )
    parser.add_argument("files", type=Path, nargs="*", help="all, if none is named")
    asked = parser.parse_args()
    every = sorted((ROOT / "tests").rglob("test_killed_*.py"))
    return kill(asked.files or every, asked.minutes * 60, asked.seed)


if __name__ == "__main__":
    sys.exit(main())
