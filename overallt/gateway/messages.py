"""What the proxy asks the gateway and what it answers, free of any framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs

HOST: Final = "flattr.internal"
ORIGIN: Final = f"https://{HOST}"
MAX_FIELDS: Final = 20


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
        # It is never read as a whole address: "//evil.test/" names no host here.
        return self.target.partition("?")[0]

    def query(self, name: str) -> str | None:
        """Return the first value of *name* in the target's query."""
        return _first(self.target.partition("?")[2], name)

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
    try:
        values = parse_qs(encoded, max_num_fields=MAX_FIELDS).get(name)
    except ValueError:
        return None  # So many fields are none of our own links or forms.
    return values[0] if values else None
