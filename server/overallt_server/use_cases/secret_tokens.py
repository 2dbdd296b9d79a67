"""Secrets that we hand out once and keep only as SHA-256.

They are long and random, so a plain hash is enough: there is nothing to guess.
"""

import hashlib
import secrets
from typing import Final

# 40 hexadecimal digits: the form of Flattr's own access tokens.
TOKEN_BYTES: Final = 20


def new_token() -> str:
    """Return a new secret of 40 hexadecimal digits."""
    return secrets.token_hex(TOKEN_BYTES)


def hash_of(token: str) -> bytes:
    """Return what is stored in place of *token*."""
    return hashlib.sha256(token.encode()).digest()
