"""NSS stores: where Firefox and Chromium keep the authorities that they trust.

Firefox has one in each profile, Chromium (on Linux) one for its user. ``certutil``,
a program of the NSS library itself, is the only one that writes them.
"""

import ssl
from pathlib import Path
from typing import Final

from overallt.cli.places import NotChanged
from overallt.cli.their_programs import find, run

NICKNAME: Final = "overallt-proxy"
DATABASE: Final = "cert9.db"
FILES: Final = (DATABASE, "key4.db", "pkcs11.txt")
CERTUTIL_SECONDS: Final = 30
# What ``certutil -L`` prints above the list.
_HEADING_LINES: Final = 2


def exists(store: Path) -> bool:
    """Tell whether there is a store in the folder *store*."""
    return (store / DATABASE).exists()


def make(store: Path) -> None:
    """Make an empty store without a password where there is none.

    Raises:
        NotChanged: there is no ``certutil``, or it refused.
    """
    find("certutil", path=None)
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not exists(store):
        _certutil(store, "-N", "--empty-password")


def trust(store: Path, ca: Path) -> None:
    """Let who uses *store* trust the CA in the file *ca*, for web sites only.

    Raises:
        NotChanged: there is no ``certutil``, it refused, or the CA is there already
            by a name that somebody else gave it.
    """
    distrust(store)
    _certutil(store, "-A", "-n", NICKNAME, "-t", "C,,", "-i", str(ca))
    if not trusts(store, ca):
        raise NotChanged(
            "The authority was imported by hand before: take it out in the browser's "
            "settings, then come back."
        )


def distrust(store: Path) -> None:
    """Take the CA out of *store*, if it is there.

    Raises:
        NotChanged: there is no ``certutil``, or it refused.
    """
    # Half-done set-ups may have left more than one by this name.
    while exists(store) and any(NICKNAME in line for line in _list(store)):
        _certutil(store, "-D", "-n", NICKNAME)


def trusts(store: Path, ca: Path) -> bool:
    """Tell whether *store* has just the CA that is in the file *ca*.

    Raises:
        NotChanged: there is no ``certutil``, or it refused.
    """
    if not exists(store) or not any(NICKNAME in line for line in _list(store)):
        return False
    found = _certutil(store, "-L", "-a", "-n", NICKNAME).replace("\r", "")
    wanted = ssl.PEM_cert_to_DER_cert(ca.read_text(encoding="ascii"))
    return ssl.PEM_cert_to_DER_cert(found) == wanted


def remove_if_empty(store: Path) -> None:
    """Delete the files of a *store* that holds neither certificates nor keys.

    Raises:
        NotChanged: there is no ``certutil``, or it refused.
    """
    if not exists(store) or _list(store) or _has_keys(store):
        return
    for name in FILES:
        (store / name).unlink(missing_ok=True)


def _list(store: Path) -> list[str]:
    lines = [line for line in _certutil(store, "-L").splitlines() if line.strip()]
    return lines[_HEADING_LINES:]


def _has_keys(store: Path) -> bool:
    try:
        _certutil(store, "-K")
    except NotChanged as error:
        return "no keys found" not in str(error)
    return True


def _certutil(store: Path, *arguments: str) -> str:
    where = ("-d", f"sql:{store}")
    return run("certutil", *arguments, *where, path=None, seconds=CERTUTIL_SECONDS)
