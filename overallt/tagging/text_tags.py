"""The text tag's grammar, on bytes: ``[Flattr=ID]``.

A tag may be written with character references for everything but the word itself, and
a bracket on either side makes it an escape. One pattern reads a whole tag; a
second one, made of the same parts, tells from where on the end of the bytes may still
become a tag or an escape. Both are read from left to right without
going back: neighbouring parts begin with different characters.
"""

import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from overallt.protocol.ids import is_thing_id, is_username
from overallt.tagging import references
from overallt.tagging.searches import TAG_CHARACTERS, WORD, ends_of_words

_MOST_SPACES: Final = 4
_LONGEST_ID: Final = 30


@dataclass(frozen=True, slots=True)
class TextTag:
    """A text tag; its id is a thing's number or a username in lower case."""

    id: str


class Candidate(NamedTuple):
    """A text tag and where it stands; only its context can still forbid it."""

    tag: TextTag
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is written like a text tag; ``has_id`` if with an id that exists as such."""

    start: int
    end: int
    has_id: bool


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

_WHOLE: Final = re.compile(
    rb"%b(?P<id>%b)%b%b(?P<after>%b)?"
    % (b"".join(_BEFORE_ID), _ID, _SPACES, _CLOSE, _CLOSE)
)
# "&lsqb;", "&#91", "&#x5b" and the bracket itself.
_LAST_OF_BRACKET: Final = (b"[", b";", b"1", b"b", b"B")
_BRACKET_BEFORE: Final = re.compile(rb"%b\Z" % _OPEN)
_OPEN_BEFORE: Final = re.compile(rb"%b%b\Z" % (_OPEN, _SPACES))
_LONGEST_OPENING_BYTES: Final = references.LONGEST_BYTES * (1 + _MOST_SPACES)


def _any_beginning_of(parts: list[bytes]) -> bytes:
    pattern = b""
    for part in reversed(parts):
        pattern = rb"(?:%b%b)?" % (part, pattern)
    return pattern


_UNFINISHED: Final = re.compile(
    rb"(?:%b)?%b(?:%b)?\Z"
    % (
        _OPEN,
        _any_beginning_of([*_BEFORE_ID, _ID, _SPACES, _CLOSE]),
        references.UNFINISHED,
    )
)

# A tag's beginning, and what may stand there instead of an id and all after it.
_BEGINNING: Final = re.compile(b"".join(_BEFORE_ID))
_NO_ID: Final = re.compile(rb"[^\[\]<>\r\n]{0,%d}?%b" % (2 * _LONGEST_ID, _CLOSE))

_FIRST: Final = re.compile(rb"[\[&]")

# All of it in references: the bracket before, the tag, and the bracket after.
LONGEST_HELD_BYTES: Final = len(WORD) + references.LONGEST_BYTES * (
    len("[[=]]") + 4 * _MOST_SPACES + _LONGEST_ID
)


def candidates(
    data: bytes, is_half: Callable[[int], bool] | None = None
) -> list[Candidate]:
    """Return what is a text tag by its own form, from left to right.

    Escapes and ids that nothing can have are left out. *is_half* tells whether the byte
    at an index is but half a character, if there are such.
    """
    found: list[Candidate] = []
    for end in ends_of_words(data):
        start = _start_before(data, end - len(WORD))
        match = None if start < 0 else _WHOLE.match(data, start)
        if match is None:
            continue
        written, after = match.groups()
        if after is not None or (is_half and is_half(start)):
            continue
        if _follows_bracket(data, start, is_half):
            continue
        tag_id = references.read(written)
        if _is_id(tag_id):
            found.append(Candidate(TextTag(tag_id.lower()), start, match.end()))
    return found


def attempts(data: bytes) -> Iterator[Attempt]:
    """Yield what is written like a text tag, escapes and wrong ids too, in order."""
    for beginning in _BEGINNING.finditer(data):
        start = beginning.start()
        if match := _WHOLE.match(data, start):
            end = match.end() if match["after"] is None else match.start("after")
            yield Attempt(start, end, has_id=_is_id(references.read(match["id"])))
        elif match := _NO_ID.match(data, beginning.end()):
            yield Attempt(start, match.end(), has_id=False)


def unfinished_from(data: bytes) -> int:
    """Return from where on *data* may still become a tag; its length if nowhere."""
    begin = max(len(data) - LONGEST_HELD_BYTES, 0)
    start = begin + len(data[begin:].rstrip(TAG_CHARACTERS))
    for first in _FIRST.finditer(data, start):
        if _UNFINISHED.match(data, first.start()):
            return first.start()
    return len(data)


def _start_before(data: bytes, word: int) -> int:
    """Return where the bracket stands that opens before *word*; -1 if none does."""
    if data.endswith(b"[", 0, word):
        return word - 1
    begin = max(0, word - _LONGEST_OPENING_BYTES)
    before = _OPEN_BEFORE.search(data, begin, word)
    return -1 if before is None else before.start()


def _is_id(text: str) -> bool:
    return is_thing_id(text) or is_username(text)


def _follows_bracket(
    data: bytes, at: int, is_half: Callable[[int], bool] | None
) -> bool:
    if not data.endswith(_LAST_OF_BRACKET, 0, at):
        return False
    if is_half and is_half(at - 1):
        return False
    before = data[max(0, at - references.LONGEST_BYTES) : at]
    return _BRACKET_BEFORE.search(before) is not None
