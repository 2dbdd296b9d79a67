"""The commands ``bank``: what the bank's files say, and what nobody understands yet."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from overallt_server.cli.bank_files import files_argument, read_file
from overallt_server.cli.progress import Progress
from overallt_server.cli.running import run, user_called
from overallt_server.core.chart import Side
from overallt_server.core.references import readable
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt_server.core.bank_bookings import StoredMovement
    from overallt_server.core.bank_statements import Movement
    from overallt_server.core.chart import LedgerAccount
    from overallt_server.use_cases.importing_statements import Imported


@click.group()
def bank() -> None:
    """Bank: transfers that came in and went out."""


@bank.command(name="import")
@files_argument
@click.option("--dry-run", is_flag=True, help="Say what would be booked; book nothing.")
@click.pass_context
def import_(context: click.Context, files: tuple[Path, ...], *, dry_run: bool) -> None:
    """Book what the bank's statements FILE… (camt.053) tell.

    The same movement is booked once, in however many files it comes, and in any
    order. Notices (camt.054) are shown and never booked. Ends with 0 if every balance
    goes on where the one before it ended, with 1 if a file could not be taken and
    nothing was booked, with 3 if a statement is missing.
    """
    from overallt_server.core.bank_statements import Unbelievable
    from overallt_server.payments.camt import read
    from overallt_server.use_cases.importing_statements import ImportingStatements

    files_read = [read_file(file, read) for file in files]
    for each in files_read:
        for movement in each.notices:
            click.echo(f"notice only: {_told(movement)}")
    statements = [statement for each in files_read for statement in each.statements]

    async def book(database: Database, settings: Settings) -> "Imported":
        account = settings.bank_account
        if account is None:
            raise click.ClickException(
                "Set OVERALLT_BANK_IBAN first: it says whose statements to take."
            )
        with Progress("Importing") as progress:
            return await ImportingStatements(
                database, settings.rules, account
            ).import_all(
                statements, now=settings.now(), rehearse=dry_run, progress=progress
            )

    try:
        imported = run(book)
    except Unbelievable as error:
        raise click.ClickException(str(error)) from error
    _tell(imported, dry_run=dry_run)
    if imported.gaps:
        context.exit(3)


def _tell(imported: "Imported", *, dry_run: bool) -> None:
    from overallt_server.core.bank_bookings import Fate
    from overallt_server.core.money import Money

    for each in imported.of(Fate.SUSPENSE):
        click.echo(
            f"in suspense as {each.number}: {_told(each.movement)}: {each.reason}"
        )
    for each in imported.of(Fate.COST):
        click.echo(f"went out as a cost: {_told(each.movement)}")
    for each in imported.of(Fate.PAYOUT_RETURNED):
        click.echo(f"came back and is revenue again: {_told(each.movement)}")
    for gap, currency in imported.gaps:
        expected = Money(gap.expected_minor, currency)
        found = Money(gap.found_minor, currency)
        click.echo(
            f"A statement that ends before {gap.on} is missing: all that were imported "
            f"give {expected}, the bank says {found}.",
            err=True,
        )
    counts = {fate: len(imported.of(fate)) for fate in Fate}
    click.echo(
        f"{'Would book' if dry_run else 'Booked'} {len(imported.booked)} movements: "
        f"{counts[Fate.MEANS]} as means, {counts[Fate.SUSPENSE]} in suspense, "
        f"{counts[Fate.RETURN]} sent back, {counts[Fate.PAYOUT]} paid out, "
        f"{counts[Fate.PAYOUT_RETURNED]} came back, {counts[Fate.COST]} as a cost. "
        f"{imported.known} were known, {imported.not_booked} not booked by the bank."
    )


def _told(movement: "Movement") -> str:
    way = "from" if movement.side is Side.DEBIT else "to"
    other = movement.name or movement.iban or "somebody"
    text = " ".join(filter(None, movement.texts))
    return f"{movement.booked_on} {movement.amount} {way} {other!r}, {text!r}"


@bank.group()
def suspense() -> None:
    """Suspense: money that came in and is not understood yet."""


@suspense.command(name="list")
def list_() -> None:
    """List what is in suspense, oldest first, each with its number."""
    from overallt_server.use_cases.resolving_suspense import ResolvingSuspense

    async def waiting(database: Database, settings: Settings) -> "list[StoredMovement]":
        return await ResolvingSuspense(database, settings.rules).waiting()

    found = run(waiting)
    for each in found:
        other = each.other_name or each.other_iban or "somebody"
        click.echo(
            f"{each.number}  {each.amount} from {other!r}, {each.text!r}: {each.reason}"
        )
    if not found:
        click.echo("Nothing is in suspense.")


@suspense.command()
@click.argument("number", type=int)
@click.argument("username")
@click.option("--reason", required=True, help="Why it is his, for the books.")
def assign(number: int, username: str, reason: str) -> None:
    """Make the money NUMBER the means of USERNAME."""
    from overallt_server.use_cases.resolving_suspense import ResolvingSuspense

    async def assign_it(database: Database, settings: Settings) -> "StoredMovement":
        patron = (await user_called(database, username)).id
        return await ResolvingSuspense(database, settings.rules).assign(
            number=number, patron=patron, reason=reason, now=settings.now()
        )

    assigned = run(assign_it)
    click.echo(f"Added {assigned.amount} to the means of {username}.")


@suspense.command(name="return")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it goes back, for the books.")
def return_(number: int, reason: str) -> None:
    """Send the money NUMBER back to where it came from."""
    from overallt_server.use_cases.resolving_suspense import ResolvingSuspense

    async def send_back(
        database: Database, settings: Settings
    ) -> "tuple[StoredMovement, str]":
        return await ResolvingSuspense(database, settings.rules).send_back(
            number=number, reason=reason, now=settings.now()
        )

    sent, reference = run(send_back)
    click.echo(
        f"Order a transfer of {sent.amount} to {sent.other_name or 'the sender'}, "
        f"{sent.other_iban or 'by your bank'}, under the reference "
        f"{readable(reference)}: the next statement will tell that it has left."
    )


@suspense.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it is yours, for the books.")
def own(number: int, reason: str) -> None:
    """Book the money NUMBER as the operator's own, which covers what payments cost."""
    from overallt_server.core.chart import OPERATOR_EQUITY

    understood = _understand(number, OPERATOR_EQUITY, reason)
    click.echo(f"{understood.amount} are the operator's own.")


@suspense.command(name="from-cards")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Which payout it is, for the books.")
def from_cards(number: int, reason: str) -> None:
    """Book the money NUMBER as paid out to us by the card provider."""
    from overallt_server.core.cards import CASH_AT_PROVIDER

    understood = _understand(number, CASH_AT_PROVIDER, reason)
    click.echo(f"{understood.amount} came from the card provider.")


def _understand(number: int, account: "LedgerAccount", reason: str) -> "StoredMovement":
    from overallt_server.use_cases.resolving_suspense import ResolvingSuspense

    async def understand(database: Database, settings: Settings) -> "StoredMovement":
        return await ResolvingSuspense(database, settings.rules).understand(
            number=number, account=account, reason=reason, now=settings.now()
        )

    return run(understand)
