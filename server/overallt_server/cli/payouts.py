"""The commands ``payout``: revenue on its way to its owners."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from overallt_server.cli.bank_files import (
    files_argument,
    read_as_ordered,
    read_hashed,
)
from overallt_server.cli.by_hand import Typed, by_operator, do_by_hand, name_of
from overallt_server.cli.options import reason_option
from overallt_server.cli.running import amount, run, user_called
from overallt_server.core.references import readable
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt_server.core.bank_accounts import BankAccount
    from overallt_server.core.deeds import (
        NameAccount,
        OrderPayouts,
        PayByHand,
        RejectPayout,
        TakeAnswers,
    )
    from overallt_server.core.payouts import Payout
    from overallt_server.payments.pain002 import Report
    from overallt_server.storage.payouts import PayoutFile
    from overallt_server.use_cases.ordering import Done


@click.group()
def payout() -> None:
    """Payouts: what owners have earned and take out."""


@payout.command()
@click.argument("username")
@click.argument("iban")
@click.argument("name")
@reason_option
@by_operator
def account(
    username: str, iban: str, name: str, reason: str, operator: Typed | None
) -> None:
    """Let payouts of USERNAME go to the account IBAN of NAME.

    A new account waits before anything is paid out to it; a payout that was asked for
    before goes where it was to go then.
    """
    from overallt_server.core.deeds import NameAccount
    from overallt_server.core.payouts import account_named

    async def deed(database: Database, settings: Settings) -> NameAccount:
        owner = (await user_called(database, username)).id
        named = account_named(iban, name, now=settings.now())
        return NameAccount(owner, named.iban, named.name)

    do_by_hand(deed, name_account, reason=reason, operator=operator)


async def name_account(
    database: Database, settings: Settings, deed: "NameAccount", _reason: str
) -> "Done":
    """Note where an owner's payouts go."""
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.paying_out import PayingOut

    named = await PayingOut(database, settings.rules).name_account(
        owner=deed.owner, iban=deed.iban, name=deed.name, now=settings.now()
    )
    return Done(
        f"Payouts of {await name_of(database, deed.owner)} go to {named.iban} of "
        f"{named.name}, named at {named.named_at:%Y-%m-%d %H:%M} UTC; it waits "
        f"{settings.new_iban_hours} hours from then on."
    )


@payout.command()
@click.argument("username")
@click.argument("amount_text", metavar="[AMOUNT]", required=False)
def request(username: str, amount_text: str | None) -> None:
    """Ask for AMOUNT of the revenue of USERNAME; without it, for all."""
    from overallt_server.use_cases.paying_out import PayingOut

    async def ask(database: Database, settings: Settings) -> "Payout":
        wanted = None if amount_text is None else amount(amount_text, settings)
        owner = (await user_called(database, username)).id
        return await PayingOut(database, settings.rules).request(
            owner=owner, amount=wanted, now=settings.now()
        )

    asked = run(ask)
    click.echo(
        f"{asked.amount} are on their way to {username}: {readable(asked.reference)}"
    )


@payout.command(name="list")
@click.argument("username", required=False)
def list_(username: str | None) -> None:
    """List what is requested or sent, oldest first; or all payouts of USERNAME."""
    from overallt_server.use_cases.paying_out import PayingOut

    async def listed(database: Database, settings: Settings) -> "list[Payout]":
        paying_out = PayingOut(database, settings.rules)
        if username is None:
            return await paying_out.open()
        return await paying_out.of(owner=(await user_called(database, username)).id)

    found = run(listed)
    for each in found:
        click.echo(_told(each))
    if not found:
        click.echo("There are no payouts." if username else "No payout is open.")


@payout.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--again",
    type=int,
    metavar="NUMBER",
    help="Write this file again, byte for byte; order nothing.",
)
@by_operator
def file(file: Path, again: int | None, operator: Typed | None) -> None:
    """Order all payouts that are requested: write FILE for the bank (pain.001).

    Each payout is ordered once. Nobody is paid before the bank has FILE and you have
    released it there; what the bank then tells is taken by "payout answer" and "bank
    import". FILE must not be there yet.
    """
    if again is not None:
        _write_again(file, again)
        return

    path = str(file.absolute())

    async def deed(database: Database, settings: Settings) -> "OrderPayouts":
        return await _all_due(database, settings, path)

    # A place that cannot be written to is found out before anything is ordered.
    with _new(file):
        file.unlink()
    do_by_hand(deed, order_payouts, reason="", operator=operator)


def _write_again(file: Path, number: int) -> None:
    from overallt_server.use_cases.ordering_payouts import OrderingPayouts

    async def fetch(database: Database, _settings: Settings) -> "PayoutFile":
        return await OrderingPayouts(database).file(number)

    with _new(file) as opened:
        made = run(fetch)
        opened.write(made.content)
    click.echo(f"Wrote file {made.number}, {made.message}, to {file}.")


async def _all_due(database: Database, settings: Settings, path: str) -> "OrderPayouts":
    from overallt_server.core.deeds import OrderPayouts
    from overallt_server.core.money import Money
    from overallt_server.use_cases.ordering_payouts import OrderingPayouts

    _own_account(settings)
    due = await OrderingPayouts(database).due()
    return OrderPayouts(
        payouts=tuple(each.number for each in due),
        owners=tuple(sorted({each.owner for each in due})),
        amount=sum((each.amount for each in due), Money(0, settings.currency)),
        path=path,
    )


