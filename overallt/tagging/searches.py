"""The one search that every page pays for: for the word, or a beginning at the end.

Nearly no page has either, so the search is left to a library that looks at many bytes
at a time. Everything else begins where it found something.
"""

import string
import threading
from typing import Any, Final

import hyperscan

WORD: Final = b"flattr"

# What a text tag may consist of. An opening bracket, or a reference that may be one,
# with nothing but these behind it may still become a tag.
TAG_CHARACTERS: Final = (string.ascii_letters + string.digits + "._-[]= \t&#;").encode()

_WORD: Final = (WORD, hyperscan.HS_FLAG_CASELESS)
_BEGINNING: Final = (
    rb"[\[&][A-Za-z0-9._\-\[\]= \t&#;]*\z",
    hyperscan.HS_FLAG_SINGLEMATCH,
)


class Search:
    """A search for *expressions*, to be used by one thread only."""

    __slots__ = ("_scan",)

    def __init__(self, *expressions: tuple[bytes, int]) -> None:
        database = hyperscan.Database()
        database.compile(
            expressions=[expression for expression, _ in expressions],
            flags=[flags for _, flags in expressions],
        )
        self._scan = database.scan

    def ends(self, data: bytes) -> list[int]:
        """Return the index after each of what is found in *data*, in order."""
        ends: list[int] = []
        # By position, since names take longer than most searches.
        self._scan(data, _note, 0, ends)
        return ends


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.words = Search(_WORD)
        self.tags = Search(_WORD, _BEGINNING)


_of_thread: Final = _OfThread()


def tag_search() -> Search:
    """Return this thread's search for the word, and for a tag's beginning at the end.

    Whoever searches much asks for it once.
    """
    return _of_thread.tags


def ends_of_words(data: bytes) -> list[int]:
    """Return the index after each word in *data*, in any case, from left to right."""
    return _of_thread.words.ends(data)


def _note(_id: int, _start: int, end: int, _flags: int, ends: Any) -> None:
    ends.append(end)
