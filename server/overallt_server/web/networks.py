"""From which network a request comes."""

from aiohttp import web

from overallt_server.core.networks import THIS_COMPUTER, line_of, network_of


def network(request: web.Request) -> str:
    """Return the network that *request* comes from, as people may read it."""
    return network_of(_address(request))


def line(request: web.Request) -> str:
    """Return the line that *request* comes from: what one household has."""
    return line_of(_address(request))


def _address(request: web.Request) -> str:
    """Return who asks.

    Over HTTPS the server stands behind another one, here on the same computer, that
    writes at the end of ``X-Forwarded-For`` who asked it. From anybody else this header
    is his own invention.
    """
    peer = request.remote or ""
    forwarded = request.headers.getall("X-Forwarded-For", [])
    if not forwarded or network_of(peer) != THIS_COMPUTER:
        return peer
    return forwarded[-1].rpartition(",")[2].strip()
