"""The password of a proxy that other computers can reach.

It lies in a file that only its user can read, one line long. It is never typed as an
argument, which every program on the machine could read, and never logged. Basic
authentication (RFC 7617) sends it as it is: it keeps neighbours out who know the
proxy's address, not somebody who already reads the network's traffic.
"""

import secrets
from pathlib import Path
from typing import Final

from overallt.client.private_files import replace_private

# Who asks is nobody's business; browsers and phones want to send some name.
USERNAME: Final = "overallt"
LEAST_CHARACTERS: Final = 12
_BYTES: Final = 12
_OTHERS: Final = 0o077


class UnusablePassword(ValueError):
    """The password file cannot be used; the text says why."""


def read_password(path: Path) -> str:
    """Read the password in the file at *path*.

    Raises:
        UnusablePassword: others can read it, or it holds no good password.
    """
    try:
        if path.stat().st_mode & _OTHERS:
            raise UnusablePassword(f"Others can read {path}: run chmod 600 {path}")
        password = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise UnusablePassword(f"The file {path} cannot be read.") from None
    # A colon would end the name that is sent before it.
    usable = password.isascii() and password.isprintable() and ":" not in password
    if not usable or len(password) < LEAST_CHARACTERS:
        raise UnusablePassword(
            f"{path} must hold one line of at least {LEAST_CHARACTERS} letters, digits "
            "and signs, without a colon."
        )
    return password


def ensure_password(path: Path) -> str:
    """Return the password in the file at *path*, made where there is none.

    Raises:
        UnusablePassword: there is one, but it cannot be used.
    """
    if not path.exists():
        replace_private(path, secrets.token_urlsafe(_BYTES).encode() + b"\n")
    return read_password(path)
