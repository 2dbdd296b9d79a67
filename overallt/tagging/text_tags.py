"""The text tag's grammar, on bytes: ``[Flattr=ID]``.

A tag may be written with character references for everything but the word itself, and
a bracket on either side makes it an escape. One pattern reads a whole tag together with
such brackets; a second one, made of the same parts, tells from where on the end of the
bytes may still become a tag or an escape. Both are read from left to right without
going back: neighbouring parts begin with different characters.
"""

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from overallt.protocol.ids import is_thing_id, is_username
from overallt.tagging import references

WORD: Final = b"flattr"
_MOST_SPACES: Final = 4
_LONGEST_ID: Final = 30


@dataclass(frozen=True, slots=True)
class TextTag:
    """A text tag; its id is a thing's number or a username in lower case."""

    id: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text tag and where it stands; only its context can still forbid it."""

    tag: TextTag
    start: int
    end: int


def _either(characters: str) -> bytes:
    plain = re.escape(characters.encode("ascii"))
    return rb"(?:[%b]|%b)" % (plain, references.pattern_of(characters))


_OPEN: Final = _either("[")
_CLOSE: Final = _either("]")
_SPACES: Final = _either(" \t") + rb"{0,%d}+" % _MOST_SPACES
_ID: Final = (
    _either(string.ascii_letters + string.digits + "._-") + b"{1,%d}+" % _LONGEST_ID
)
_LETTERS: Final = [b"[%c%c]" % (each, each - 32) for each in WORD]
_BEFORE_ID: Final = [_OPEN, _SPACES, *_LETTERS, _SPACES, _either("="), _SPACES]

_TAG: Final = re.compile(
    rb"(?P<before>%b)?(?P<tag>%b(?P<id>%b)%b%b)(?P<after>%b)?"
    % (_OPEN, b"".join(_BEFORE_ID), _ID, _SPACES, _CLOSE, _CLOSE)
)


def _any_beginning_of(parts: list[bytes]) -> bytes:
    pattern = b""
    for part in reversed(parts):
        pattern = rb"(?:%b%b)?" % (part, pattern)
    return pattern


_UNFINISHED: Final = re.compile(
    rb"(?=[\[&])(?:%b)?%b(?:%b)?\Z"
    % (
        _OPEN,
        _any_beginning_of([*_BEFORE_ID, _ID, _SPACES, _CLOSE]),
        references.UNFINISHED,
    )
)

# All of it in references: the bracket before, the tag, and the bracket after.
LONGEST_HELD_BYTES: Final = len(WORD) + references.LONGEST_BYTES * (
    len("[[=]]") + 4 * _MOST_SPACES + _LONGEST_ID
)


def candidates(data: bytes) -> Iterator[Candidate]:
    """Yield what is a text tag by its own form, from left to right.

    Escapes and ids that nothing can have are left out.
    """
    # One quick search spares nearly every page the slow pattern.
    if WORD not in data.lower():
        return
    for match in _TAG.finditer(data):
        tag_id = references.read(match["id"])
        escaped = match["before"] is not None or match["after"] is not None
        if not escaped and (is_thing_id(tag_id) or is_username(tag_id)):
            yield Candidate(TextTag(tag_id.lower()), match.start("tag"), match.end())


def unfinished_from(data: bytes) -> int:
    """Return from where on *data* may still become a tag; its length if nowhere."""
    # No part of a tag contains "<".
    start = max(len(data) - LONGEST_HELD_BYTES, data.rfind(b"<") + 1, 0)
    match = _UNFINISHED.search(data, start)
    return len(data) if match is None else match.start()
