"""What a site's owner decides who puts buttons on his own site."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, override
from urllib.parse import urlsplit

PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Upstream:
    """The owner's own web server, the one place that is ever connected to."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Upstream":
        """Take ``http://host:port`` apart.

        Raises:
            ValueError: it is not that.
        """
        parts = urlsplit(text)
        usual = PORTS.get(parts.scheme)
        if usual is None or not parts.hostname:
            raise ValueError(f"{text!r} is not http://HOST:PORT or https://HOST:PORT.")
        # What else an address may have would have no effect.
        if parts.username is not None or parts.path.strip("/") or parts.query:
            raise ValueError(f"{text!r} must name a web server, and no page on it.")
        return cls(parts.scheme, parts.hostname, parts.port or usual)

    @override
    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The settings of a proxy in front of a site; all are given, none is found out.

    *upstream_ca* is a file with the CA of the upstream's certificate, if that is not a
    public one; *certificate* one with the site's own certificates and their key:
    with it visitors are spoken to by TLS alone, without it never.
    """

    upstream: Upstream
    upstream_ca: Path | None
    certificate: Path | None
    server_url: str
    max_buttons: int
