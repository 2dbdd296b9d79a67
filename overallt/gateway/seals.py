"""Seals: the page, id and time that a printed link carries to the gateway.

It also carries whether the page was asked for as a document of its own. Only then
is a link good for one click: what a script fetches, or a frame shows, is the page's
to do with as it likes.

Whoever follows a link tells no more than its address, and pages can hide even
that. So the link itself says on which page it was printed, encrypted with a key
that only the gateway has: a page can neither forge it nor read it, and by its
random nonce no two links are alike, so it is no identifier either.

A seal is no permission: a page may read its own links and follow them itself.
It only tells the patron, truthfully, where a link came from.
"""

import binascii
import json
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

LIFETIME: Final = timedelta(hours=24)
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
# Longer addresses are cut: the host and the beginning are what a reader knows.
MAX_ADDRESS_CHARACTERS: Final = 1000
CONTEXT: Final = b"overallt page seal 2"


@dataclass(frozen=True, slots=True)
class Printed:
    """Where a link was printed: the page's address, and whether as a document."""

    page: str
    in_document: bool


class Seals:
    """Seals and opens with one *key*."""

    def __init__(self, key: bytes) -> None:
        self._cipher = ChaCha20Poly1305(key)

    def seal(self, printed: Printed, tag_id: str, now: datetime) -> str:
        """Return text for a link that says where *tag_id* was *printed*."""
        page = printed.page[:MAX_ADDRESS_CHARACTERS]
        facts = [page, printed.in_document, tag_id, int(now.timestamp())]
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, json.dumps(facts).encode(), CONTEXT)
        return urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def open(self, sealed: str, tag_id: str, now: datetime) -> Printed | None:
        """Tell where a link was printed; ``None``: forged, too old, of another id."""
        try:
            data = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            opened = self._cipher.decrypt(
                data[:NONCE_BYTES], data[NONCE_BYTES:], CONTEXT
            )
        except (binascii.Error, ValueError, InvalidTag):
            return None
        page, in_document, sealed_id, sealed_at = json.loads(opened)
        age = now.timestamp() - sealed_at
        if sealed_id != tag_id or not 0 <= age + 1 <= LIFETIME.total_seconds():
            return None
        return Printed(page, in_document)


def load_key(path: Path) -> bytes:
    """Read the key file at *path*, made with a new key where there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        key = secrets.token_bytes(KEY_BYTES)
        file.write(key)
    return key
