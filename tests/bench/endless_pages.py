"""Feeds endless hostile pages, each in a process of its own; prints time and memory.

    python tests/bench/endless_pages.py --megabytes 1024 ["deep nesting" ...]

A child reads a page in chunks until it has had enough bytes or enough time, and says
how far it came, how long that took, and how much its memory grew at the most.
"""

import argparse
import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path += [str(FOLDER.parents[1]), str(FOLDER.parent / "support")]

from adversaries import ADVERSARIES

MEGABYTE = 1 << 20
WARMING_BYTES = 1 << 16
MOST_GROWTH_MEGABYTES = 48


@dataclass(frozen=True, slots=True)
class Endurance:
    """How far a child came with a page, and what that cost."""

    megabytes: float
    seconds: float
    growth_megabytes: float


def endure(name: str, megabytes: int, seconds: float) -> Endurance:
    """Feed so much of the page called *name*, or for so long, in a new process."""
    run = subprocess.run(
        [sys.executable, __file__, "--child", name, str(megabytes), str(seconds)],
        capture_output=True,
        text=True,
        check=True,
    )
    return Endurance(**json.loads(run.stdout))


def main() -> int:
    """Print a row for each page; exit 1 if one needs too much memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[*ADVERSARIES])
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    asked = parser.parse_args()
    worst = 0.0
    for name in asked.names:
        row = endure(name, asked.megabytes, asked.seconds)
        print(
            f"{name:30} {row.megabytes:>8.0f} MB {row.seconds:>8.1f} s"
            f" {row.growth_megabytes:>6.1f} MB more",
            flush=True,
        )
        worst = max(worst, row.growth_megabytes)
    return int(worst > MOST_GROWTH_MEGABYTES)


def _child(name: str, megabytes: str, seconds: str) -> None:
    adversary = ADVERSARIES[name]
    # What is made once is no growth.
    adversary.rewritten(WARMING_BYTES)
    begun, before = time.process_time(), _kilobytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    size = adversary.rewritten(int(megabytes) * MEGABYTE, float(seconds))
    endurance = {
        "megabytes": size / MEGABYTE,
        "seconds": time.process_time() - begun,
        "growth_megabytes": (_kilobytes("VmHWM") - before) / 1024,
    }
    print(json.dumps(endurance))


def _kilobytes(name: str) -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{name}:\s+([0-9]+)", status)
    assert found is not None
    return int(found[1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(*sys.argv[2:])
    else:
        sys.exit(main())
