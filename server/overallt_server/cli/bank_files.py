"""The bank's files, as commands take them."""

from collections.abc import Callable
from pathlib import Path

import click

type Command = Callable[..., None]


def files_argument(command: Command) -> Command:
    """Give *command* the files that it takes, at least one."""
    return click.argument(
        "files",
        nargs=-1,
        required=True,
        metavar="FILE…",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
    )(command)


def read_file[Read](file: Path, read: Callable[[bytes], Read]) -> Read:
    """Return what *read* makes of the content of *file*.

    Raises:
        click.ClickException: it cannot be read.
    """
    from overallt_server.payments.xml_nodes import MOST_BYTES, UnreadableFile

    with file.open("rb") as opened:
        content = opened.read(MOST_BYTES + 1)
    try:
        return read(content)
    except UnreadableFile as error:
        raise click.ClickException(f"{file} cannot be taken: {error}.") from error
