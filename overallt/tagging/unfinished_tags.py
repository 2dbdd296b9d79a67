"""A tag that has not come to its end, and in which state it stands.

The states are those of the HTML Standard, 13.2.5.6 to 13.2.5.39; each eats a run of
bytes and is left by the first byte that is no part of it.
"""

import re
from enum import Enum, auto
from typing import Final

from overallt.tagging.start_tags import LONGEST_READ_BYTES


class _State(Enum):
    OPEN = auto()
    NAME = auto()
    BETWEEN = auto()
    ATTRIBUTE = auto()
    AFTER_ATTRIBUTE = auto()
    BEFORE_VALUE = auto()
    DOUBLE_QUOTED = auto()
    SINGLE_QUOTED = auto()
    UNQUOTED = auto()


# The bytes that leave a state; all others are eaten by it.
_LEAVES: Final = {
    # The slash of an end tag does not end its name.
    _State.OPEN: re.compile(rb"[A-Za-z]"),
    _State.NAME: re.compile(rb"[\t\n\f\r />]"),
    _State.BETWEEN: re.compile(rb"[^\t\n\f\r /]"),
    _State.ATTRIBUTE: re.compile(rb"[\t\n\f\r />=]"),
    _State.AFTER_ATTRIBUTE: re.compile(rb"[^\t\n\f\r ]"),
    _State.BEFORE_VALUE: re.compile(rb"[^\t\n\f\r ]"),
    _State.DOUBLE_QUOTED: re.compile(rb"\""),
    _State.SINGLE_QUOTED: re.compile(rb"'"),
    _State.UNQUOTED: re.compile(rb"[\t\n\f\r >]"),
}

# Into which state a byte leads; for any other byte see below.
_SPACES: Final = b"\t\n\f\r "
_LEFT: Final[dict[_State, dict[int, _State]]] = {
    _State.ATTRIBUTE: {
        **dict.fromkeys(_SPACES, _State.AFTER_ATTRIBUTE),
        ord("="): _State.BEFORE_VALUE,
    },
    _State.AFTER_ATTRIBUTE: {
        ord("/"): _State.BETWEEN,
        ord("="): _State.BEFORE_VALUE,
    },
    _State.BEFORE_VALUE: {
        ord('"'): _State.DOUBLE_QUOTED,
        ord("'"): _State.SINGLE_QUOTED,
    },
}
_ELSE: Final = {
    _State.OPEN: _State.NAME,
    _State.NAME: _State.BETWEEN,
    _State.BETWEEN: _State.ATTRIBUTE,
    _State.ATTRIBUTE: _State.BETWEEN,
    _State.AFTER_ATTRIBUTE: _State.ATTRIBUTE,
    _State.BEFORE_VALUE: _State.UNQUOTED,
    _State.DOUBLE_QUOTED: _State.BETWEEN,
    _State.SINGLE_QUOTED: _State.BETWEEN,
    _State.UNQUOTED: _State.BETWEEN,
}
_UNNAMED: Final = {_State.OPEN, _State.NAME}
_QUOTED: Final = {_State.DOUBLE_QUOTED, _State.SINGLE_QUOTED}
_END: Final = ord(">")


class UnfinishedTag:
    """Reads a tag from its ``<`` to its ``>``, however it is cut."""

    __slots__ = ("_source", "_state")

    def __init__(self) -> None:
        self._source = bytearray()
        self._state = _State.OPEN

    @property
    def source(self) -> bytes:
        """What has come of it, as far as it is read at all."""
        return bytes(self._source)

    @property
    def is_named(self) -> bool:
        """Tell whether its name has come to its end."""
        return self._state not in _UNNAMED

    def feed(self, data: bytes, at: int) -> int:
        """Take in *data* from *at* on; return the tag's end, or -1 if it is not there.

        The first call must begin at the tag's ``<``, with a name after it.
        """
        position = at
        while leave := _LEAVES[self._state].search(data, position):
            position = leave.end()
            byte = data[leave.start()]
            if byte == _END and self._state not in _QUOTED:
                self._keep(data[at:position])
                return position
            self._state = _LEFT.get(self._state, {}).get(byte, _ELSE[self._state])
        self._keep(data[at:])
        return -1

    def _keep(self, data: bytes) -> None:
        self._source += data[: LONGEST_READ_BYTES - len(self._source)]
