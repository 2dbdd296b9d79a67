"""A place that is one file of our own: nothing of anybody's stood there before."""

from dataclasses import dataclass
from pathlib import Path

from overallt.cli.places import Before


@dataclass(frozen=True, slots=True)
class OwnFile:
    """What all such places have in common; each says how *file* is made and used."""

    file: Path

    @property
    def address(self) -> str:
        """Return the file's path."""
        return str(self.file)

    def before(self) -> Before:
        """Return nothing: the file is ours."""
        return {}

    def undo(self, before: Before) -> None:
        """Delete the file."""
        del before
        self.file.unlink(missing_ok=True)
