"""What of the extension needs no browser is tested by node."""

import shutil
import subprocess
from pathlib import Path

from skips import skip_for_want_of

# Where .ci/packages puts what these tests need from npm.
MODULES = Path(__file__).parents[2] / "build" / "node" / "node_modules"
TESTS = sorted(str(path) for path in Path(__file__).parent.glob("*.test.js"))


def test_the_tests_in_javascript_pass() -> None:
    if shutil.which("node") is None:
        skip_for_want_of("node")
    if not (MODULES / "jsdom").exists():
        skip_for_want_of("npm's jsdom")

    run = subprocess.run(
        ["node", "--test", *TESTS], capture_output=True, text=True, check=False
    )

    assert 0 == run.returncode, run.stdout
