"""Codes that are scanned, as they stand on pages and on paper."""

from io import BytesIO

import segno
from markupsafe import Markup
from segno import QRCode

# What readers need around a code, in its own modules (ISO/IEC 18004, 6.3.8).
QUIET_ZONE = 4
_PIXELS = 24


def drawing(code: QRCode) -> Markup:
    """Return *code* drawn for a page: dark on light, whatever colours the page has.

    That is the only way in which apps read it.
    """
    svg = code.svg_inline(scale=4, border=QUIET_ZONE, light="white")
    return Markup(svg)  # noqa: S704 - it is segno's drawing, without any text.


def code_of(address: str) -> QRCode:
    """Return the code that leads a phone to *address*, with a seventh to spare.

    That much of it may be dirty, torn or in the shade (level M, or better where that
    takes no more room).
    """
    return segno.make(address, error="m", micro=False)


def picture(code: QRCode, kind: str) -> bytes:
    """Return *code* as a file of this *kind*, ``svg`` or ``png``."""
    file = BytesIO()
    code.save(file, kind=kind, scale=_PIXELS, border=QUIET_ZONE, light="white")
    return file.getvalue()
