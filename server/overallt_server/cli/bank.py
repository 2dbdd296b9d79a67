"""The commands ``bank``: what the bank's files say, and what nobody understands yet."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from overallt_server.cli.bank_files import (
    files_argument,
    read_as_ordered,
    read_file,
    read_hashed,
)
from overallt_server.cli.by_hand import Typed, by_operator, do_by_hand, end, name_of
from overallt_server.cli.progress import Progress
from overallt_server.cli.running import run, user_called
from overallt_server.core.chart import Side
from overallt_server.core.references import readable
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt_server.core.bank_bookings import StoredMovement
    from overallt_server.core.bank_statements import Movement, Statement
    from overallt_server.core.deeds import (
        AssignSuspense,
        ImportStatements,
        ReturnSuspense,
        UnderstandSuspense,
    )
    from overallt_server.payments.camt import BankFile
    from overallt_server.use_cases.importing_statements import (
        Imported,
        ImportingStatements,
    )
    from overallt_server.use_cases.ordering import Done


@click.group()
def bank() -> None:
    """Bank: transfers that came in and went out."""


@bank.command(name="import")
@files_argument
@click.option("--dry-run", is_flag=True, help="Say what would be booked; book nothing.")
@by_operator
def import_(files: tuple[Path, ...], operator: Typed | None, *, dry_run: bool) -> None:
    """Book what the bank's statements FILE… (camt.053) tell.

    The same movement is booked once, in however many files it comes, and in any
    order. Notices (camt.054) are shown and never booked. Ends with 0 if every balance
    goes on where the one before it ended, with 1 if a file could not be taken and
    nothing was booked, with 3 if a statement is missing.
    """
    if dry_run:
        from overallt_server.payments.camt import read

        told = [read_file(file, read) for file in files]

        async def rehearse(database: Database, settings: Settings) -> int:
            return await _book(database, settings, told, rehearse=True)

        end(run(rehearse))
        return

    async def deed(database: Database, settings: Settings) -> "ImportStatements":
        return await _told_by(files, database, settings)

    do_by_hand(deed, import_statements, reason="", operator=operator)


async def _told_by(
    files: Sequence[Path], database: Database, settings: Settings
) -> "ImportStatements":
    from overallt_server.core.deeds import ImportStatements
    from overallt_server.payments.camt import read

    told = [read_hashed(file, read) for file in files]
    statements = _statements(each for each, _file in told)
    importing = _importing(database, settings)
    _refuse(importing, statements)
    return ImportStatements(
        files=tuple(file for _each, file in told),
        statements=tuple(each.key for each in statements),
        users=tuple(await importing.users_named(statements)),
    )


async def import_statements(
    _database: Database, settings: Settings, deed: "ImportStatements", _reason: str
) -> "Done":
    """Read the files again, and book what they tell once the order is confirmed."""
    from overallt_server.payments.camt import read
    from overallt_server.use_cases.ordering import Done

    told = [read_as_ordered(file, read) for file in deed.files]

    async def book(database: Database) -> int:
        return await _book(database, settings, told, rehearse=False)

    return Done("", None, book)


async def _book(
    database: Database,
    settings: Settings,
    read: "Sequence[BankFile]",
    *,
    rehearse: bool,
) -> int:
    for each in read:
        for movement in each.notices:
            click.echo(f"notice only: {_told(movement)}")
    statements = _statements(read)
    importing = _importing(database, settings)
    _refuse(importing, statements)
    with Progress("Importing") as progress:
        imported = await importing.import_all(
            statements, now=settings.now(), rehearse=rehearse, progress=progress
        )
    _tell(imported, dry_run=rehearse)
    return 3 if imported.gaps else 0


def _importing(database: Database, settings: Settings) -> "ImportingStatements":
    from overallt_server.use_cases.importing_statements import ImportingStatements

    account = settings.bank_account
    if account is None:
        raise click.ClickException(
            "Set OVERALLT_BANK_IBAN first: it says whose statements to take."
        )
    return ImportingStatements(database, settings.rules, account)


def _statements(read: "Iterable[BankFile]") -> "list[Statement]":
    return [statement for each in read for statement in each.statements]


def _refuse(
    importing: "ImportingStatements", statements: "Sequence[Statement]"
) -> None:
    from overallt_server.core.bank_statements import Unbelievable

    try:
        importing.refuse(statements)
    except Unbelievable as error:
        raise click.ClickException(str(error)) from error


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
@by_operator
def assign(number: int, username: str, reason: str, operator: Typed | None) -> None:
    """Make the money NUMBER the means of USERNAME."""
    from overallt_server.core.deeds import AssignSuspense

    async def deed(database: Database, _settings: Settings) -> AssignSuspense:
        return AssignSuspense(number, (await user_called(database, username)).id)

    do_by_hand(deed, assign_suspense, reason=reason, operator=operator)


async def assign_suspense(
    database: Database, settings: Settings, deed: "AssignSuspense", reason: str
) -> "Done":
    """Make what was in suspense a patron's means."""
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.resolving_suspense import ResolvingSuspense

    assigned = await ResolvingSuspense(database, settings.rules).assign(
        number=deed.number, patron=deed.patron, reason=reason, now=settings.now()
    )
    username = await name_of(database, deed.patron)
    return Done(f"Added {assigned.amount} to the means of {username}.")


