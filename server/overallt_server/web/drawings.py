"""Codes that are scanned, as they stand on pages."""

from markupsafe import Markup
from segno import QRCode


def drawing(code: QRCode) -> Markup:
    """Return *code* drawn for a page: dark on light, whatever colours the page has.

    That is the only way in which apps read it.
    """
    svg = code.svg_inline(scale=4, border=4, light="white")
    return Markup(svg)  # noqa: S704 - it is segno's drawing, without any text.
