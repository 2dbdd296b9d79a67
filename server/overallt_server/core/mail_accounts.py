"""The mail server that takes our mails, as the operator names it."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from overallt_server.core.networks import THIS_COMPUTER, network_of

_PORTS: Final = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailAccount:
    """Where mails are handed in, and from whom they come.

    ``tls_first``: the connection begins with TLS. Otherwise it is asked for, and it is
    insisted on unless the server is on this computer.
    """

    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    tls_first: bool
    sender: str

    @property
    def is_here(self) -> bool:
        """Whether the server is on this computer."""
        return self.host == "localhost" or network_of(self.host) == THIS_COMPUTER


def mail_account(url: str, *, sender: str) -> MailAccount:
    """Read ``smtp://USER:PASSWORD@HOST:PORT``, or ``smtps://…`` for TLS from the start.

    Raises:
        ValueError: it is no such address.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/"):
        raise ValueError("write smtp://HOST:PORT, or smtps://USER:PASSWORD@HOST")
    return MailAccount(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        tls_first=parts.scheme == "smtps",
        sender=sender,
    )
