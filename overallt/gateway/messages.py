"""What the proxy asks the gateway and what it answers, free of any framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

HOST: Final = "flattr.internal"
ORIGIN: Final = f"https://{HOST}"


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the gateway, with what its connection claimed.

    ``headers`` has lower-case names, a repeated header joined by commas.
    ``connect_host`` is where the browser asked the proxy to connect to, ``sni``
    the name in its TLS greeting; both without a port, ``None`` where there was
    none.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    tls: bool
    connect_host: str | None
    connect_port: int
    sni: str | None

    @property
    def path(self) -> str:
        """The target's path, as it came."""
        return urlsplit(self.target).path

    def query(self, name: str) -> str | None:
        """Return the first value of *name* in the target's query."""
        return _first(urlsplit(self.target).query, name)

    def form(self, name: str) -> str | None:
        """Return the first value of *name* in a form's body."""
        return _first(self.body.decode("ascii", "replace"), name)

    def cookie(self, name: str) -> str | None:
        """Return the value of the cookie *name*."""
        for pair in self.headers.get("cookie", "").split(";"):
            found, _, value = pair.strip().partition("=")
            if found == name:
                return value
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the proxy shall send to the browser."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def _first(encoded: str, name: str) -> str | None:
    values = parse_qs(encoded, max_num_fields=20).get(name)
    return values[0] if values else None
