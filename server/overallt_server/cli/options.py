"""Options of commands that write into the books: why, and under which reference."""

import secrets
from collections.abc import Callable

import click

type Command = Callable[..., None]


def reason_option(command: Command) -> Command:
    """Give *command* the option ``--reason``, which it needs."""
    return click.option("--reason", required=True, help="Why, for the books.")(command)


def reference_option(prefix: str) -> Callable[[Command], Command]:
    """Give a command the option ``--reference``; a new one begins with *prefix*."""
    return click.option(
        "--reference",
        callback=lambda _context, _option, given: (
            given or f"{prefix}-{secrets.token_hex(8)}"
        ),
        help="What names this: booked once, however often it is asked for. "
        "Without it a new one is made and printed.",
    )
