"""A progress bar on standard error, with the time that remains."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


class Progress:
    """Shows how much is done; called with (done, all), at first at the beginning.

    Where standard error is no terminal, click shows the label alone.
    """

    def __init__(self, label: str) -> None:
        """Show nothing yet: how much there is to do is told with the first call."""
        self._label = label
        self._bar: ProgressBar[int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.render_finish()

    def __call__(self, done: int, all_: int) -> None:
        """Show that *done* of *all_* are done; less than before is old news."""
        if self._bar is None:
            self._bar = click.progressbar(
                length=all_, label=self._label, file=sys.stderr
            )
            self._bar.render_progress()
        self._bar.update(max(0, done - self._bar.pos))
