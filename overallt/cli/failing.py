"""How a command ends when it cannot do its work: one sentence, exit code 1."""

import sys
from typing import NoReturn

import click

from overallt.cli.folders import DataFolder

EXIT_FAILED = 1


def fail(sentence: str) -> NoReturn:
    """Say *sentence* on the error output and end."""
    click.echo(sentence, err=True)
    sys.exit(EXIT_FAILED)


def make(folder: DataFolder) -> None:
    """Make the data folder, or say that it cannot be used."""
    try:
        folder.make()
    except OSError as error:
        fail(f"The data folder {folder.root} cannot be used: {error.strerror}.")
