"""Speaks to HTTP/1.1 servers, also what mitmproxy 12 does not know how to say.

Two things that servers may send at any time would leave the reader waiting for ever:

- trailers, the headers after a chunked body, are dropped, as an intermediary may
  (RFC 9110, 6.5.1): https://github.com/mitmproxy/mitmproxy/issues/2474
- interim heads, such as ``103 Early Hints``, are passed over (RFC 9110, 15.2); only
  ``101 Switching Protocols`` is an answer.

And it sees which answers came whole.

What it sends has its end marked. A body that came by HTTP/2 need not say how long it
is, since its stream ends; after a head that says nothing of it either, a server would
take it for the next request, which somebody else had written ("smuggling").
"""

# mypy: allow-untyped-calls
# (mitmproxy types what passes through it, its own machinery only in part.)

import re
from typing import Final, override

import h11
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from mitmproxy.http import Response
from mitmproxy.proxy import events, layer
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import (
    HttpEvent,
    RequestHeaders,
    ResponseHeaders,
)
from mitmproxy.proxy.layers.http._http1 import Http1Client

from overallt.proxy.whole import mark_whole

INTERIM_HEAD: Final = re.compile(rb"HTTP/1\.[01] 1(?!01)[0-9][0-9]")


class WithoutTrailers(ChunkedReader):
    """Reads a chunked body and forgets what follows it."""

    @override
    def __call__(self, buf: ReceiveBuffer) -> h11.Data | h11.EndOfMessage | None:
        """Return the next event of the body."""
        event = super().__call__(buf)
        return h11.EndOfMessage() if isinstance(event, h11.EndOfMessage) else event


class PatientHttp1Client(Http1Client):
    """mitmproxy's end of a connection to an HTTP/1.1 server."""

    @override
    def send(self, event: HttpEvent) -> layer.CommandGenerator[None]:
        """Send a part of a request, in chunks where nothing else marks its end."""
        if isinstance(event, RequestHeaders) and not event.end_stream:
            sent = event.request.headers
            # RFC 9112, 6.3: a request with neither has no body.
            if not ("Content-Length" in sent or "Transfer-Encoding" in sent):
                sent["Transfer-Encoding"] = "chunked"
        yield from super().send(event)

    @override
    def read_headers(
        self, event: events.ConnectionEvent
    ) -> layer.CommandGenerator[None]:
        """Read the head of the answer itself."""
        while INTERIM_HEAD.match(self.buf._data):  # noqa: SLF001 - It only gives copies.
            if self.buf.maybe_extract_lines() is None:
                break
        for command in super().read_headers(event):
            if isinstance(command, ReceiveHttp):
                head = command.event
                if isinstance(head, ResponseHeaders) and self._is_here(head.response):
                    mark_whole(head.response)
            yield command

    def _is_here(self, response: Response) -> bool:
        length = response.headers.get("content-length", "")
        return length.isdecimal() and int(length) <= len(self.buf)

    @override
    def read_body(self, event: events.Event) -> layer.CommandGenerator[None]:
        """Read the body to its end."""
        if type(self.body_reader) is ChunkedReader:
            self.body_reader = WithoutTrailers()
        yield from super().read_body(event)


def use_patient_client() -> None:
    """Let mitmproxy speak to HTTP/1.1 servers with the client above."""
    # It has no option and no hook for this.
    http.Http1Client = PatientHttp1Client  # type: ignore[attr-defined]  # Not offered by it.