async def order_payouts(
    database: Database, settings: Settings, deed: "OrderPayouts", _reason: str
) -> "Done":
    """Make the file that orders payouts of the bank, and write it once it is stored."""
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.ordering_payouts import OrderingPayouts

    account, path = _own_account(settings), Path(deed.path)
    with ExitStack() as stack:
        opened = stack.enter_context(_new(path))
        made, ordered = await OrderingPayouts(database).make_file(
            account, deed.payouts, now=settings.now()
        )
        kept = stack.pop_all()

    async def write(_database: Database) -> int:
        with kept:
            opened.write(made.content)
        for each in ordered:
            click.echo(_told(each))
        click.echo(f"Wrote file {made.number}, {made.message}, to {path}.")
        return 0

    return Done("", made.number, write)


def _own_account(settings: Settings) -> "BankAccount":
    if settings.bank_account is None:
        raise click.ClickException(
            "Set OVERALLT_BANK_IBAN first: it says whose money is paid out."
        )
    return settings.bank_account


@payout.command()
@files_argument
@by_operator
def answer(files: tuple[Path, ...], operator: Typed | None) -> None:
    """Take what the bank answers to our files, in FILE… (pain.002).

    What it rejects is revenue again. What it accepts is paid once its statement says
    so: an answer that rejects nothing moves no money and needs no order. The same
    answer may come twice.
    """
    from overallt_server.core.deeds import TakeAnswers
    from overallt_server.payments.pain002 import read

    told = [read_hashed(file, read) for file in files]
    reports = [report for report, _file in told]

    async def rejected(database: Database, _settings: Settings) -> "list[Payout]":
        return await _rejected_by(database, reports)

    async def deed(database: Database, _settings: Settings) -> TakeAnswers:
        payouts = await _rejected_by(database, reports)
        return TakeAnswers(
            files=tuple(file for _report, file in told),
            payouts=tuple(each.number for each in payouts),
            owners=tuple(sorted({each.owner for each in payouts})),
        )

    is_rejection = bool(run(rejected))
    for report in reports:
        for each in report.answers:
            about = each.reference or f"all of {report.message}"
            click.echo(" ".join(filter(None, (about, each.status, each.reason))))
    if is_rejection:
        do_by_hand(deed, take_answers, reason="", operator=operator)
    else:
        click.echo("Nothing is rejected that was on its way.")


async def _rejected_by(
    database: Database, reports: "Sequence[Report]"
) -> "list[Payout]":
    from overallt_server.use_cases.ordering_payouts import OrderingPayouts

    ordering = OrderingPayouts(database)
    return [each for report in reports for each in await ordering.rejected_by(report)]


async def take_answers(
    database: Database, settings: Settings, deed: "TakeAnswers", _reason: str
) -> "Done":
    """Make revenue again what the bank rejects."""
    from overallt_server.payments.pain002 import read
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.ordering_payouts import OrderingPayouts

    ordering, now = OrderingPayouts(database), settings.now()
    reports = [read_as_ordered(file, read) for file in deed.files]
    taken = [await ordering.take(report, now=now) for report in reports]
    return Done(f"Rejected, and revenue again: {sum(map(len, taken))}.")


@payout.command()
@click.argument("reference")
@click.option("--reason", required=True, help="How it was paid, for the books.")
@by_operator
def paid(reference: str, reason: str, operator: Typed | None) -> None:
    """Book that you paid REFERENCE from money that you hold yourself.

    A transfer from the account for clients' money, ordered under REFERENCE, needs no
    command: the bank's statement tells of it.
    """
    from overallt_server.core.deeds import PayByHand
    from overallt_server.use_cases.paying_out import PayingOut

    async def deed(database: Database, settings: Settings) -> PayByHand:
        found = await PayingOut(database, settings.rules).called(reference)
        return PayByHand(found.reference, found.owner)

    do_by_hand(deed, pay_by_hand, reason=reason, operator=operator)


async def pay_by_hand(
    database: Database, settings: Settings, deed: "PayByHand", reason: str
) -> "Done":
    """Book a payout as paid from what the operator holds."""
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.paying_out import PayingOut

    booked = await PayingOut(database, settings.rules).pay_by_hand(
        reference=deed.reference, reason=reason, now=settings.now()
    )
    return Done(f"{booked.amount} were paid by hand to {booked.name}.")


@payout.command()
@click.argument("reference")
@click.option("--reason", required=True, help="Why it never left, for the books.")
@by_operator
def reject(reference: str, reason: str, operator: Typed | None) -> None:
    """Make the payout REFERENCE revenue again.

    Only if it was not paid and never will be: if a file has ordered it, the bank has
    to have said so.
    """
    from overallt_server.core.deeds import RejectPayout
    from overallt_server.use_cases.paying_out import PayingOut

    async def deed(database: Database, settings: Settings) -> RejectPayout:
        found = await PayingOut(database, settings.rules).called(reference)
        return RejectPayout(found.reference, found.owner)

    do_by_hand(deed, reject_payout, reason=reason, operator=operator)


async def reject_payout(
    database: Database, settings: Settings, deed: "RejectPayout", reason: str
) -> "Done":
    """Make a payout that never left revenue again."""
    from overallt_server.use_cases.ordering import Done
    from overallt_server.use_cases.paying_out import PayingOut

    rejected = await PayingOut(database, settings.rules).reject(
        reference=deed.reference, reason=reason, now=settings.now()
    )
    return Done(f"{rejected.amount} are revenue again.")


@contextmanager
def _new(file: Path) -> Iterator[BinaryIO]:
    # Only its user may read whom it pays.
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            yield opened
    except BaseException:
        file.unlink()
        raise


def _told(payout: "Payout") -> str:
    ordered = f", in file {payout.file}" if payout.file is not None else ""
    because = f": {payout.reason}" if payout.reason else ""
    return (
        f"{readable(payout.reference)}  {payout.amount} to {payout.name}, "
        f"{payout.iban}, {payout.state} {payout.changed_at:%Y-%m-%d}{ordered}{because}"
    )
