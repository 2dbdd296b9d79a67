"""Speaks HTTP to visitors, who may be anybody, as mitmproxy does to its one user.

- A head that never ends is refused once it is longer than any that is meant
  (RFC 6585, 5). Who says as much while he is still to be answered is cut off.
  mitmproxy would keep all of it.
- What went wrong behind us is nobody's business: an error page names the status, and
  neither the address of the owner's web server nor what it runs on.
"""

# mypy: allow-untyped-calls
# (mitmproxy types what passes through it, its own machinery only in part.)

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final, override

from mitmproxy import version
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http import _http1, _http2
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import ErrorCode, RequestProtocolError
from mitmproxy.proxy.layers.http._http1 import Http1Server

# Web servers take 8 to 32 KB.
MOST_KEPT_BYTES: Final = 64 * 1024


class GuardedHttp1Server(Http1Server):
    """mitmproxy's end of a connection to a visitor."""

    @override
    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        yield from super()._handle_event(event)
        if len(self.buf) <= MOST_KEPT_BYTES:
            return
        if self.state == self.read_headers:
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            yield commands.SendData(self.conn, _http1.make_error_response(status))
            yield commands.CloseConnection(self.conn)
            self.state = self.done
        elif self.state == self.wait:
            yield commands.CloseConnection(self.conn)
            yield ReceiveHttp(
                RequestProtocolError(
                    self.stream_id, "impatient", ErrorCode.CLIENT_DISCONNECTED
                )
            )
            self.state = self.done


def error_page(status_code: int, message: str) -> bytes:  # noqa: ARG001 - See above.
    """Print the page for an error that is ours."""
    said = f"{status_code} {HTTPStatus(status_code).phrase}"
    return f"<!DOCTYPE html><title>{said}</title><h1>{said}</h1>".encode()


_INSTEAD: Final = (
    (http, "Http1Server", GuardedHttp1Server),
    (_http1, "format_error", error_page),
    (_http2, "format_error", error_page),
    (version, "MITMPROXY", "overallt"),
)


@contextmanager
def guarded_server() -> Iterator[None]:
    """Let mitmproxy speak with the server above, and say no more, for a while."""
    # It has no option and no hook for this.
    before = [getattr(module, name) for module, name, _ in _INSTEAD]
    for module, name, ours in _INSTEAD:
        setattr(module, name, ours)
    try:
        yield
    finally:
        for (module, name, _), theirs in zip(_INSTEAD, before, strict=True):
            setattr(module, name, theirs)
