"""Calls the addons' hooks, each of those that want one, in their order.

mitmproxy asks every addon for every hook by name, and tells all of them afterwards that
something may have changed. Here it is looked up once who wants a hook, and in which
field it says what it is about.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, fields

from mitmproxy.addonmanager import safecall
from mitmproxy.hooks import Hook

type Call = Callable[[object], Awaitable[None] | None]
type Rest = Coroutine[None, None, None]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Who wants a hook, and the name of its only field."""

    calls: list[Call]
    field: str


class Hooks:
    """Who wants which hook, of addons that stay the same."""

    def __init__(self, addons: Sequence[object]) -> None:
        self._addons = addons
        self._wanted: dict[str, _Wanted] = {}

    def call(self, hook: Hook) -> Rest | None:
        """Call all that want *hook*; return what is left, if one has to wait."""
        wanted = self._wanted.get(hook.name)
        if wanted is None:
            wanted = self._wanted[hook.name] = self._look_up(hook)
        if not wanted.calls:
            return None
        data = getattr(hook, wanted.field)
        left = iter(wanted.calls)
        for call in left:
            with safecall():
                waits = call(data)
                if waits is not None:
                    return _finish(waits, left, data)
        return None

    def _look_up(self, hook: Hook) -> _Wanted:
        calls = (getattr(addon, hook.name, None) for addon in self._addons)
        (field,) = fields(hook)  # type: ignore[arg-type]  # Every hook is a dataclass.
        return _Wanted([call for call in calls if call], field.name)


async def _finish(waits: Awaitable[None], left: Iterator[Call], data: object) -> None:
    with safecall():
        await waits
    for call in left:
        with safecall():
            more = call(data)
            if more is not None:
                await more
