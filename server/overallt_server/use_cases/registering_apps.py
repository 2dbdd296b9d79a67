"""Registering apps: programs that may ask users for access."""

import re
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from overallt.protocol.ids import UserId
from overallt_server.core.grants import App
from overallt_server.core.refusals import InvalidRequest
from overallt_server.storage import apps
from overallt_server.storage.database import Database
from overallt_server.use_cases.secret_tokens import hash_of, new_token

NAME_LENGTH: Final = range(3, 61)
MAX_REDIRECT_URI_LENGTH: Final = 500

# Our own address is known to people; a program's own scheme is a reversed domain
# name (RFC 8252, 7.1), which keeps javascript: and data: out.
_OWN_SCHEME: Final = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+", re.ASCII)
_AUTHORITY: Final = re.compile(r"[A-Za-z0-9.:\[\]-]*", re.ASCII)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class RegisteredApp:
    """A new app; its secret is shown this once (``None``: a public app)."""

    app: App
    secret: str | None


class RegisteringApps:
    """Makes and lists apps."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(
        self, *, owner: UserId, name: str, redirect_uri: str, public: bool
    ) -> RegisteredApp:
        """Register an app that *owner* has written.

        Raises:
            InvalidRequest: the name or the address to come back to cannot be used.
        """
        app = App(
            client_id=secrets.token_hex(16),
            name=_name(name),
            public=public,
            redirect_uri=_redirect_uri(redirect_uri),
            first_party=False,
        )
        secret = None if public else new_token()
        async with self._database.transaction() as tx:
            await apps.add(
                tx,
                app,
                owner=owner,
                secret_hash=None if secret is None else hash_of(secret),
            )
        return RegisteredApp(app, secret)

    async def of_owner(self, owner: UserId) -> list[App]:
        """List the apps that *owner* registered, by name."""
        async with self._database.snapshot() as tx:
            return await apps.of_owner(tx, owner)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) not in NAME_LENGTH or not name.isprintable():
        raise InvalidRequest(
            f"An app's name has {NAME_LENGTH.start} to {NAME_LENGTH.stop - 1} letters."
        )
    return name


def _redirect_uri(text: str) -> str:
    text = text.strip()
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError as error:
        raise InvalidRequest("The address to come back to is none.") from error
    readable = text.isascii() and text.isprintable() and " " not in text
    # The host goes into a header of the consent page, see web/oauth.py.
    plain = _AUTHORITY.fullmatch(parts.netloc) is not None and "#" not in text
    if not (readable and plain) or len(text) > MAX_REDIRECT_URI_LENGTH:
        raise InvalidRequest(
            "The address to come back to is plain text without blank or fragment."
        )
    secure = parts.scheme == "https" and host != ""
    local = parts.scheme == "http" and host in _LOOPBACK
    if not (secure or local or _OWN_SCHEME.fullmatch(parts.scheme)):
        raise InvalidRequest(
            "The address to come back to begins with https://, with "
            "http://localhost, or with a scheme like com.example.app:"
        )
    return text
