"""Buttons for readers without a proxy: each leads to its thing's page on the server.

There is nobody here to give in a reader's name. So such a button is a plain link to a
public page, which asks whoever wants to give to sign in.
"""

from collections.abc import Callable

from overallt.tagging.button import button, label_of
from overallt.tagging.text_tags import TextTag


class ThingButtons:
    """The buttons of one page, at most *max_buttons*, for the things that *exist*.

    ``count`` is how many there are by now.
    """

    def __init__(
        self,
        server_url: str,
        *,
        exist: Callable[[str], bool],
        max_buttons: int,
        sandboxed: bool,
    ) -> None:
        self._server_url = server_url
        self._exist = exist
        self._max_buttons = max_buttons
        self._sandboxed = sandboxed
        self.count = 0

    def text_tag(self, text_tag: TextTag) -> str | None:
        """Print the button for a text tag; ``None`` for none."""
        if self.count >= self._max_buttons or not self._exist(text_tag.id):
            return None
        self.count += 1
        return button(
            address=f"{self._server_url}/thing/{text_tag.id}",
            label=label_of(text_tag.id),
            sandboxed=self._sandboxed,
        )
