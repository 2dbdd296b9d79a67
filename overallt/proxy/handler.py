"""Handles a connection as mitmproxy does, with fewer tasks and fewer writes.

For each hook mitmproxy starts a task; that and asking its addons is half of its work on
a page. Here hooks are called where they occur; only where somebody has to wait there is
a task, as before, for what is left. And what one event lets it send to one
connection is sent at once, where mitmproxy sends head and body each by itself.
"""

# mypy: allow-untyped-calls
# (mitmproxy types what passes through it, its own machinery only in part.)

from asyncio import StreamReader, StreamWriter
from collections import deque
from collections.abc import Iterable, Iterator
from typing import override

from mitmproxy.connection import Connection
from mitmproxy.hooks import Hook
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy import mode_servers
from mitmproxy.proxy.commands import Command, SendData, StartHook
from mitmproxy.proxy.events import ConnectionClosed, Event, HookCompleted
from mitmproxy.proxy.layer import Layer
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.mode_specs import ProxyMode

from overallt.proxy.hooks import Hooks, Rest


class LeanLayer:
    """A connection's layers, with less for their handler to do."""

    def __init__(self, layer: Layer, hooks: Hooks, rests: dict[Hook, Rest]) -> None:
        self._layer = layer
        self._hooks = hooks
        self._rests = rests

    def handle_event(self, event: Event) -> Iterator[Command]:
        """Give the commands that follow from *event* and are not done yet."""
        return _joined(self._without_done_hooks(event))

    def _without_done_hooks(self, event: Event) -> Iterator[Command]:
        events = deque([event])
        while events:
            for command in self._layer.handle_event(events.popleft()):
                if not isinstance(command, StartHook):
                    yield command
                    continue
                rest = self._hooks.call(command)
                if rest is not None:
                    self._rests[command] = rest
                    yield command
                elif command.blocking:
                    events.append(HookCompleted(command))


def _joined(commands: Iterable[Command]) -> Iterator[Command]:
    """Make one of what is sent to the same connection, one after the other."""
    pieces: list[bytes] = []
    last: SendData | None = None
    for command in commands:
        if last is not None:
            if isinstance(command, SendData) and command.connection is last.connection:
                pieces.append(command.data)
                continue
            yield SendData(last.connection, b"".join(pieces))
            last = None
        # What goes in datagrams has borders that mean something.
        if (
            isinstance(command, SendData)
            and command.connection.transport_protocol == "tcp"
        ):
            last = command
            pieces = [command.data]
        else:
            yield command
    if last is not None:
        yield SendData(last.connection, b"".join(pieces))


class LeanHandler(ProxyConnectionHandler):
    """mitmproxy's handler of one connection."""

    def __init__(
        self,
        master: Master,
        r: StreamReader,
        w: StreamWriter,
        options: Options,
        mode: ProxyMode,
    ) -> None:
        self._hooks = Hooks(master.addons.chain)
        self._rests: dict[Hook, Rest] = {}
        super().__init__(master, r, w, options, mode)

    @override
    async def handle_client(self) -> None:
        """Handle the connection, whose layers mitmproxy has chosen by now."""
        # Of a layer nothing is asked for from here on but to handle events.
        self.layer = LeanLayer(self.layer, self._hooks, self._rests)  # type: ignore[assignment]
        await super().handle_client()

    @override
    async def handle_connection(self, connection: Connection) -> None:
        """Read from *connection* until it ends, and close it whatever happens."""
        try:
            await super().handle_connection(connection)
        finally:
            # Told to end while what it has read waits for its turn, as the rest of an
            # upload does that was refused, mitmproxy 12 forgets to close it.
            transport = self.transports.pop(connection, None)
            if transport is not None:
                if transport.writer is not None:
                    transport.writer.close()
                await self.server_event(ConnectionClosed(connection))

    @override
    async def handle_hook(self, hook: StartHook) -> None:
        """Call those that want *hook*, or what is left of them, and wait."""
        with self.timeout_watchdog.disarm():
            rest = self._rests.pop(hook, None) or self._hooks.call(hook)
            if rest is not None:
                await rest


def use_lean_handler() -> None:
    """Let mitmproxy handle connections with the handler above."""
    # It has no option and no hook for this.
    mode_servers.ProxyConnectionHandler = LeanHandler  # type: ignore[misc]
