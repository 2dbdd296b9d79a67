"""Pages that a command is to look at: in a file, piped in, or on the web."""

from dataclasses import dataclass
from typing import Final

import click

# The standard input, or output.
STANDARD_STREAM: Final = "-"
_WEB: Final = ("http://", "https://")

# Of a page that cannot be read; the same as click's for wrong usage.
EXIT_UNREADABLE: Final = 2


class Unreadable(Exception):
    """The page cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its ``Content-Type``; *refusal* says why a proxy leaves it alone."""

    content: bytes
    content_type: str | None
    refusal: str | None


content_type_option = click.option(
    "--content-type",
    metavar="TYPE",
    help="What a server would say of the file, as in 'text/html; charset=utf-8'. "
    "Without it the file's charset is found as a browser finds it.",
)


def page_of(source: str, *, content_type: str | None) -> Page:
    """Read the page that *source* names; of a file it is said to be *content_type*.

    Raises:
        Unreadable: there is none.
    """
    if source.lower().startswith(_WEB):
        from overallt.cli.fetching import fetch

        return fetch(source)
    try:
        with click.open_file(source, "rb") as file:
            content = file.read()
    except OSError as error:
        raise Unreadable(f"{error.strerror}.") from None
    return Page(content, content_type, None)