@suspense.command(name="return")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it goes back, for the books.")
@by_operator
def return_(number: int, reason: str, operator: Typed | None) -> None:
    """Send the money NUMBER back to where it came from."""
    from overallt_server.core.deeds import ReturnSuspense

    async def deed(_database: Database, _settings: Settings) -> ReturnSuspense:
        return ReturnSuspense(number)

    do_by_hand(deed, return_suspense, reason=reason, operator=operator)


async def return_suspense(
    database: Database, settings: Settings, deed: "ReturnSuspense", reason: str
) -> "Done":
    """Put what was in suspense on its way back."""
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.resolving_suspense import ResolvingSuspense

    sent, reference = await ResolvingSuspense(database, settings.rules).send_back(
        number=deed.number, reason=reason, now=settings.now()
    )
    return Done(
        f"Order a transfer of {sent.amount} to {sent.other_name or 'the sender'}, "
        f"{sent.other_iban or 'by your bank'}, under the reference "
        f"{readable(reference)}: the next statement will tell that it has left."
    )


@suspense.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why it is yours, for the books.")
@by_operator
def own(number: int, reason: str, operator: Typed | None) -> None:
    """Book the money NUMBER as the operator's own, which covers what payments cost."""
    from overallt_server.core.chart import OPERATOR_EQUITY

    _understand(number, str(OPERATOR_EQUITY), reason, operator)


@suspense.command(name="from-cards")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Which payout it is, for the books.")
@by_operator
def from_cards(number: int, reason: str, operator: Typed | None) -> None:
    """Book the money NUMBER as paid out to us by the card provider."""
    from overallt_server.core.cards import CASH_AT_PROVIDER

    _understand(number, str(CASH_AT_PROVIDER), reason, operator)


def _understand(number: int, account: str, reason: str, operator: Typed | None) -> None:
    from overallt_server.core.deeds import UnderstandSuspense

    async def deed(_database: Database, _settings: Settings) -> UnderstandSuspense:
        return UnderstandSuspense(number, account)

    do_by_hand(deed, understand_suspense, reason=reason, operator=operator)


async def understand_suspense(
    database: Database, settings: Settings, deed: "UnderstandSuspense", reason: str
) -> "Done":
    """Book what was in suspense and is no patron's."""
    from overallt_server.core.chart import OPERATOR_EQUITY, LedgerAccount
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.resolving_suspense import ResolvingSuspense

    account = LedgerAccount.parse(deed.ledger_account)
    understood = await ResolvingSuspense(database, settings.rules).understand(
        number=deed.number, account=account, reason=reason, now=settings.now()
    )
    is_ours = account == OPERATOR_EQUITY
    whose = "are the operator's own" if is_ours else "came from the card provider"
    return Done(f"{understood.amount} {whose}.")
