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
from functools import partial
from typing import Final

from overallt.tagging import charsets, text_tags
from overallt.tagging.charsets import Kind
from overallt.tagging.page_charsets import PageCharset
from overallt.tagging.readers import Reader
from overallt.tagging.text_tags import TextTag
from overallt.tagging.transcodings import Transcoder

_UTF_16: Final = {Kind.UTF_16LE: "utf-16-le", Kind.UTF_16BE: "utf-16-be"}


class Rewriter:
    """Replaces a page's text tags by what *render* returns for them.

    *render* may return ``None``: then the text stays. What it returns is printed in
    ASCII, with character references for all else. After a call that raised, only
    ``bail_out`` makes sense.
    """

    __slots__ = (
        "_charset",
        "_has_begun",
        "_held",
        "_is_settled",
        "_kind",
        "_passes",
        "_reader",
        "_render",
        "_transcoder",
    )

    def __init__(
        self, *, content_type: str | None, render: Callable[[TextTag], str | None]
    ) -> None:
        self._render = render
        self._kind = charsets.kind_in_header(content_type)
        self._passes = self._kind is Kind.UNKNOWN
        self._has_begun = False
        self._is_settled = False
        self._held = b""
        self._transcoder: Transcoder | None = None
        self._charset = PageCharset(self._kind)
        self._reader = Reader(self._charset)

    def feed(self, data: bytes) -> bytes:
        """Take in the next bytes of the page; return what is certain so far."""
        if self._passes:
            return data if self._transcoder is None else self._transcoder.held() + data
        if not self._has_begun:
            self._held += data
            if charsets.may_become_mark(self._held):
                return b""
            data, self._held = self._held, b""
            self._begin(data)
        if self._transcoder is None:
            return self._feed(data)
        return self._transcoder.write(self._feed(self._transcoder.read(data)))

    def close(self) -> bytes:
        """Return the rest: an unfinished tag is just text."""
        if not self._held and self._transcoder is None:
            return b""
        if self._passes or not self._has_begun:
            return self.bail_out()
        rest = self._advance(len(self._held))
        if self._transcoder is None:
            return rest
        return self._transcoder.write(rest) + self._transcoder.held()

    def bail_out(self) -> bytes:
        """Return unchanged what was fed and not returned; from now on, only pass.

        It works also right after another method raised: no byte is lost or doubled.
        """
        held, self._held = self._held, b""
        self._passes = True
        self._reader = Reader(self._charset)
        if self._transcoder is None:
            return held
        return self._transcoder.write(held) + self._transcoder.held()

    def _begin(self, beginning: bytes) -> None:
        """Settle what the page's first bytes say of its charset."""
        self._has_begun = True
        kind = charsets.kind_of_mark(beginning) or self._kind
        if kind is not None:
            self._charset.settle(kind)
        # What cannot be mistaken needs no further look.
        self._is_settled = kind is Kind.BYTEWISE or kind in _UTF_16
        if kind in _UTF_16:
            self._transcoder = Transcoder(_UTF_16[kind])

    def _feed(self, data: bytes) -> bytes:
        if not self._held and text_tags.is_free(data):
            self._remember(data)
            return data
        # Taken in before anything can fail: what was not returned can be had back.
        if self._held:
            data = self._held + data
        self._held = data
        return self._advance(text_tags.unfinished_from(data))

    def _remember(self, data: bytes) -> None:
        self._reader.remember(data)
        if not self._is_settled:
            self._charset.go_past(data)

    def _advance(self, certain: int) -> bytes:
        data = self._held
        is_half = None if self._is_settled else partial(self._charset.is_half, data)
        candidates = text_tags.candidates(data, is_half)
        if not candidates and certain == len(data):
            self._remember(data)
            self._held = b""
            return data
        printed: list[bytes] = []
        copied = remembered = 0
        for candidate in candidates:
            if candidate.start >= certain or self._reader.given_up:
                break
            self._remember(data[remembered : candidate.start])
            remembered = candidate.start
            button = self._button(candidate.tag)
            if button is not None:
                printed += (data[copied : candidate.start], button)
                copied = candidate.end
        if self._reader.given_up:
            certain = len(data)
            self._passes = True
        else:
            self._remember(data[remembered:certain])
        printed.append(data[copied:certain])
        self._held = data[certain:]
        return b"".join(printed)

    def _button(self, tag: TextTag) -> bytes | None:
        """Render *tag*, which stands where the reader stands, if it counts there."""
        if not self._reader.counts():
            return None
        button = self._render(tag)
        return None if button is None else button.encode("ascii", "xmlcharrefreplace")
