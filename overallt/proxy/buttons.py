"""Prints the buttons of a page: for things that exist, up to so many as are allowed."""

from collections.abc import Callable
from datetime import datetime

from overallt.client.index import Index
from overallt.gateway.gateway import Gateway
from overallt.gateway.seals import Printed
from overallt.tagging.button import button, label_of
from overallt.tagging.text_tags import TextTag

type Render = Callable[[TextTag], str | None]


class Buttons:
    """What is asked, page by page, for the markup of its buttons."""

    def __init__(
        self,
        gateway: Gateway,
        index: Index,
        *,
        max_buttons: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._gateway = gateway
        self._index = index
        self._max_buttons = max_buttons
        self._clock = clock

    def on(self, printed: Printed, *, sandboxed: bool) -> Render:
        """Return what to ask for each text tag of the page, in order.

        It gives the button's markup, or ``None`` where the text tag stays text.
        """
        buttons = 0

        def render(text_tag: TextTag) -> str | None:
            nonlocal buttons
            full = buttons >= self._max_buttons
            if full or not self._index.knows(text_tag.id):
                return None
            buttons += 1
            address = self._gateway.address(text_tag.id, printed, now=self._clock())
            label = label_of(text_tag.id)
            return button(address=address, label=label, sandboxed=sandboxed)

        return render
