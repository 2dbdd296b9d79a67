"""A phone that scans: what a real decoder reads on paper and in pictures."""

from io import BytesIO

import zxingcpp
from fpdf import FPDF
from fpdf.svg import SVGObject
from PIL import Image
from pypdfium2 import PdfDocument

_POINTS_PER_MM = 72 / 25.4
_MOST_POINTS = 1200


def printed(pdf: bytes, *, dots_per_mm: float) -> Image.Image:
    """Return the first page of *pdf* as a picture."""
    document = PdfDocument(pdf)
    try:
        picture: Image.Image = (
            document[0].render(scale=dots_per_mm / _POINTS_PER_MM).to_pil()
        )
        return picture
    finally:
        document.close()


def scanned(picture: Image.Image) -> list[str]:
    """Return what the codes on *picture* say."""
    found = zxingcpp.read_barcodes(picture.convert("L"))
    return [each.text for each in found]


def scanned_file(content: bytes, content_type: str) -> list[str]:
    """Return what the codes say in a file of a picture or of a printed page."""
    if content_type == "application/pdf":
        return scanned(printed(content, dots_per_mm=4))
    if content_type == "image/svg+xml":
        pdf = FPDF(unit="pt", format=(_MOST_POINTS, _MOST_POINTS))
        pdf.add_page()
        SVGObject(content.decode()).draw_to_page(pdf, 0, 0)
        return scanned(printed(bytes(pdf.output()), dots_per_mm=_POINTS_PER_MM))
    return scanned(Image.open(BytesIO(content)))
