"""Ids of users and things, as people type them and as text tags carry them.

A text tag names a thing by its number, or a user by his username, which stands
for the thing that his profile is. A username is never all digits, so one look
tells which of the two an id is. Usernames compare without case; here they are
always lower case.
"""

import hashlib
import re
from typing import Final, NewType

ThingId = NewType("ThingId", int)
UserId = NewType("UserId", int)

# 1 to 18 digits, no leading zero: ids are made below 10**18, and in fact below
# 2**53, since JavaScript reads them as numbers.
THING_ID: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
USERNAME: Final = re.compile(
    r"(?=[0-9]*[A-Za-z._-])[A-Za-z0-9][A-Za-z0-9._-]{0,29}", re.ASCII
)

INDEX_KEY_BYTES: Final = 8


def is_thing_id(text: str) -> bool:
    """Tell whether *text* is a thing's number as a text tag may write it."""
    return THING_ID.fullmatch(text) is not None


def is_username(text: str) -> bool:
    """Tell whether *text* may be a username, in any case."""
    return USERNAME.fullmatch(text) is not None


def index_key(tag_id: str) -> bytes:
    """Return the key of *tag_id* in the index of things that exist.

    The first 8 bytes of SHA-256 over the decimal thing id or the lower-case
    username; the index is all of these, sorted and joined.
    """
    return _sha256(tag_id).digest()[:INDEX_KEY_BYTES]


def index_number(tag_id: str) -> int:
    """Return the key of *tag_id* as the number by which it is sorted."""
    return int.from_bytes(index_key(tag_id), "big")


def full_hash(tag_id: str) -> str:
    """Return in hex the whole of the hash that the key of *tag_id* is the head of."""
    return _sha256(tag_id).hexdigest()


def _sha256(tag_id: str) -> "hashlib._Hash":
    return hashlib.sha256(tag_id.lower().encode("ascii"))
