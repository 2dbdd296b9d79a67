"""Pages that somebody made to be slow or large: a beginning, then always the same.

They are told by what is repeated, so that a page of any size streams without being
anywhere as a whole.
"""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

from overallt.tagging.rewriter import Rewriter
from overallt.tagging.text_tags import TextTag

CHUNK_BYTES = 16_384
SMALLEST_BYTES = 1 << 15
WORTH_MEASURING_SECONDS = 0.03
FEWEST_ROUNDS = 3
MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Adversary:
    """A page that begins with *opening* and then repeats *repeated* for ever."""

    repeated: bytes
    opening: bytes = b""
    charset: str = "utf-8"

    def chunks(self, size: int) -> Iterator[bytes]:
        """Give the first *size* bytes, cut as they would stream."""
        yield self.opening[:size]
        period = len(self.repeated)
        endless = self.repeated * (CHUNK_BYTES // period + 2)
        for at in range(0, size - len(self.opening), CHUNK_BYTES):
            length = min(CHUNK_BYTES, size - len(self.opening) - at)
            yield endless[at % period : at % period + length]

    def rewritten(self, size: int, seconds: float = math.inf) -> int:
        """Rewrite the first *size* bytes, or for so long; return how many went in."""
        rewriter = Rewriter(
            content_type=f"text/html; charset={self.charset}", render=_printed
        )
        end = time.process_time() + seconds
        fed = 0
        for chunk in self.chunks(size):
            rewriter.feed(chunk)
            fed += len(chunk)
            if time.process_time() > end:
                break
        rewriter.close()
        return fed


def _printed(tag: TextTag) -> str:
    return f"({tag.id})"


ADVERSARIES = {
    "words": Adversary(b"[flattr"),
    "tags": Adversary(b"[flattr=1]"),
    "references": Adversary(b"[&#32;"),
    "brackets in references": Adversary(b"&#91;"),
    "brackets": Adversary(b"["),
    "zeros": Adversary(b"0", opening=b"&#"),
    "unclosed quotes": Adversary(b"<p title='[flattr=1]\""),
    "an endless attribute": Adversary(b"[flattr=1]", opening=b"<p title='"),
    "an endless attribute's name": Adversary(b"a[flattr=1]", opening=b"<p "),
    "an endless name": Adversary(b"a[flattr=1]", opening=b"<"),
    "an endless comment": Adversary(b"-[flattr=1]", opening=b"<!--"),
    "an endless script": Adversary(b"<script[flattr=1]", opening=b"<script><!--"),
    "an endless link": Adversary(b"x[flattr=1]", opening=b"<a href=x>"),
    "tags in tags": Adversary(b"<a <b [flattr=1] "),
    "deep nesting": Adversary(b"<div><kbd>[flattr=1]"),
    "shallow nesting": Adversary(b"<div><kbd>[flattr=1]</kbd></div>"),
    "open links": Adversary(b"<a><b>x[flattr=1]"),
    "formatting": Adversary(b"<p><b></p>[flattr=1]</b>"),
    "lost and found": Adversary(b"<kbd></i>[flattr=1]</kbd>"),
    "many closes": Adversary(b"</i-y>[flattr=1]", opening=b"<i-x>" * 500),
    "declarations": Adversary(b"<meta charset=gbk>[flattr=1]"),
    "no bracket at all": Adversary(b"<p>x</p>"),
    "ISO-2022-JP": Adversary(b"\x1b$B[flattr=1]\x1b(B[", charset="iso-2022-jp"),
    "escapes": Adversary(b"\x1b", opening=b"[flattr=1]", charset="iso-2022-jp"),
    "UTF-16": Adversary("[flattr=1]\u3042".encode("utf-16-le"), charset="utf-16le"),
    "lone surrogates": Adversary(b"\x00\xd8[\x00", charset="utf-16le"),
    "first halves": Adversary(b"\x81", opening=b"a", charset="shift_jis"),
    "halves before brackets": Adversary(b"\x81\x81[flattr=1]", charset="gbk"),
    "half brackets": Adversary(b"\x81[flattr=1]", charset="big5"),
    "high bytes": Adversary(b"\xe3\x81\x82[flattr=1]"),
}


def doubling(adversary: Adversary, enough: float) -> float:
    """Return the cost of twice a page over that of the page; linear time gives 2.

    Both are run in turn, again and again, and the least processor time of each counts,
    since others on the machine only add to it. It ends when the ratio is *enough*.
    """
    size = SMALLEST_BYTES
    while _seconds(adversary, size) < WORTH_MEASURING_SECONDS:
        size *= 2
    once = twice = float("inf")
    for done in range(1, MOST_ROUNDS + 1):
        once = min(once, _seconds(adversary, size))
        twice = min(twice, _seconds(adversary, 2 * size))
        if done >= FEWEST_ROUNDS and twice <= enough * once:
            break
    return twice / once


def _seconds(adversary: Adversary, size: int) -> float:
    begin = time.process_time()
    adversary.rewritten(size)
    return time.process_time() - begin
