"""The commands ``period`` and ``settle``: what happens at a month's end."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, override

import click

from overallt_server.cli.audit import audit
from overallt_server.cli.progress import Progress
from overallt_server.cli.running import run
from overallt_server.core.periods import Period
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt_server.use_cases.closing import ClosedPeriod
    from overallt_server.use_cases.settling import SettledPeriod

# Each settles on a connection of its own.
MOST_WORKERS: Final = 15


class PeriodParameter(click.ParamType[Period]):
    """A month as people type it: ``2026-10``."""

    name = "period"

    @override
    def convert(
        self,
        value: str | Period,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Period:
        """Read *value*, or say how a month is written."""
        if isinstance(value, Period):
            return value
        try:
            return Period.parse(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


def last_ended(now: datetime) -> Period:
    """Return the last period that is over at *now*."""
    return Period.of(Period.of(now).start - timedelta(seconds=1))


@click.group(name="period")
def period_group() -> None:
    """Periods: the months in which budgets are shared."""


@period_group.command()
@click.argument("period", type=PeriodParameter(), required=False)
def close(period: Period | None) -> None:
    """Close PERIOD (2026-10), by default the last month that is over.

    From then on nothing that anybody does changes what it gives to whom, and what that
    is can be looked at until it is settled. Stopped at any moment and started again,
    it goes on where it was.
    """
    from overallt_server.use_cases.closing import Closing
    from overallt_server.use_cases.previewing import Previewing

    async def close_period(database: Database, settings: Settings) -> "ClosedPeriod":
        now = settings.now()
        closed = await Closing(database, settings.rules).close(
            period=period or last_ended(now), now=now
        )
        with Progress("Computing") as progress:
            await Previewing(database).preview(
                period=closed.period, now=now, progress=progress
            )
        return closed

    closed = run(close_period)
    click.echo(
        f"{closed.period} is closed: {closed.patrons} patrons give {closed.pots}."
    )


@period_group.command(name="list")
def list_() -> None:
    """List the months that are closed, oldest first."""
    from overallt_server.use_cases.closing import Closing

    async def closed_periods(
        database: Database, settings: Settings
    ) -> "list[ClosedPeriod]":
        return await Closing(database, settings.rules).closed()

    closed = run(closed_periods)
    for each in reversed(closed):
        settled = f"settled {each.settled_at:%F}" if each.settled_at else "not settled"
        click.echo(
            f"{each.period}  closed {each.closed_at:%F}, {settled}: "
            f"{each.patrons} patrons, {each.pots}"
        )
    if not closed:
        click.echo("No month is closed yet.")


@click.command()
@click.argument("period", type=PeriodParameter(), required=False)
@click.option(
    "--no-hold", is_flag=True, help="Settle before the days to wait are over."
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    show_default=True,
    help="How many slices to settle at once; PostgreSQL only.",
)
@click.option(
    "--dry-run", is_flag=True, help="Tell what would be booked, and book nothing."
)
@click.option("--no-audit", is_flag=True, help="Leave out the audit that follows.")
@click.pass_context
def settle(
    context: click.Context,
    period: Period | None,
    *,
    no_hold: bool,
    workers: int,
    dry_run: bool,
    no_audit: bool,
) -> None:
    """Settle PERIOD (2026-10), by default the last month that is over.

    May be stopped at any moment and started again, on several machines at once:
    nothing is booked twice. The books are audited afterwards: ends with 0 if all is
    well, else with 1.
    """
    if dry_run:
        _preview(period)
        return
    from overallt_server.use_cases.settling import Settling

    async def settle_period(database: Database, settings: Settings) -> "SettledPeriod":
        now = settings.now()
        with Progress("Settling") as progress:
            return await Settling(database, settings.rules).settle(
                period=period or last_ended(now),
                now=now,
                hold=not no_hold,
                workers=workers,
                progress=progress,
            )

    settled = run(settle_period)
    click.echo(
        f"{settled.period} is settled: {settled.patrons} patrons gave "
        f"{settled.shares} to owners and {settled.fee} in fees."
    )
    if not no_audit:
        context.invoke(audit)


def _preview(period: Period | None) -> None:
    from overallt_server.use_cases.settling import Settling

    async def preview(database: Database, settings: Settings) -> "SettledPeriod":
        now = settings.now()
        with Progress("Computing") as progress:
            return await Settling(database, settings.rules).preview(
                period=period or last_ended(now), now=now, progress=progress
            )

    told = run(preview)
    click.echo(
        f"{told.period}: {told.patrons} patrons would give {told.shares} to owners "
        f"and {told.fee} in fees. Nothing was booked."
    )
