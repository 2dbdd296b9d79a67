"""The rewriter as the judge of html5lib's pages calls it: a page in, a page out."""

import random

from overallt.tagging import Rewriter


def rewritten(page: bytes) -> bytes:
    """Return *page* with a span for each text tag, whatever chunks it came in."""
    chance = random.Random(page)  # noqa: S311 - the same cuts every time.
    whole = _fed([page])
    cuts = sorted(chance.choices(range(len(page) + 1), k=chance.randint(1, 6)))
    borders = zip([0, *cuts], [*cuts, len(page)], strict=True)
    if whole != _fed([page[start:end] for start, end in borders]):
        raise AssertionError("chunk borders matter")
    return whole


def _fed(chunks: list[bytes]) -> bytes:
    rewriter = Rewriter(
        content_type="text/html; charset=utf-8",
        render=lambda tag: f'<span data-t="{tag.id}"></span>',
    )
    return b"".join([*map(rewriter.feed, chunks), rewriter.close()])
