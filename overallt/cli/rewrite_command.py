"""The command ``rewrite``: prints a page with its text tags made buttons."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import click

from overallt.cli.addresses import DEFAULT_SERVER
from overallt.cli.connecting import server_of
from overallt.cli.failing import fail
from overallt.cli.folders import DataFolder
from overallt.cli.pages import EXIT_UNREADABLE, STANDARD_STREAM, content_type_option
from overallt.cli.parameters import SERVER
from overallt.cli.proxy_command import MAX_BUTTONS

_CHUNK_BYTES: Final = 1 << 16
# What takes no longer than a moment needs no bar.
_LONG_BYTES: Final = 1 << 26


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default=STANDARD_STREAM,
    help="Where to write the page instead of to the standard output.",
)
@click.option(
    "--server",
    type=SERVER,
    help="The server whose pages the buttons lead to; without it the one you signed "
    f"in at, or {DEFAULT_SERVER}.",
)
@content_type_option
@click.pass_obj
def rewrite(
    folder: DataFolder,
    file: str,
    output: str,
    server: str | None,
    content_type: str | None,
) -> None:
    """Print a page with its text tags made buttons; all other bytes stay.

    FILE may be "-", the standard input. Without a proxy there is nobody to give in
    your name, so a button leads to the page of its thing on the server, whether
    there is such a thing or not. As in the proxy, there are at most 50 on a page.

    \b
    Examples:
      overallt rewrite index.html > with-buttons.html
      overallt rewrite index.html -o index.html --server https://flattr.example.org

    Exit code: 0 if there is a button, 1 if there is none (the page is printed as it
    is), 2 if the page cannot be read or written.
    """  # noqa: D301 - click's mark for lines that are not to be filled.
    from overallt.proxy.thing_buttons import ThingButtons
    from overallt.tagging.rewriter import Rewriter

    size_bytes = 0 if file == STANDARD_STREAM else Path(file).stat().st_size
    buttons = ThingButtons(
        server or server_of(folder),
        exist=lambda _: True,
        max_buttons=MAX_BUTTONS,
        sandboxed=False,
    )
    rewriter = Rewriter(content_type=content_type, render=buttons.text_tag)
    try:
        with click.open_file(file, "rb") as page, _opened(output) as out:
            for chunk in _chunks(page, size_bytes):
                out.write(rewriter.feed(chunk))
            out.write(rewriter.close())
    except OSError as error:
        click.echo(f"{error.filename or file}: {error.strerror}.", err=True)
        sys.exit(EXIT_UNREADABLE)
    if not buttons.count:
        fail(f"No text tag became a button. Ask why: overallt check {file}")


def _opened(output: str) -> IO[bytes]:
    # A page may be replaced by itself, so it must be whole before it is; but a device
    # is never replaced.
    atomic = not Path(output).exists() or Path(output).is_file()
    return click.open_file(output, "wb", atomic=atomic)


def _chunks(page: IO[bytes], size_bytes: int) -> Iterator[bytes]:
    """Yield the bytes of *page*, with a bar if it takes long and somebody sees it."""
    hidden = size_bytes < _LONG_BYTES
    with click.progressbar(length=size_bytes, file=sys.stderr, hidden=hidden) as bar:
        while chunk := page.read(_CHUNK_BYTES):
            yield chunk
            bar.update(len(chunk))
