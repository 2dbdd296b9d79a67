"""What would be done with each text tag of a page, and why not more.

The page is read as the rewriter reads it, by the same candidates and the same reader,
which is asked here for its reasons. Beside them stands what is only written like a text
tag, so that its owner learns what is wrong with it.
"""

from dataclasses import dataclass
from functools import partial

from overallt.tagging import charsets, reasons, text_tags
from overallt.tagging.charsets import Kind
from overallt.tagging.page_charsets import PageCharset
from overallt.tagging.positions import Position, codec_of
from overallt.tagging.readers import Reader
from overallt.tagging.text_tags import Attempt
from overallt.tagging.transcodings import UTF_16, Transcoder


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
    refusal = _refusal(content_type)
    kind = charsets.kind_in_header(content_type)
    if refusal is None:
        kind = charsets.kind_of_mark(page) or kind
    transcoder = Transcoder(UTF_16[kind]) if kind in UTF_16 else None
    text = page if transcoder is None else transcoder.read(page)
    charset = PageCharset(kind)
    attempts = _attempts(text, charset)
    reader = Reader(charset)
    codec = codec_of(page, content_type=content_type)
    position = Position(codec)
    found: list[Finding] = []
    passed = offset_bytes = buttons = 0
    for attempt, flaw in attempts:
        before = text[passed : attempt.start]
        passed = attempt.start
        reader.remember(before)
        position.go_past(before)
        offset_bytes += len(before if transcoder is None else transcoder.write(before))
        before_blank = text[attempt.end : attempt.end + 1].isspace()
        reason = refusal or flaw or reader.reason(before_blank=before_blank)
        if reason is None:
            buttons += 1
            reason = reasons.too_many(most) if buttons > most else None
        written = text[attempt.start : attempt.end].decode(codec, "replace")
        found.append(
            Finding(written, offset_bytes, position.line, position.column, reason)
        )
    return found


def _refusal(content_type: str | None) -> str | None:
    """Say why nothing of a page of *content_type* is rewritten, if it is so."""
    if charsets.kind_in_header(content_type) is not Kind.UNKNOWN:
        return None
    media_type = (content_type or "").partition(";")[0]
    is_html = charsets.kind_in_header(media_type) is not Kind.UNKNOWN
    return reasons.UNKNOWN_CHARSET if is_html else reasons.NO_HTML


def _attempts(text: bytes, charset: PageCharset) -> list[tuple[Attempt, str | None]]:
    """Return what is written like a tag, and what is wrong with its form."""
    is_half = partial(charset.is_half, text)
    starts = {each.start for each in text_tags.candidates(text, is_half)}
    attempts: list[tuple[Attempt, str | None]] = []
    for each in text_tags.attempts(text):
        if each.start in starts:
            attempts.append((each, None))
        elif not is_half(each.start):
            attempts.append((each, reasons.ESCAPED if each.has_id else reasons.NO_ID))
    return attempts
