"""Prints the buttons of a page: for things that exist, up to so many as are allowed.

In the place of Flattr's old markup a button is printed for whatever address that names:
whether anybody has registered it, the gateway asks only when it is pressed.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

from overallt.client.index import Index
from overallt.gateway.gateway import Gateway
from overallt.gateway.seals import Printed
from overallt.tagging.button import button, label_of
from overallt.tagging.legacy_buttons import LegacyButton
from overallt.tagging.text_tags import TextTag

# Longer ones are no address that a thing can have.
LONGEST_ADDRESS: Final = 2000


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

    def on(self, printed: Printed, *, sandboxed: bool) -> "PageButtons":
        """Return what to ask for each text tag and old button of a page, in order."""
        return PageButtons(self, printed, self._max_buttons, sandboxed=sandboxed)

    def address(self, text_tag: TextTag, printed: Printed) -> str | None:
        """Return where a text tag's button leads; ``None`` if there is no thing."""
        if not self._index.knows(text_tag.id):
            return None
        return self._gateway.address(text_tag.id, printed, now=self._clock())

    def address_of_old(self, old: LegacyButton, printed: Printed) -> str | None:
        """Return where an old button leads; ``None`` if it names no address."""
        url = _address_named(old, printed.page)
        if url is None:
            return None
        return self._gateway.address_by_url(url, printed, now=self._clock())


class PageButtons:
    """The buttons of one page; each method gives markup, or ``None`` for none."""

    def __init__(
        self, buttons: Buttons, printed: Printed, max_buttons: int, *, sandboxed: bool
    ) -> None:
        self._buttons = buttons
        self._printed = printed
        self._left = max_buttons
        self._sandboxed = sandboxed

    def text_tag(self, text_tag: TextTag) -> str | None:
        """Print the button for a text tag."""
        if not self._left:
            return None
        address = self._buttons.address(text_tag, self._printed)
        return self._print(address, label_of(text_tag.id))

    def old(self, old: LegacyButton) -> str | None:
        """Print the button that takes the place of an old one."""
        if not self._left or not old.is_seen:
            return None
        address = self._buttons.address_of_old(old, self._printed)
        return self._print(address, f"Flattr {old.title or old.url}")

    def _print(self, address: str | None, label: str) -> str | None:
        if address is None:
            return None
        self._left -= 1
        return button(address=address, label=label, sandboxed=self._sandboxed)


def _address_named(old: LegacyButton, page: str) -> str | None:
    if old.url is None:
        return None
    try:
        url = urljoin(page, old.url)
        scheme = urlsplit(url).scheme
    except ValueError:
        return None
    is_usable = scheme in {"http", "https"} and len(url) <= LONGEST_ADDRESS
    return url if is_usable else None
