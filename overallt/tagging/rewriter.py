"""Rewrites a page as it streams: text tags become buttons, all other bytes stay.

Nearly no page has a text tag, so nothing is read closely until one is found::

    feed ──▶ is the word there? ──no──▶ out, at once; the reader remembers it
                     │ yes
                     ▼
             the reader catches up: is it running text?
                     │ yes                          │ no
                     ▼                              ▼
                  render                        stays as it is

Only what may still become a tag is held back. How a page is to be read, as HTML or as
XHTML and in what charset, is settled by ``openings``.
"""

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from overallt.tagging import legacy_candidates
from overallt.tagging.legacy_buttons import LegacyButton
from overallt.tagging.legacy_candidates import LegacyCandidate
from overallt.tagging.openings import Opening, Unopened, open_page
from overallt.tagging.searches import tag_search
from overallt.tagging.text_tags import Candidate, TextTag

if TYPE_CHECKING:
    from overallt.tagging.transcodings import Transcoder


class Rewriter:
    """Replaces a page's text tags by what *render* returns for them.

    *render* may return ``None``: then the text stays. What it returns is printed in
    ASCII, with character references for all else. After a call that raised, only
    ``bail_out`` makes sense. It belongs to the thread that made it.

    Old Flattr markup is looked for only if there is a *render_legacy* for it. It is
    told of every piece that is live markup, in order with the text tags; what it
    returns takes the place of the whole element if readers see that, else of nothing.
    """

    __slots__ = (
        "_content_type",
        "_held",
        "_opening",
        "_passes",
        "_render",
        "_render_legacy",
        "_sights",
        "_transcoder",
    )

    def __init__(
        self,
        *,
        content_type: str | None,
        render: Callable[[TextTag], str | None],
        render_legacy: Callable[[LegacyButton], str | None] | None = None,
    ) -> None:
        self._content_type = content_type
        self._render = render
        self._render_legacy = render_legacy
        self._sights = tag_search().ends
        self._held = b""
        self._opening: Opening | None = None
        self._transcoder: Transcoder | None = None  # Needed also after a bail-out.
        self._passes = False

    def feed(self, data: bytes) -> bytes:
        """Take in the next bytes of the page; return what is certain so far."""
        opening = self._opening
        if opening is None:
            return self._feed_unopened(data)
        if self._transcoder is not None:
            data = self._transcoder.read(data)
        # Taken in before anything can fail: what was not returned can be had back.
        if self._held:
            data = self._held + data
        self._held = data
        if self._sights(data):
            data = self._advance(opening, self._certain(opening, data))
        else:
            self._held = b""
            if self._render_legacy:
                start = legacy_candidates.unfinished_tag_from(data)
                data, self._held = data[:start], data[start:]
            opening.reader.remember(data)
        return data if self._transcoder is None else self._transcoder.write(data)

    def close(self) -> bytes:
        """Return the rest: an unfinished tag is just text."""
        if self._opening is None:
            return self.bail_out()
        rest = self._advance(self._opening, len(self._held))
        if self._transcoder is not None:
            rest = self._transcoder.write(rest)
        return rest + self._half_character()

    def bail_out(self) -> bytes:
        """Return unchanged what was fed and not returned; from now on, only pass.

        It works also right after another method raised: no byte is lost or doubled.
        """
        held, self._held = self._held, b""
        self._pass()
        if self._transcoder is not None:
            held = self._transcoder.write(held)
        return held + self._half_character()

    def _pass(self) -> None:
        self._passes = True
        self._opening = None

    def _half_character(self) -> bytes:
        return b"" if self._transcoder is None else self._transcoder.held()

    def _feed_unopened(self, data: bytes) -> bytes:
        if self._passes:
            return self._half_character() + data
        self._held += data
        opened = open_page(self._held, content_type=self._content_type)
        if opened is Unopened.YET:
            return b""
        data, self._held = self._held, b""
        if opened is Unopened.EVER:
            self._pass()
            return data
        self._opening, self._transcoder = opened, opened.transcoder
        return self.feed(data)

    def _certain(self, opening: Opening, data: bytes) -> int:
        """Return up to where *data* cannot become anything else by what follows."""
        certain = opening.unfinished_from(data)
        if self._render_legacy:
            certain = min(certain, legacy_candidates.unfinished_from(data))
        charset = opening.charset
        if charset is not None and not charset.is_settled_with(data):
            candidates = self._candidates(opening, data)
            certain = min([certain, *(each.start for each in candidates)])
        return certain

    def _advance(self, opening: Opening, certain: int) -> bytes:
        """Return what is certain of what is held, with its buttons."""
        data, reader = self._held, opening.reader
        printed: list[bytes] = []
        copied = 0
        candidates = self._candidates(opening, data)
        for candidate, frame in reader.framed(data, candidates, certain):
            button = self._button(candidate)
            if button is not None:
                ascii_button = button.encode("ascii", "xmlcharrefreplace")
                printed += (data[copied : candidate.start], frame % ascii_button)
                copied = candidate.end
        if reader.given_up:
            certain = len(data)
            self._pass()
        printed.append(data[copied:certain])
        self._held = data[certain:]
        return b"".join(printed)

    def _candidates(
        self, opening: Opening, data: bytes
    ) -> Sequence[Candidate | LegacyCandidate]:
        charset = opening.charset
        is_half = None if charset is None else partial(charset.is_half, data)
        found: list[Candidate | LegacyCandidate] = [*opening.candidates(data, is_half)]
        if self._render_legacy is not None:
            found += legacy_candidates.candidates(data)
            found.sort(key=attrgetter("start"))
        if charset is not None:
            named_behind = charset.naming_behind(data)
            found = [
                each
                for each in found
                if not (_is_seen(each) and named_behind(each.start))
            ]
        return found

    def _button(self, candidate: Candidate | LegacyCandidate) -> str | None:
        """Render *candidate*, which counts."""
        if isinstance(candidate, Candidate):
            return self._render(candidate.tag)
        printed = self._render_legacy and self._render_legacy(candidate.button)
        return printed if _is_seen(candidate) else None


def _is_seen(candidate: Candidate | LegacyCandidate) -> bool:
    """Tell whether readers see it, so that something may be printed in its place."""
    return isinstance(candidate, Candidate) or candidate.button.is_seen
