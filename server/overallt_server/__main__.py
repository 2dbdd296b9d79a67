"""The program ``overallt-server``: its commands, and how each fault is told.

Refusals and faults of the machine are one sentence on standard error and exit status
1; click tells usage errors itself, with 2. Anything else is a bug and keeps its trace.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

import click
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from overallt_server.cli.main import cli
from overallt_server.core.journal import BrokenBooks
from overallt_server.core.refusals import DatabaseAway, Refusal
from overallt_server.storage.database import UnknownDatabase
from overallt_server.storage.migrating import WrongVersion


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command that *args* (by default, the command line) asks for."""
    try:
        cli(args, prog_name="overallt-server")
    except DatabaseAway as error:
        _stop_without_database(error.__cause__)
    except (Refusal, UnknownDatabase, WrongVersion) as error:
        _stop(str(error))
    except BrokenBooks as error:
        _stop(
            f"{error}\nThe books are broken, so nothing was booked. Run "
            '"overallt-server audit" to see which row is at fault, and let nobody '
            "book anything until you know why."
        )
    except ValidationError as error:
        _stop(_setting_at_fault(error))
    except (IntegrityError, ProgrammingError):
        raise  # Our own mistake, not the machine's.
    except DBAPIError as error:
        _stop_without_database(error.orig)
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        _stop(f"{error.strerror or error}{place}")
    sys.exit(0)


def _setting_at_fault(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"]).upper()
    return f"The setting OVERALLT_{name} cannot be used: {first['msg']}."


def _stop_without_database(error: BaseException | None) -> NoReturn:
    # A driver may tell it in several lines.
    _stop(f"The database cannot be used: {' '.join(str(error).split())}")


def _stop(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
