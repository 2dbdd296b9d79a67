"""Calls the addons' hooks, each of those that want one, in their order.

mitmproxy asks every addon for every hook by name, and tells all of them afterwards that
something may have changed. Here it is looked up once who wants a hook.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence

from mitmproxy.addonmanager import safecall
from mitmproxy.hooks import Hook

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
