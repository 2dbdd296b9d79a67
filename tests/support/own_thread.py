"""A thread of its own for a program that would else hold the tests' thread.

Playwright runs an event loop in the thread that started it, and until it is stopped no
other loop can run there: neither a second Playwright's, nor that of a test which is a
coroutine. A browser that many tests share would be in the way of all others.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, cast


class _There:
    """Has and does in *thread* what *shown* has and does."""

    def __init__(self, thread: ThreadPoolExecutor, shown: object) -> None:
        self._thread = thread
        self._shown = shown

    def __getattr__(self, name: str) -> Any:
        found = self._thread.submit(getattr, self._shown, name).result()
        return partial(self._do, found) if callable(found) else found

    def _do(self, deed: Any, *given: Any) -> Any:
        return self._thread.submit(deed, *given).result()


@contextmanager
def in_own_thread[T](manager: AbstractContextManager[T]) -> Iterator[T]:
    """Enter and leave *manager* in a thread, and use there what it gives."""
    with ThreadPoolExecutor(1) as thread:
        shown = thread.submit(manager.__enter__).result()
        try:
            yield cast("T", _There(thread, shown))
        finally:
            thread.submit(manager.__exit__, None, None, None).result()
