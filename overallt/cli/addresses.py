"""Addresses as a patron types them."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

DEFAULT_SERVER: Final = "http://localhost:8700"
DEFAULT_LISTEN: Final = "127.0.0.1:8080"
# What WireGuard's own documents use.
WIREGUARD_PORT: Final = 51820
LAST_PORT: Final = 65535
THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_this_machine(host: str) -> bool:
    """Tell whether only this machine can reach what listens on *host*."""
    return host.lower() in THIS_MACHINE


def parse_host_port(text: str) -> tuple[str, int]:
    """Take ``host:port`` (``[::1]:8080`` too) apart.

    Raises:
        ValueError: it is not that.
    """
    host, separator, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (separator and host and port.isdecimal() and int(port) <= LAST_PORT):
        raise ValueError(f"{text!r} is not HOST:PORT.")
    return host, int(port)


def parse_local_site(text: str) -> tuple[str, tuple[str, int]]:
    """Take ``name=host:port`` apart.

    Raises:
        ValueError: it is not that.
    """
    name, separator, address = text.partition("=")
    if not (separator and name):
        raise ValueError(f"{text!r} is not NAME=HOST:PORT.")
    return name.lower(), parse_host_port(address)


def parse_server(text: str) -> str:
    """Check a server's address and bring it into its one form.

    Raises:
        ValueError: it is none, or would send the access token in the clear.
    """
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(
            f"{text!r} is not the address of a server: write it with http:// or "
            "https:// before it, as in http://localhost:8700."
        )
    if parts.scheme == "http" and parts.hostname not in THIS_MACHINE:
        raise ValueError("A server on another machine needs https://.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def readable_file(path: Path) -> str:
    """Write *path* as an address that a browser can open."""
    return path.absolute().as_uri()
