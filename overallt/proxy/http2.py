"""Reads from HTTP/2 servers in few pieces, and sees which answers came whole.

Bodies come in frames of a few thousand bytes, each of which would go through all of
mitmproxy's layers by itself. What was read at once goes on at once.
"""

# mypy: allow-untyped-calls
# (mitmproxy types what passes through it, its own machinery only in part.)

from typing import override

from h2.events import DataReceived, StreamEnded
from h2.events import Event as Http2Event
from mitmproxy.proxy import events, layer
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http._base import ReceiveHttp
from mitmproxy.proxy.layers.http._events import ResponseHeaders
from mitmproxy.proxy.layers.http._http2 import Http2Client

from overallt.proxy.whole import mark_whole


class ForeseeingHttp2Client(Http2Client):
    """mitmproxy's end of a connection to an HTTP/2 server."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._receive = self.h2_conn.receive_data
        self.h2_conn.receive_data = self._look_ahead  # type: ignore[method-assign]  # It has no hook.
        self._ended: set[int] = set()

    def _look_ahead(self, data: bytes) -> list[Http2Event]:
        found: list[Http2Event] = self._receive(data)
        self._ended = {
            each.stream_id for each in found if isinstance(each, StreamEnded)
        }
        return _joined(found)

    @override
    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        for command in super()._handle_event(event):
            if isinstance(command, ReceiveHttp):
                head = command.event
                if (
                    isinstance(head, ResponseHeaders)
                    and self.our_stream_id[head.stream_id] in self._ended
                ):
                    mark_whole(head.response)
            yield command


def _joined(found: list[Http2Event]) -> list[Http2Event]:
    """Make one piece of all that a stream has of its body.

    What else a stream has to tell comes before its body or after it.
    """
    kept: list[Http2Event] = []
    bodies: dict[int, tuple[DataReceived, list[bytes]]] = {}
    for event in found:
        if not isinstance(event, DataReceived):
            kept.append(event)
        elif event.stream_id not in bodies:
            bodies[event.stream_id] = event, [event.data]
            kept.append(event)
        else:
            first, pieces = bodies[event.stream_id]
            pieces.append(event.data)
            first.flow_controlled_length += event.flow_controlled_length
            first.stream_ended = first.stream_ended or event.stream_ended
    for event, pieces in bodies.values():
        event.data = b"".join(pieces)
    return kept


def use_foreseeing_client() -> None:
    """Let mitmproxy speak to HTTP/2 servers with the client above."""
    # It has no option and no hook for this.
    http.Http2Client = ForeseeingHttp2Client  # type: ignore[attr-defined]  # Not offered by it.
