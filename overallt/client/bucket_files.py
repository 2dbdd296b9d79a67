"""The buckets of a large index as they were last heard of, a file for each.

Each is a file like that of a whole index, so each has a version and a time of its
own. Their names are those of the buckets, and tell about as much of what the patron
has read: the folder is his alone.
"""

import contextlib
import re
from pathlib import Path
from typing import Final

from overallt.client.index_file import HeardIndex, IndexFile

# A bucket may have no name of its own, a file must.
_NAME: Final = re.compile(r"bucket([01]*)")


class BucketFiles:
    """The buckets of the server at *server_url*, in *folder*."""

    def __init__(self, folder: Path, server_url: str) -> None:
        self._folder = folder
        self._server_url = server_url

    def read(self) -> dict[str, HeardIndex]:
        """Read all there are, by their prefixes; those of another server go away."""
        found: dict[str, HeardIndex] = {}
        for path in sorted(self._folder.glob("bucket*")):
            match = _NAME.fullmatch(path.name)
            heard = IndexFile(path, self._server_url).read()
            if match is not None and heard is not None:
                found[match[1]] = heard
            else:
                _remove(path)
        return found

    def write(self, prefix: str, heard: HeardIndex) -> None:
        """Write a bucket, in one step, so that only its user can read it.

        Raises:
            OSError: it cannot be written; what was there stays.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        IndexFile(self._path(prefix), self._server_url).write(heard)

    def remove(self, prefix: str) -> None:
        """Remove a bucket that is no longer needed."""
        _remove(self._path(prefix))

    def _path(self, prefix: str) -> Path:
        return self._folder / f"bucket{prefix}"


def _remove(path: Path) -> None:
    # What cannot be removed is too old one day.
    with contextlib.suppress(OSError):
        path.unlink()
