"""The operator's own pages: who he is, his terms, what he keeps, how to report a thing.

Only he can write them, so they are files of his, in Markdown; where one is missing the
page says so to everybody, as nobody should find that out by a letter from a lawyer.
What stands in them is text: HTML in it is shown, not obeyed.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web
from markdown_it import MarkdownIt
from markupsafe import Markup

from overallt_server.core.things import Thing
from overallt_server.web import inputs
from overallt_server.web.fields import Text
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.languages import language
from overallt_server.web.pages import page

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class LegalPage:
    """A page of his: the *name* of its address and file, and what it is about."""

    name: str
    title: str
    missing: str


IMPRINT: Final = LegalPage(
    "imprint", "Imprint", "The operator has not said yet who runs this server."
)
TERMS: Final = LegalPage(
    "terms", "Terms", "The operator has not written yet on which terms he runs it."
)
PRIVACY: Final = LegalPage(
    "privacy", "Privacy", "The operator has not written yet what he keeps about you."
)
REPORT: Final = LegalPage(
    "report",
    "Report a thing",
    "The operator has not said yet how to report a thing that should not be here.",
)
LEGAL_PAGES: Final = (IMPRINT, TERMS, PRIVACY, REPORT)


class Reported(inputs.Input):
    """Which thing is to be reported, if somebody came from its page."""

    thing: Text = ""


async def show_imprint(request: web.Request) -> web.Response:
    """Show who runs this server."""
    return await _page(request, IMPRINT)


async def show_terms(request: web.Request) -> web.Response:
    """Show on which terms it is run."""
    return await _page(request, TERMS)


async def show_privacy(request: web.Request) -> web.Response:
    """Show what is kept about people."""
    return await _page(request, PRIVACY)


async def show_report(request: web.Request) -> web.Response:
    """Show how a thing is reported, and what to say of it."""
    named = inputs.query(request, Reported).thing
    thing = await use_cases(request).looking_up.thing(named) if named else None
    return await _page(request, REPORT, thing)


async def _page(
    request: web.Request, legal: LegalPage, thing: Thing | None = None
) -> web.Response:
    folder = settings(request).folder_of_legal_pages
    text = await asyncio.to_thread(_text, folder, legal.name, language(request))
    # markdown-it escapes whatever is no Markdown.
    shown = None if text is None else Markup(_MARKDOWN.render(text))  # noqa: S704 - see above.
    return page(request, "legal.html", legal=legal, text=shown, thing=thing)


def _text(folder: Path, name: str, wanted: str) -> str | None:
    """Return what the operator has written, in the language that is *wanted* if he has.

    None if he has written nothing.
    """
    for file in (folder / f"{name}.{wanted}.md", folder / f"{name}.md"):
        if file.is_file():
            return file.read_text(encoding="utf-8")
    return None
