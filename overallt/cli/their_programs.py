"""Programs of this computer that set-up runs, since only they can change a place."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import Final

from overallt.cli.places import NotChanged

# Where a program comes from that is not everywhere.
HOW_TO_INSTALL: Final[Mapping[str, str]] = {
    "certutil": (
        "Install libnss3-tools (Debian, Ubuntu), nss-tools (Fedora) or nss (Arch, "
        "macOS by Homebrew)."
    )
}


def find(program: str, *, path: str | None) -> str:
    """Return where *program* is, looked for in *path*; ``None``: the user's own.

    Raises:
        NotChanged: it is not there.
    """
    found = shutil.which(program, path=path)
    if found is None:
        advice = HOW_TO_INSTALL.get(program, "")
        raise NotChanged(f"The program {program} is missing. {advice}".rstrip())
    return found


def run(program: str, *arguments: str, path: str | None, seconds: float) -> str:
    """Run *program*, found in *path*, for *seconds* at most; return what it says.

    Raises:
        NotChanged: it is not there, did not come back, or refused.
    """
    try:
        done = subprocess.run(  # noqa: S603 - a program of ours to name, with our words.
            [find(program, path=path), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
            env=os.environ if path is None else {**os.environ, "PATH": path},
        )
    except subprocess.TimeoutExpired:
        raise NotChanged(f"{program} did not come back.") from None
    if done.returncode:
        said = (done.stderr + done.stdout).strip()
        raise NotChanged(f"{program}: {said}")
    return done.stdout
