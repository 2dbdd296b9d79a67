"""Where tests keep files that nobody needs after them: in memory, if there is enough.

Tests kill programs and never the machine, so nothing has to be on a disk; and to wait
for one would be a third of what a test with a database takes.
"""

import os
import shutil
from pathlib import Path
from typing import Final

_SHARED: Final = Path("/dev/shm")  # noqa: S108 - folders are made in it, of one's own.
# All that a run keeps at the same time, several times over.
ENOUGH_BYTES: Final = 4 * 1024**3


def folder_in_memory() -> Path | None:
    """Return the folder in memory to make others in, or None for the usual one."""
    if not _SHARED.is_dir() or not os.access(_SHARED, os.W_OK | os.X_OK):
        return None
    # Some tests run programs that they have written.
    if os.statvfs(_SHARED).f_flag & os.ST_NOEXEC:
        return None
    if shutil.disk_usage(_SHARED).free < ENOUGH_BYTES:
        return None
    return _SHARED
