"""Tells the owner's web server who asks it, in the headers that all of them read.

To that server every request comes from us. Who is behind us stands in
``X-Forwarded-For``, how he speaks in ``-Proto``, what he calls the site in ``-Host``
(no standard but RFC 7239's ``Forwarded`` was ever made of them, and few read that).
Programs believe these headers, so a visitor must not be able to write them himself:
what he sends is replaced. Only what another program on this machine says is left as it
is: that is the owner's own web server in front of us, and knows more than we do.

Nor must he be able to have them taken out again, by naming them in ``Connection``: what
that names is for us, and goes no further (RFC 9110, 7.6.1).
"""

from collections.abc import MutableMapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

# Others that tell the same; and whatever begins as these headers do.
ALSO: Final = frozenset({"forwarded", "x-real-ip"})
BEGINNING: Final = "x-forwarded-"
# What the upstream's own connection is made of; mitmproxy sees to these.
OPTIONS: Final = frozenset({"close", "keep-alive", "upgrade"})
# Without these it is another request; and an upgrade names its own header.
NEEDED: Final = frozenset({"content-length", "host", "transfer-encoding", "upgrade"})


def fit_forwarded(
    headers: MutableMapping[str, str], *, peer: str, tls: bool, host: str | None
) -> None:
    """Say in a request's *headers* who asks: *peer*, by *tls* or not, for *host*."""
    _take_out_options(headers)
    visitor = _address(peer)
    if visitor.is_loopback:
        return
    for name in list(headers):
        # CGI and its heirs read an underline as a hyphen.
        plain = name.lower().replace("_", "-")
        if plain in ALSO or plain.startswith(BEGINNING):
            headers.pop(name, None)
    headers["X-Forwarded-For"] = str(visitor)
    headers["X-Forwarded-Proto"] = "https" if tls else "http"
    if host is not None:
        headers["X-Forwarded-Host"] = host


def _take_out_options(headers: MutableMapping[str, str]) -> None:
    options = [each.strip() for each in headers.pop("Connection", "").split(",")]
    kept = [each for each in options if each.lower() in OPTIONS]
    for name in options:
        if name.lower() not in NEEDED:
            headers.pop(name, None)
    if kept:
        headers["Connection"] = ", ".join(kept)


def _address(peer: str) -> IPv4Address | IPv6Address:
    """Return the address of *peer*; who came by IPv4 to an IPv6 socket has his own."""
    address = ip_address(peer)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
