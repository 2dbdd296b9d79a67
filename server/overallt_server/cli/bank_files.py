"""The bank's files, as commands take them."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from overallt_server.core.deeds import OrderedFile

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


def read_hashed[Read](
    file: Path, read: Callable[[bytes], Read]
) -> "tuple[Read, OrderedFile]":
    """Return what *read* makes of the content of *file*, and how orders name it.

    Raises:
        click.ClickException: it cannot be read.
    """
    from overallt_server.core.deeds import OrderedFile

    told, hash_ = read_file(
        file, lambda content: (read(content), hashlib.sha256(content).hexdigest())
    )
    return told, OrderedFile(str(file.absolute()), hash_)


def read_as_ordered[Read](
    ordered: "OrderedFile", read: Callable[[bytes], Read]
) -> Read:
    """Return what *read* makes of the file that was *ordered* to be taken.

    Raises:
        click.ClickException: it cannot be read, or is not what it was then.
    """
    told, found = read_hashed(Path(ordered.path), read)
    if found != ordered:
        raise click.ClickException(
            f"{ordered.path} is not the file any more that was ordered to be taken: "
            "refuse the order, and order it anew."
        )
    return told
