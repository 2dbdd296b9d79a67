"""Real pages: the documentation that stands on this machine."""

import itertools
import sysconfig
from pathlib import Path

FOLDERS = ("/usr/share/doc", "/usr/share/gtk-doc", sysconfig.get_path("purelib"))
SHORTEST_BYTES = 5_000
LONGEST_BYTES = 2_000_000
MOST_PAGES = 128


def found_pages() -> list[bytes]:
    """Return pages of 5 KB to 2 MB, at most 128 evenly from all; maybe none."""
    paths = itertools.chain.from_iterable(
        sorted(Path(folder).rglob("*.html")) for folder in FOLDERS
    )
    fitting = [
        path
        for path in paths
        if path.is_file() and SHORTEST_BYTES <= path.stat().st_size <= LONGEST_BYTES
    ]
    step = max(1, len(fitting) // MOST_PAGES)
    pages = [path.read_bytes() for path in fitting[::step]]
    return [page for page in pages if b"[flattr=" not in page.lower()]
