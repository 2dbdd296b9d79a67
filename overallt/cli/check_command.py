"""The command ``check``: says of each text tag what becomes of it, and why."""

import dataclasses
import json
import sys
from typing import TYPE_CHECKING, Final

import click

from overallt.cli.failing import fail
from overallt.cli.pages import (
    EXIT_UNREADABLE,
    STANDARD_STREAM,
    Unreadable,
    content_type_option,
    page_of,
)
from overallt.cli.proxy_command import MAX_BUTTONS

if TYPE_CHECKING:
    from overallt.tagging.findings import Finding

_NOTHING: Final = (
    "No text tag was found. Write [Flattr=ID] into running text, where ID is the "
    "number of a thing or a username."
)
_NO_BUTTON: Final = "No text tag becomes a button."


@click.command()
@click.argument("sources", metavar="FILE|URL...", nargs=-1, required=True)
@content_type_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, an object a line.")
def check(sources: tuple[str, ...], content_type: str | None, *, as_json: bool) -> None:
    """Say which text tags become buttons, and why the others do not.

    FILE may be "-", the standard input; a page on the web comes with its own
    Content-Type. Lines and columns begin with 1, and a column is one character of
    the page's charset. Whether there is a thing with that ID is not asked.

    \b
    Examples:
      overallt check index.html about.html
      overallt check https://example.org/
      make-page | overallt check --content-type "text/html; charset=utf-8" -

    Exit code: 0 if a text tag becomes a button, 1 if none does, 2 if a page cannot
    be read.
    """  # noqa: D301 - click's mark for lines that are not to be filled.
    found: list[Finding] = []
    all_read = True
    for source in sources:
        try:
            in_page = _findings(source, content_type)
        except Unreadable as error:
            click.echo(f"{_name_of(source)}: {error}", err=True)
            all_read = False
            continue
        found += in_page
        for each in in_page:
            click.echo(_as_json(source, each) if as_json else _in_words(source, each))
    if not all_read:
        sys.exit(EXIT_UNREADABLE)
    if not any(each.is_button for each in found):
        fail(_NO_BUTTON if found else _NOTHING)


def _findings(source: str, content_type: str | None) -> "list[Finding]":
    from overallt.tagging.findings import findings

    page = page_of(source, content_type=content_type)
    found = findings(page.content, content_type=page.content_type, most=MAX_BUTTONS)
    if page.refusal is None:
        return found
    return [dataclasses.replace(each, reason=page.refusal) for each in found]


def _in_words(source: str, finding: "Finding") -> str:
    fate = "becomes a button"
    if finding.reason is not None:
        fate = f"stays text: {finding.reason}"
    place = f"{_name_of(source)}:{finding.line}:{finding.column}"
    return _printable(f"{place}: {finding.written} {fate}")


def _as_json(source: str, finding: "Finding") -> str:
    fields = dataclasses.asdict(finding)
    return json.dumps({"source": source, **fields, "is_button": finding.is_button})


def _name_of(source: str) -> str:
    return "<stdin>" if source == STANDARD_STREAM else source


def _printable(line: str) -> str:
    """Write out what a terminal would take for a command: pages are not trusted."""
    return "".join(
        each if each.isprintable() else ascii(each).strip("'") for each in line
    )
