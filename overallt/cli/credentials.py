"""The sign-in at a server, in a file that only its user can read."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from overallt.client.private_files import replace_private


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access token and the server that gave it."""

    server: str
    access_token: str

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read the file at *path*; ``None`` where there is none, or no sign-in."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls(str(found["server"]), str(found["access_token"]))
        except (FileNotFoundError, ValueError, LookupError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Write the file, in one step, readable by its user only."""
        replace_private(path, json.dumps(dataclasses.asdict(self)).encode())
