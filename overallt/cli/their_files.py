"""Files and folders of other programs, changed with care."""

import shutil
from collections.abc import Sequence
from pathlib import Path

# Not every file that should be UTF-8 is; what is not comes back as it was.
_ENCODING = "utf-8"
_ERRORS = "surrogateescape"


def read_text(path: Path) -> str:
    """Read the file at *path* with its line ends as they are; ``""`` if missing."""
    if not path.exists():
        return ""
    return path.read_bytes().decode(_ENCODING, _ERRORS)


def replace_text(path: Path, text: str) -> None:
    """Replace the content of the file at *path* in one step, if it differs.

    Its mode stays, and so does a link that leads to it.
    """
    if path.exists() and read_text(path) == text:
        return
    target = path.resolve()
    beside = target.with_name(f"{target.name}.overallt")
    beside.write_bytes(text.encode(_ENCODING, _ERRORS))
    if target.exists():
        shutil.copymode(target, beside)
    beside.replace(target)


def missing_folders(folder: Path) -> list[Path]:
    """List *folder* and those above it that are not there, innermost first."""
    return [each for each in (folder, *folder.parents) if not each.exists()]


def remove_empty(folders: Sequence[Path]) -> None:
    """Remove *folders*, given innermost first, until one is not empty."""
    for each in folders:
        if each.is_dir():
            if any(each.iterdir()):
                return
            each.rmdir()
