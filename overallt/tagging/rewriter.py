"""Rewrites a page as it streams: text tags become buttons, all other bytes stay.

Nearly no page has a text tag, so nothing is read closely until one is found::

    feed ──▶ is the word there? ──no──▶ out, at once; the reader remembers it
                     │ yes
                     ▼
             the reader catches up: is it running text?
                     │ yes                          │ no
                     ▼                              ▼
                  render                        stays as it is

Only what may still become a tag is held back.
"""

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter

from overallt.tagging import charsets, legacy_candidates, text_tags
from overallt.tagging.charsets import Kind
from overallt.tagging.legacy_buttons import LegacyButton
from overallt.tagging.legacy_candidates import LegacyCandidate
from overallt.tagging.page_charsets import PageCharset
from overallt.tagging.readers import Reader
from overallt.tagging.searches import may_hold_tag
from overallt.tagging.text_tags import Candidate, TextTag
from overallt.tagging.transcodings import UTF_16, Transcoder


class Rewriter:
    """Replaces a page's text tags by what *render* returns for them.

    *render* may return ``None``: then the text stays. What it returns is printed in
    ASCII, with character references for all else. After a call that raised, only
    ``bail_out`` makes sense.

    Old Flattr markup is looked for only if there is a *render_legacy* for it. It is
    told of every piece that is live markup, in order with the text tags; what it
    returns takes the place of the whole element if readers see that, else of nothing.
    """

    __slots__ = (
        "_charset",
        "_held",
        "_kind",
        "_passes",
        "_reader",
        "_render",
        "_render_legacy",
        "_transcoder",
    )

    def __init__(
        self,
        *,
        content_type: str | None,
        render: Callable[[TextTag], str | None],
        render_legacy: Callable[[LegacyButton], str | None] | None = None,
    ) -> None:
        self._render = render
        self._render_legacy = render_legacy
        self._kind = charsets.kind_in_header(content_type)
        self._passes = self._kind is Kind.UNKNOWN
        self._held = b""
        self._charset: PageCharset | None = None
        self._reader: Reader | None = None  # There is one once the page has begun.
        self._transcoder: Transcoder | None = None

    def feed(self, data: bytes) -> bytes:
        """Take in the next bytes of the page; return what is certain so far."""
        if self._reader is None and not self._passes:
            self._held += data
            if charsets.may_become_mark(self._held):
                return b""
            data, self._held = self._held, b""
            self._begin(data)
        if self._transcoder is None:
            return self._rewrite(data)
        if self._passes:
            return self._transcoder.held() + data
        return self._transcoder.write(self._rewrite(self._transcoder.read(data)))

    def close(self) -> bytes:
        """Return the rest: an unfinished tag is just text."""
        if self._passes or self._reader is None:
            return self.bail_out()
        rest = self._advance(self._reader, len(self._held))
        if self._transcoder is None:
            return rest
        return self._transcoder.write(rest) + self._transcoder.held()

    def bail_out(self) -> bytes:
        """Return unchanged what was fed and not returned; from now on, only pass.

        It works also right after another method raised: no byte is lost or doubled.
        """
        held, self._held = self._held, b""
        self._passes = True
        self._reader = None
        if self._transcoder is None:
            return held
        return self._transcoder.write(held) + self._transcoder.held()

    def _begin(self, beginning: bytes) -> None:
        """Settle what the page's first bytes say of its charset."""
        kind = charsets.kind_of_mark(beginning) or self._kind
        if kind in UTF_16:
            self._transcoder = Transcoder(UTF_16[kind])
        elif kind is not Kind.BYTEWISE:
            self._charset = PageCharset(kind)
        self._reader = Reader(self._charset)

    def _rewrite(self, data: bytes) -> bytes:
        reader = self._reader
        if reader is None:
            return data
        # Taken in before anything can fail: what was not returned can be had back.
        if self._held:
            data = self._held + data
        self._held = data
        if may_hold_tag(data):
            return self._advance(reader, self._unfinished_from(data))
        self._held = b""
        if self._render_legacy:
            start = legacy_candidates.unfinished_tag_from(data)
            data, self._held = data[:start], data[start:]
        reader.remember(data)
        return data

    def _unfinished_from(self, data: bytes) -> int:
        start = text_tags.unfinished_from(data)
        if self._render_legacy:
            start = min(start, legacy_candidates.unfinished_from(data))
        return start

    def _candidates(self, data: bytes) -> Sequence[Candidate | LegacyCandidate]:
        is_half = (
            None if self._charset is None else partial(self._charset.is_half, data)
        )
        tags = text_tags.candidates(data, is_half)
        if self._render_legacy is None:
            return tags
        both: list[Candidate | LegacyCandidate] = [*tags]
        both += legacy_candidates.candidates(data)
        return sorted(both, key=attrgetter("start"))

    def _advance(self, reader: Reader, certain: int) -> bytes:
        """Return what is certain of what is held, with its buttons."""
        data = self._held
        printed: list[bytes] = []
        copied = remembered = 0
        for candidate in self._candidates(data):
            if candidate.start >= certain or reader.given_up:
                break
            reader.remember(data[remembered : candidate.start])
            remembered = candidate.start
            before_blank = data[candidate.end : candidate.end + 1].isspace()
            counts = reader.counts(before_blank=before_blank)
            button = self._rendered(candidate) if counts else None
            if button is not None:
                printed += (data[copied : candidate.start], _in_ascii(button))
                copied = candidate.end
        if reader.given_up:
            certain = len(data)
            self._passes = True
            self._reader = None
        else:
            reader.remember(data[remembered:certain])
        printed.append(data[copied:certain])
        self._held = data[certain:]
        return b"".join(printed)

    def _rendered(self, candidate: Candidate | LegacyCandidate) -> str | None:
        if isinstance(candidate, Candidate):
            return self._render(candidate.tag)
        button = self._render_legacy and self._render_legacy(candidate.button)
        return button if candidate.button.is_seen else None


def _in_ascii(text: str) -> bytes:
    return text.encode("ascii", "xmlcharrefreplace")
