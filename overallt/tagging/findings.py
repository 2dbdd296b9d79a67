"""What would be done with each text tag of a page, and why not more.

The page is read as the rewriter reads it, by the same candidates and the same reader,
which is asked here for its reasons. Beside them stands what is only written like a text
tag, so that its owner learns what is wrong with it.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

from overallt.tagging import charsets, reasons, text_tags
from overallt.tagging.charsets import Kind
from overallt.tagging.openings import Opening, Unopened, open_page
from overallt.tagging.positions import Position, codec_of
from overallt.tagging.text_tags import Attempt

_READABLE: Final = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Finding:
    """A text tag as *written*; *reason* says why it stays text, if it does.

    *offset_bytes* counts from the page's beginning; *line* and *column* as an editor
    does, see ``positions``.
    """

    written: str
    offset_bytes: int
    line: int
    column: int
    reason: str | None

    @property
    def is_button(self) -> bool:
        """Tell whether it becomes a button."""
        return self.reason is None


def findings(page: bytes, *, content_type: str | None, most: int) -> list[Finding]:
    """Return what is written like a text tag in *page*, in order.

    Of what may become a button only the first *most* do.
    """
    opening = open_page(page, content_type=content_type)
    refusal = None
    if opening is Unopened.EVER:
        # What is written there can be told all the same.
        refusal = _refusal(content_type)
        opening = open_page(page, content_type=_READABLE)
    if isinstance(opening, Unopened):
        return []
    reader, transcoder = opening.reader, opening.transcoder
    text = page if transcoder is None else transcoder.read(page)
    attempts = _attempts(opening, text)
    codec = codec_of(page, content_type=content_type)
    position = Position(codec)
    found: list[Finding] = []
    passed = offset_bytes = buttons = 0
    for attempt, flaw in attempts:
        before = text[passed : attempt.start]
        passed = attempt.start
        position.go_past(before)
        offset_bytes += len(before if transcoder is None else transcoder.write(before))
        reader.remember(before)
        reason = refusal or flaw or reader.reason(text, attempt)
        if reason is None:
            buttons += 1
            reason = reasons.too_many(most) if buttons > most else None
        written = text[attempt.start : attempt.end].decode(codec, "replace")
        found.append(
            Finding(written, offset_bytes, position.line, position.column, reason)
        )
    return found


def _refusal(content_type: str | None) -> str:
    """Say why nothing of a page of *content_type* is rewritten."""
    media_type = (content_type or "").partition(";")[0]
    is_page = charsets.kind_in_header(media_type) is not Kind.UNKNOWN
    return reasons.UNKNOWN_CHARSET if is_page else reasons.NO_HTML


def _attempts(opening: Opening, text: bytes) -> list[tuple[Attempt, str | None]]:
    """Return what is written like a tag, and what is wrong with its form."""
    charset = opening.charset
    is_half = None if charset is None else partial(charset.is_half, text)
    named_behind = None if charset is None else charset.naming_behind(text)
    starts = {each.start for each in opening.candidates(text, is_half)}
    attempts: list[tuple[Attempt, str | None]] = []
    for each in text_tags.attempts(text):
        if each.start in starts:
            moves = named_behind is not None and named_behind(each.start)
            attempts.append((each, reasons.BEFORE_CHARSET if moves else None))
        elif is_half is None or not is_half(each.start):
            attempts.append((each, reasons.ESCAPED if each.has_id else reasons.NO_ID))
    return attempts
