"""Packages of npm's registry that tests need, pinned by hash and never committed."""

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PATIENCE_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """A package of npm's registry, by the SHA-512 of its archive."""

    name: str
    version: str
    sha512: str


def download(package: NpmPackage, folder: Path) -> Path:
    """Fetch *package* into *folder* and return its archive.

    Raises:
        FileNotFoundError: npm is not installed.
        SubprocessError: The registry cannot be reached.
    """
    run(["npm", "pack", "--silent", f"{package.name}@{package.version}"], folder)
    name = package.name.removeprefix("@").replace("/", "-")
    archive = folder / f"{name}-{package.version}.tgz"
    found = hashlib.sha512(archive.read_bytes()).hexdigest()
    if found != package.sha512:
        raise ValueError(f"{archive.name} is another one: SHA-512 {found}")
    return archive


def run(command: list[str], folder: Path) -> str:
    """Run *command* in *folder* and return what it prints.

    Raises:
        FileNotFoundError: It is not installed.
        SubprocessError: It fails, or takes too long.
    """
    if shutil.which(command[0]) is None:
        raise FileNotFoundError(f"{command[0]} is not installed")
    done = subprocess.run(
        command,
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    return done.stdout
