"""From which network a request comes."""

from aiohttp import web

from overallt_server.core.networks import THIS_COMPUTER, network_of


def network(request: web.Request) -> str:
    """Return the network that *request* comes from, as people may read it.

    Over HTTPS the server stands behind another one, here on the same computer, that
    writes at the end of ``X-Forwarded-For`` who asked it. From anybody else this header
    is his own invention.
    """
    peer = network_of(request.remote or "")
    forwarded = request.headers.getall("X-Forwarded-For", [])
    if peer != THIS_COMPUTER or not forwarded:
        return peer
    return network_of(forwarded[-1].rpartition(",")[2].strip())
