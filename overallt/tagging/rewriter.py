"""Rewrites a page as it streams: text tags become buttons, all other bytes stay.

Nearly no page has a text tag, so nothing is tokenized until one is found::

    feed ──▶ is there a candidate? ──no──▶ out, at once; remembered in the history
                     │ yes
                     ▼
             tokenizer catches up over the history: is it running text?
                     │ yes                          │ no
                     ▼                              ▼
                  render                        stays as it is

Only what may still become a tag is held back. The history is kept for the tokenizer
and folded into its state when it grows too long, so that memory is bounded too.
"""

from collections.abc import Callable
from typing import Final

from overallt.tagging import charsets, text_tags
from overallt.tagging.contexts import Context
from overallt.tagging.text_tags import TextTag
from overallt.tagging.tokenizer import Tokenizer

LONGEST_HISTORY_BYTES: Final = 1 << 24


class Rewriter:
    """Replaces a page's text tags by what *render* returns for them.

    *render* may return ``None``: then the text stays. What it returns is printed in
    ASCII, with character references for all else. After a call that raised, only
    ``bail_out`` makes sense.
    """

    __slots__ = (
        "_context",
        "_held",
        "_history",
        "_history_bytes",
        "_passes",
        "_render",
        "_tokenizer",
    )

    def __init__(
        self, *, content_type: str | None, render: Callable[[TextTag], str | None]
    ) -> None:
        self._render = render
        self._passes = not charsets.is_bytewise(content_type)
        self._held = b""
        self._history: list[bytes] = []
        self._history_bytes = 0
        self._context = Context()
        self._tokenizer = Tokenizer(self._context)

    def feed(self, data: bytes) -> bytes:
        """Take in the next bytes of the page; return what is certain so far."""
        if self._passes:
            return data
        # Taken in before anything can fail: what was not returned can be had back.
        self._held += data
        certain = text_tags.unfinished_from(self._held)
        return self._advance(certain)

    def close(self) -> bytes:
        """Return the rest: an unfinished tag is just text."""
        return self._advance(len(self._held))

    def bail_out(self) -> bytes:
        """Return unchanged what was fed and not returned; from now on, only pass.

        It works also right after another method raised: no byte is lost or doubled.
        """
        held, self._held = self._held, b""
        self._passes = True
        self._history.clear()
        return held

    def _advance(self, certain: int) -> bytes:
        data = self._held
        printed: list[bytes] = []
        copied = remembered = 0
        for candidate in text_tags.candidates(data):
            if candidate.start >= certain or self._context.given_up:
                break
            self._remember(data[remembered : candidate.start])
            remembered = candidate.start
            button = self._button(candidate.tag)
            if button is not None:
                printed += (data[copied : candidate.start], button)
                copied = candidate.end
        if self._context.given_up:
            certain = len(data)
            self._passes = True
        self._remember(data[remembered:certain])
        printed.append(data[copied:certain])
        self._held = data[certain:]
        return b"".join(printed)

    def _button(self, tag: TextTag) -> bytes | None:
        """Render *tag*, which stands right after the history, if it counts there."""
        self._catch_up()
        if not self._tokenizer.stands_in_text or not self._context.allows_button():
            return None
        button = self._render(tag)
        return None if button is None else button.encode("ascii", "xmlcharrefreplace")

    def _remember(self, data: bytes) -> None:
        if self._passes:
            return
        self._history.append(data)
        self._history_bytes += len(data)
        if self._history_bytes > LONGEST_HISTORY_BYTES:
            self._catch_up()

    def _catch_up(self) -> None:
        for data in self._history:
            self._tokenizer.feed(data)
        self._history.clear()
        self._history_bytes = 0
