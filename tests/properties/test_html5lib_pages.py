"""Text tags put everywhere into html5lib's pages, judged by a browser-grade tree.

Pages and judge stand beside the project, for whoever works on it, not in it.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.long

ROOT: Final = Path(__file__).parents[2]
JUDGE: Final = ROOT.parent / "shared" / "tools" / "page_fuzz.py"
ADAPTER: Final = "html5lib_rewriter:rewritten"
COUNTED: Final = re.compile(
    r"pages (?P<pages>\d+) tags (?P<tags>\d+) ok \d+"
    r" missed (?P<missed>\d+) extra (?P<extra>\d+) damage (?P<damage>\d+)"
)


@pytest.mark.skipif(not JUDGE.exists(), reason="html5lib's pages are not beside us")
@pytest.mark.parametrize("seed", range(1, 6))
def test_what_counts_is_replaced_and_nothing_else(seed: int) -> None:
    path = os.pathsep.join([str(ROOT / "tests" / "support"), str(ROOT)])
    command = [sys.executable, str(JUDGE), ADAPTER, "--seed", str(seed), "--each", "20"]
    run = subprocess.run(
        [*command, "--show", "1000"],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    counted = COUNTED.search(run.stdout)
    assert counted is not None, run.stderr
    count = {name: int(number) for name, number in counted.groupdict().items()}
    damaged = re.findall(r"^damage .*$", run.stdout, re.MULTILINE)

    assert 10_000 < count["pages"]
    assert 0 == count["extra"]
    assert count["damage"] <= count["pages"] / 1000
    assert count["missed"] <= count["tags"] / 100
    # Only the white space of tables may move.
    assert all("<table" in each for each in damaged)
