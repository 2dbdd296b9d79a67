"""From which network a request comes."""

from aiohttp import web

from overallt_server.core.networks import (
    THIS_COMPUTER,
    is_within,
    line_of,
    network_of,
    networks_in,
)
from overallt_server.web.keys import settings


def network(request: web.Request) -> str:
    """Return the network that *request* comes from, as people may read it."""
    return network_of(_address(request))


def line(request: web.Request) -> str:
    """Return the line that *request* comes from: what one household has."""
    return line_of(_address(request))


def comes_from(request: web.Request, networks: str) -> bool:
    """Tell whether *request* comes from one of *networks*, listed with commas."""
    return is_within(_address(request), networks_in(networks))


def _address(request: web.Request) -> str:
    """Return who asks.

    Over HTTPS the server stands behind another one, on the same computer or where the
    settings say, that writes at the end of ``X-Forwarded-For`` who asked it. From
    anybody else this header is his own invention.
    """
    peer = request.remote or ""
    forwarded = request.headers.getall("X-Forwarded-For", [])
    if not forwarded or not _is_in_front(request, peer):
        return peer
    return forwarded[-1].rpartition(",")[2].strip()


def _is_in_front(request: web.Request, peer: str) -> bool:
    in_front = networks_in(settings(request).front_networks)
    return network_of(peer) == THIS_COMPUTER or is_within(peer, in_front)
