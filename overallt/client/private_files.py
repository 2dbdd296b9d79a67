"""Files of the patron's that only he can read, and that are always whole."""

import os
from pathlib import Path


def replace_private(path: Path, content: bytes) -> None:
    """Make or replace the file at *path*, in one step, readable by its user only.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    # Written beside and moved into place: never half there, never readable.
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        # Else a machine that loses its power may keep the name and no bytes.
        os.fsync(file.fileno())
    beside.replace(path)
