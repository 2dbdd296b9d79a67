"""Posters: a thing's code on paper, to hang up, to hand out or to stick on.

Every sheet is drawn as one of the A series, and those have one shape: so there is one
drawing, in millimetres of A4, and each paper is a scale of it.

Phones read a code from ten times its width, by the rule that printers keep
(https://delivr.com/faq/1289/qr-code-printing-guidelines-best-practices). So the code is
as wide as the paper lets it be with the quiet zone around it: 16 cm on A4, read from a
step and a half away, 23 cm on A3, read from two metres.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Final

from segno import QRCode

from overallt_server.web.drawings import QUIET_ZONE

if TYPE_CHECKING:
    from fpdf import FPDF

A4_WIDTH: Final = 210.0
A4_HEIGHT: Final = 297.0
# The code with its quiet zone; what is left lets printers grip the paper.
CODE_WIDTH: Final = 206.0
_CODE_TOP: Final = 32.0
_TEXT_TOP: Final = 240.0
_TEXT_WIDTH: Final = 186.0
_TITLE_LINES: Final = 2
_TITLE_POINTS: Final = (36, 30, 24, 20, 16)
_MM_PER_POINT: Final = 25.4 / 72
# Neighbouring rows overlap by a hair, else screens show white lines between them.
_HAIR: Final = 0.04

_FONT: Final = "sans"
_FONT_FILES: Final = {"": "SourceSansPro-Regular.ttf", "B": "SourceSansPro-Bold.ttf"}

ASKING: Final = {
    "en": "Scan this to flattr it",
    "de": "Scannen und flattrn",
    "ru": "Отсканируйте, чтобы отправить флаттр",
    "sv": "Skanna och flattra",
}


class Paper(StrEnum):
    """What a poster is printed on."""

    A3 = "a3"
    A4 = "a4"
    A6 = "a6"
    LABELS = "labels"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of *columns* times *rows* posters, each *scale* times as large as A4."""

    scale: float
    columns: int
    rows: int


# Labels are eight to a sheet of A4 laid across, 74 by 105 mm, without gaps.
SHEETS: Final = {
    Paper.A3: Sheet(2**0.5, 1, 1),
    Paper.A4: Sheet(1.0, 1, 1),
    Paper.A6: Sheet(0.5, 1, 1),
    Paper.LABELS: Sheet(2**-1.5, 4, 2),
}


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on it: *address* is what its *code* says, for who cannot scan."""

    code: QRCode
    title: str
    owner: str
    address: str
    language: str
    since: datetime

    def print(self, paper: Paper) -> bytes:
        """Return the PDF for *paper*; the same bytes for the same poster."""
        # It takes a second to load, which nobody needs who prints nothing.
        from fpdf import FPDF

        sheet = SHEETS[paper]
        width, height = A4_WIDTH * sheet.scale, A4_HEIGHT * sheet.scale
        pdf = FPDF(unit="mm", format=(width * sheet.columns, height * sheet.rows))
        pdf.set_auto_page_break(auto=False)
        pdf.set_margin(0)
        pdf.set_title(self.title)
        pdf.set_author(self.owner)
        pdf.set_lang(self.language)
        pdf.set_creation_date(self.since)
        folder = files("font_source_sans_pro") / "files"
        for style, name in _FONT_FILES.items():
            pdf.add_font(_FONT, style, str(folder / name))
        pdf.add_page()
        for row in range(sheet.rows):
            for column in range(sheet.columns):
                cell = _Cell(pdf, width * column, height * row, sheet.scale)
                self._draw(cell)
        return bytes(pdf.output())

    def _draw(self, cell: "_Cell") -> None:
        cell.write(ASKING[self.language], "B", points=34, top=14)
        cell.draw(self.code)
        top = _TEXT_TOP
        # A title in signs that the font lacks would be printed as empty boxes.
        if cell.has_signs(self.title):
            points, lines = cell.fitted(self.title)
            for line in lines:
                cell.write(line, "B", points=points, top=top)
                top += points * _MM_PER_POINT * 1.15
        cell.write(self.owner, "", points=22, top=top + 2)
        cell.write(self.address, "", points=16, top=A4_HEIGHT - 14)


@dataclass(frozen=True, slots=True)
class _Cell:
    """The place of one poster on a page; it is drawn on in millimetres of A4."""

    pdf: "FPDF"
    left: float
    top: float
    scale: float

    def draw(self, code: QRCode) -> None:
        """Draw *code* in the middle, dark on the light paper."""
        modules = len(code.matrix)
        module = CODE_WIDTH / (modules + 2 * QUIET_ZONE)
        left = (A4_WIDTH - modules * module) / 2
        top = _CODE_TOP + QUIET_ZONE * module
        for row, column, count in _dark_runs(code):
            self.pdf.rect(
                self.left + (left + column * module) * self.scale,
                self.top + (top + row * module) * self.scale,
                count * module * self.scale,
                (module + _HAIR) * self.scale,
                style="F",
            )

    def write(self, text: str, style: str, *, points: float, top: float) -> None:
        """Write one line of *text* in the middle, its upper end at *top*."""
        size = self._sized(text, style, points)
        self.pdf.set_xy(self.left, self.top + top * self.scale)
        self.pdf.cell(
            A4_WIDTH * self.scale, size * _MM_PER_POINT * self.scale, text, align="C"
        )

    def has_signs(self, text: str) -> bool:
        """Tell whether the font has all signs of *text*."""
        from fpdf.fonts import TTFFont

        font = self.pdf.fonts[f"{_FONT}B"]
        known = font.cmap if isinstance(font, TTFFont) else ()
        return all(ord(sign) in known for sign in text)

    def fitted(self, title: str) -> tuple[float, list[str]]:
        """Return the largest size at which *title* fits, and its lines."""
        fitting = (
            points
            for points in _TITLE_POINTS
            if len(self._lines(title, points)) <= _TITLE_LINES
        )
        points = next(fitting, _TITLE_POINTS[-1])
        return points, self._lines(title, points)[:_TITLE_LINES]

    def _lines(self, title: str, points: float) -> list[str]:
        self.pdf.set_font(_FONT, "B", points * self.scale)
        lines = self.pdf.multi_cell(
            _TEXT_WIDTH * self.scale, text=title, dry_run=True, output="LINES"
        )
        # What it returns depends on what is asked for, which its type does not say.
        return lines if isinstance(lines, list) else []

    def _sized(self, text: str, style: str, points: float) -> float:
        """Choose the size for a line: *points*, or less where it would be too long."""
        self.pdf.set_font(_FONT, style, points * self.scale)
        width = self.pdf.get_string_width(text) / self.scale
        size = points * min(1.0, _TEXT_WIDTH / width)
        self.pdf.set_font(_FONT, style, size * self.scale)
        return size


def _dark_runs(code: QRCode) -> Iterator[tuple[int, int, int]]:
    """Give the dark runs of *code*: row, first column, how many modules."""
    for row, modules in enumerate(code.matrix):
        column = 0
        for dark, run in groupby(modules, key=bool):
            count = len(list(run))
            if dark:
                yield row, column, count
            column += count
