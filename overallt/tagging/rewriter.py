"""Rewrites a page as it streams: text tags become buttons, all other bytes stay.

Nearly no page has a text tag, so nothing is read closely until one is found::

    feed ──▶ is there a candidate? ──no──▶ out, at once; the reader remembers it
                     │ yes
                     ▼
             the reader catches up: is it running text?
                     │ yes                          │ no
                     ▼                              ▼
                  render                        stays as it is

Only what may still become a tag is held back.
"""

from collections.abc import Callable

from overallt.tagging import charsets, text_tags
from overallt.tagging.readers import Reader
from overallt.tagging.text_tags import TextTag


class Rewriter:
    """Replaces a page's text tags by what *render* returns for them.

    *render* may return ``None``: then the text stays. What it returns is printed in
    ASCII, with character references for all else. After a call that raised, only
    ``bail_out`` makes sense.
    """

    __slots__ = ("_held", "_passes", "_reader", "_render")

    def __init__(
        self, *, content_type: str | None, render: Callable[[TextTag], str | None]
    ) -> None:
        self._render = render
        self._passes = not charsets.is_bytewise(content_type)
        self._held = b""
        self._reader = Reader()

    def feed(self, data: bytes) -> bytes:
        """Take in the next bytes of the page; return what is certain so far."""
        if self._passes:
            return data
        if not self._held and text_tags.is_free(data):
            self._reader.remember(data)
            return data
        # Taken in before anything can fail: what was not returned can be had back.
        if self._held:
            data = self._held + data
        self._held = data
        return self._advance(text_tags.unfinished_from(data))

    def close(self) -> bytes:
        """Return the rest: an unfinished tag is just text."""
        if not self._held:
            return b""
        return self._advance(len(self._held))

    def bail_out(self) -> bytes:
        """Return unchanged what was fed and not returned; from now on, only pass.

        It works also right after another method raised: no byte is lost or doubled.
        """
        held, self._held = self._held, b""
        self._passes = True
        self._reader = Reader()
        return held

    def _advance(self, certain: int) -> bytes:
        data = self._held
        candidates = text_tags.candidates(data)
        if not candidates and certain == len(data):
            self._reader.remember(data)
            self._held = b""
            return data
        printed: list[bytes] = []
        copied = remembered = 0
        for candidate in candidates:
            if candidate.start >= certain or self._reader.given_up:
                break
            self._reader.remember(data[remembered : candidate.start])
            remembered = candidate.start
            button = self._button(candidate.tag)
            if button is not None:
                printed += (data[copied : candidate.start], button)
                copied = candidate.end
        if self._reader.given_up:
            certain = len(data)
            self._passes = True
        else:
            self._reader.remember(data[remembered:certain])
        printed.append(data[copied:certain])
        self._held = data[certain:]
        return b"".join(printed)

    def _button(self, tag: TextTag) -> bytes | None:
        """Render *tag*, which stands where the reader stands, if it counts there."""
        if not self._reader.counts():
            return None
        button = self._render(tag)
        return None if button is None else button.encode("ascii", "xmlcharrefreplace")
