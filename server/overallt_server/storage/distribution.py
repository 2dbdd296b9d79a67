"""Distribution: a PostgreSQL with Citus spreads the large tables over many machines.

::

    DISTRIBUTED   by patron_id, all in one group: a patron's rows are on one machine
    REFERENCE     whole on each machine, so that a patron's rows are joined there

Every table is one of the two. Citus wants the column by which a table is distributed in
each of its primary and unique keys, and a foreign key between patrons' tables to hold
it, too; the schema keeps to both. It takes no trigger on such tables, so the journal,
which triggers keep append-only elsewhere (I2), is kept so by rights: nobody may update,
delete or truncate there, the owner of the tables included. A superuser may do anything
to any table, so the server must not be one.

Each table is done in a transaction of its own, and what is done already is passed over:
it may be stopped and started again. None of this has ever run on a real Citus; what was
read of it stands at docs.citusdata.com, "Creating and Modifying Distributed Objects".
"""

from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from overallt_server.storage import (
    access_schema,
    mail_schema,
    order_schema,
    proof_schema,
    schema,
)
from overallt_server.storage.database import Database, Transaction

BY: Final = "patron_id"

# The first names the group for the others.
DISTRIBUTED: Final[tuple[sa.Table, ...]] = (
    schema.flattrs,
    schema.budgets,
    schema.subscriptions,
    schema.intents,
    schema.idempotency_keys,
    schema.pots,
    schema.pot_things,
    schema.shares,
    schema.journal_entries,
    schema.postings,
    schema.patron_marks,
)
REFERENCE: Final[tuple[sa.Table, ...]] = (
    schema.id_blocks,
    schema.users,
    schema.things,
    schema.team_members,
    schema.thing_hosts,
    proof_schema.host_claims,
    proof_schema.proved_pages,
    access_schema.sessions,
    access_schema.apps,
    access_schema.access_tokens,
    access_schema.authorization_codes,
    access_schema.device_codes,
    access_schema.tries,
    access_schema.one_time_tokens,
    access_schema.confirmed_addresses,
    access_schema.invitations,
    access_schema.waiting_list,
    access_schema.second_factors,
    access_schema.recovery_codes,
    access_schema.passkeys,
    mail_schema.mails,
    schema.periods,
    schema.slices,
    schema.thing_shares,
    schema.house,
    schema.bank_statements,
    schema.bank_movements,
    schema.payout_accounts,
    schema.payouts,
    schema.payout_files,
    order_schema.operators,
    order_schema.orders,
    order_schema.order_outcomes,
    schema.witnesses,
)
APPEND_ONLY: Final[tuple[sa.Table, ...]] = (
    schema.journal_entries,
    schema.postings,
    schema.shares,
    order_schema.orders,
    order_schema.order_outcomes,
)

_COPY_EVERYWHERE: Final = "SELECT create_reference_table('%(table)s')"
_SPREAD: Final = (
    "SELECT create_distributed_table("
    "'%(table)s', '%(by)s', colocate_with => '%(group)s')"
)
_GUARD_BY_TRIGGER_NO_MORE: Final = "DROP TRIGGER %(table)s_append_only ON %(table)s"
_GUARD_BY_RIGHTS: Final = (
    "REVOKE UPDATE, DELETE, TRUNCATE ON %(table)s FROM PUBLIC, CURRENT_USER"
)
# Citus' own list of the tables that it knows.
_KNOWN: Final = sa.table("pg_dist_partition", sa.column("logicalrelid"))
_EXTENSIONS: Final = sa.table("pg_extension", sa.column("extname"))


class NoCitus(Exception):
    """The database cannot be distributed; the text says what to do."""


async def distribute(database: Database, progress: Callable[[int, int], None]) -> int:
    """Distribute what is not distributed yet; return how many tables that were.

    *progress* is told how many tables are done and how many there are.

    Raises:
        NoCitus: the database is no PostgreSQL with Citus, or we are a superuser there.
    """
    left = await undistributed(database)
    every = len(REFERENCE) + len(DISTRIBUTED)
    progress(every - len(left), every)
    for done, table in enumerate(left, start=every - len(left) + 1):
        async with database.transaction() as tx:
            for statement in statements(table):
                await tx.execute(sa.text(statement))
        progress(done, every)
    return len(left)


async def undistributed(database: Database) -> list[sa.Table]:
    """List the tables that are still to be distributed, in the order of doing it.

    Raises:
        NoCitus: the database is no PostgreSQL with Citus, or we are a superuser there.
    """
    if database.is_sqlite:
        raise NoCitus(
            "SQLite cannot be distributed: carry everything over into a PostgreSQL "
            'with Citus first, by "overallt-server move --to URL".'
        )
    async with database.snapshot() as tx:
        await _require_citus(tx)
        known = {
            name
            for (name,) in await tx.execute(
                sa.select(sa.cast(_KNOWN.c.logicalrelid, sa.Text))
            )
        }
    return [table for table in (*REFERENCE, *DISTRIBUTED) if table.name not in known]


def statements(table: sa.Table) -> list[str]:
    """Tell what makes *table* what it is to be, in order, in one transaction."""
    templates = [_COPY_EVERYWHERE if table in REFERENCE else _SPREAD]
    if table in APPEND_ONLY:
        templates = [_GUARD_BY_TRIGGER_NO_MORE, *templates, _GUARD_BY_RIGHTS]
    group = "none" if table is DISTRIBUTED[0] else DISTRIBUTED[0].name
    names = {"table": table.name, "by": BY, "group": group}
    return [template % names for template in templates]


async def _require_citus(tx: Transaction) -> None:
    extensions = sa.select(sa.func.count()).where(_EXTENSIONS.c.extname == "citus")
    if not (await tx.execute(extensions)).scalar_one():
        raise NoCitus(
            "This PostgreSQL has no Citus: install it on every machine "
            "(docs.citusdata.com), let a superuser run CREATE EXTENSION citus in this "
            "database on each of them, and name the others to this one by "
            "SELECT citus_add_node('HOST', 5432)."
        )
    superuser = await tx.execute(sa.text("SHOW is_superuser"))
    if superuser.scalar_one() == "on":
        raise NoCitus(
            "This user of PostgreSQL is a superuser, whom no right keeps from changing "
            "the journal: let the tables belong to another, and name that one in "
            "OVERALLT_DATABASE."
        )
