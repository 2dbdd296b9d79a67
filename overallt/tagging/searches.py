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


class _Searches(threading.local):
    """Searches of its own for each thread, since two cannot use one at once."""

    def __init__(self) -> None:
        self.words = _database(_WORD).scan
        self.tags = _database(_WORD, _BEGINNING).scan


def may_hold_tag(data: bytes) -> bool:
    """Tell whether the word is in *data*, or the beginning of a text tag at its end."""
    ends: list[int] = []
    # By position, since names take longer than most searches.
    _searches.tags(data, _note, 0, ends)
    return bool(ends)


def ends_of_words(data: bytes) -> list[int]:
    """Return the index after each word in *data*, in any case, from left to right."""
    ends: list[int] = []
    _searches.words(data, _note, 0, ends)
    return ends


def _note(_id: int, _start: int, end: int, _flags: int, ends: Any) -> None:
    ends.append(end)


def _database(*expressions: tuple[bytes, int]) -> hyperscan.Database:
    database = hyperscan.Database()
    database.compile(
        expressions=[expression for expression, _ in expressions],
        flags=[flags for _, flags in expressions],
    )
    return database


_searches: Final = _Searches()
