"""Calls the addons' hooks where they occur.

For each hook mitmproxy starts a task, asks every addon for it by name, and tells all
of them afterwards that something may have changed: half of its work on a page. Here it
is looked up once who wants a hook, and who wants it is called in place. Only where
somebody has to wait there is a task, as before, for what is left.
"""

# mypy: allow-untyped-calls
# (mitmproxy types what passes through it, its own machinery only in part.)

from asyncio import StreamReader, StreamWriter
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from typing import override

from mitmproxy.addonmanager import safecall
from mitmproxy.hooks import Hook
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy import mode_servers
from mitmproxy.proxy.commands import Command, StartHook
from mitmproxy.proxy.events import Event, HookCompleted
from mitmproxy.proxy.layer import Layer
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler
from mitmproxy.proxy.mode_specs import ProxyMode

type Call = Callable[[object], Awaitable[None] | None]
type Rest = Coroutine[None, None, None]


class Hooks:
    """Who wants which hook, of addons that stay the same."""

    def __init__(self, addons: Sequence[object]) -> None:
        self._addons = addons
        self._calls: dict[str, list[Call]] = {}

    def call(self, hook: Hook) -> Rest | None:
        """Call all that want *hook*; return what is left, if one has to wait."""
        calls = self._calls.get(hook.name)
        if calls is None:
            wanted = (getattr(addon, hook.name, None) for addon in self._addons)
            calls = self._calls[hook.name] = [call for call in wanted if call]
        if not calls:
            return None
        (data,) = hook.args()
        left = iter(calls)
        for call in left:
            with safecall():
                waits = call(data)
                if waits is not None:
                    return _finish(waits, left, data)
        return None


async def _finish(waits: Awaitable[None], left: Iterator[Call], data: object) -> None:
    with safecall():
        await waits
    for call in left:
        with safecall():
            more = call(data)
            if more is not None:
                await more


class HooksInPlace:
    """A connection's layers, around which hooks are called before they are tasks."""

    def __init__(self, layer: Layer, hooks: Hooks, rests: dict[Hook, Rest]) -> None:
        self._layer = layer
        self._hooks = hooks
        self._rests = rests

    def handle_event(self, event: Event) -> Iterator[Command]:
        """Give the commands that follow from *event*, without hooks that are done."""
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
        self.layer = HooksInPlace(self.layer, self._hooks, self._rests)  # type: ignore[assignment]
        await super().handle_client()

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
