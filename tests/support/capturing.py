"""What local capture asks of a machine, given to one program and what it starts."""

import os
import shutil
from pathlib import Path
from typing import Final

CGROUP_2: Final = Path("/sys/fs/cgroup/cgroup.controllers")
# Who is root already needs no password, but mitmproxy asks this program all the same.
SUDO: Final = """#!/bin/sh
while case $1 in -*) true ;; *) false ;; esac; do shift; done
exec "$@"
"""
MOUNT: Final = 'mount -t cgroup2 none /sys/fs/cgroup && exec "$@"'


def capturing(command: list[str]) -> list[str]:
    """Return *command* as it has to be run where it shall be able to capture."""
    if os.geteuid() != 0 or CGROUP_2.exists():
        return command
    # Nobody else sees what is mounted.
    return ["unshare", "--mount", "sh", "-c", MOUNT, "sh", *command]


def path_with_sudo(folder: Path) -> str:
    """Return a PATH on which root finds a ``sudo``, made in *folder*."""
    path = os.environ["PATH"]
    if os.geteuid() != 0 or shutil.which("sudo"):
        return path
    sudo = folder / "sudo"
    sudo.write_text(SUDO)
    sudo.chmod(0o755)
    return f"{folder}:{path}"
