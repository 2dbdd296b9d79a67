"""The index as it was last heard of, in a file of the patron's.

One line tells which server's index it is; the rest is the index as the server would
send it. The file is replaced in one step, so there is always a whole one. Its time is
when the server last said that this is so.
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from overallt.client.private_files import replace_private

# Without a word of the server, what was heard is forgotten after this.
LIFETIME: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HeardIndex:
    """An index's bytes, and when the server last spoke of it."""

    content: bytes
    heard_at: datetime


class IndexFile:
    """The index of the server at *server_url*, in the file at *path*."""

    def __init__(self, path: Path, server_url: str) -> None:
        self.path: Final = path
        self.server_url: Final = server_url

    @property
    def bucket_folder(self) -> Path:
        """Hold the index's buckets, if it comes in such."""
        return self.path.with_name(f"{self.path.name}.buckets")

    def read(self) -> HeardIndex | None:
        """Read the file; ``None`` where there is none, or another server's."""
        try:
            with self.path.open("rb") as file:
                head = json.loads(file.readline())
                content = file.read()
                seconds = os.fstat(file.fileno()).st_mtime
            if head["server"] != self.server_url:
                return None
        except (OSError, ValueError, LookupError, TypeError):
            return None
        heard_at = datetime.fromtimestamp(seconds, UTC)
        return HeardIndex(content, heard_at)

    def write(self, heard: HeardIndex) -> None:
        """Replace the file, in one step, by one that only its user can read.

        Raises:
            OSError: it cannot be written; what was there stays.
        """
        line = json.dumps({"server": self.server_url}).encode() + b"\n"
        replace_private(self.path, line + heard.content)
        _date(self.path, heard.heard_at)

    def confirm(self, heard_at: datetime) -> None:
        """Note that the server has said again that this is its index.

        Raises:
            OSError: there is no file, or it is not to be written.
        """
        _date(self.path, heard_at)


def _date(path: Path, heard_at: datetime) -> None:
    seconds = heard_at.timestamp()
    os.utime(path, (seconds, seconds))
