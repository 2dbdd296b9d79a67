"""Money by hand: an operator says who he is, and what he wants is ordered or done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

import click

from overallt_server.cli.running import run
from overallt_server.core.refusals import Forbidden
from overallt_server.settings import Settings
from overallt_server.storage.database import Database

if TYPE_CHECKING:
    from overallt.protocol.ids import UserId
    from overallt_server.core.deeds import Deed
    from overallt_server.core.orders import HandOrder
    from overallt_server.use_cases.ordering import CarryOut, Done

# Makes the deed out of what was typed; it changes nothing.
type DeedOf = Callable[[Database, Settings], Awaitable[Deed]]
# Does a deed of one kind, for a reason, in the transaction that it is given.
type Handler = Callable[[Database, Settings, Any, str], Awaitable[Done]]

_FILE = "overallt_server.cli.by_hand.password_file"
_USERS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Typed:
    """What an operator has typed to say who he is."""

    name: str
    password: str = field(repr=False)
    code: str = field(repr=False)


def _remember(context: click.Context, _: click.Parameter, file: TextIO | None) -> None:
    context.meta[_FILE] = file


def _typed(
    context: click.Context, _: click.Parameter, name: str | None
) -> Typed | None:
    if name is None:
        return None
    file = context.meta[_FILE]
    if file is not None:
        password, code = (file.readline().rstrip("\r\n") for _ in range(2))
        return Typed(name, password, code)
    password = click.prompt(f"Password of {name}", hide_input=True)
    return Typed(name, password, click.prompt(f"Code of {name}"))


def by_operator[Command: Callable[..., Any]](command: Command) -> Command:
    """Let *command* be told its ``operator``; what he proves is never an argument."""
    file = click.option(
        "--password-file",
        type=click.File(encoding="utf-8"),
        is_eager=True,
        expose_value=False,
        callback=_remember,
        help="A file with the operator's password in its first line and the code of "
        "his second factor in the next one, - for standard input. Without it both are "
        "asked for.",
    )
    operator = click.option(
        "--operator",
        metavar="USERNAME",
        callback=_typed,
        help="Who you are, of the operators.",
    )
    return operator(file(command))


async def recognised(
    database: Database, settings: Settings, operator: Typed | None
) -> "UserId | None":
    """Return which operator that is; ``None`` if nobody said who he is."""
    if operator is None:
        return None
    from overallt_server.use_cases.appointing import Appointing
    from overallt_server.use_cases.passwords import Passwords

    return await Appointing(database).recognise(
        name=operator.name,
        password=operator.password,
        code=operator.code,
        passwords=Passwords(),
        now=settings.now(),
    )


def do_by_hand(
    deed_of: DeedOf, handler: Handler, *, reason: str, operator: Typed | None
) -> None:
    """Do a deed at once, or order it where two operators are needed."""

    async def do(database: Database, settings: Settings) -> int:
        from overallt_server.core.orders import ALONE
        from overallt_server.use_cases.ordering import Ordering

        needed, now = settings.operators_needed, settings.now()
        if operator is None and needed > ALONE:
            raise Forbidden(
                "Two operators are needed for this. Say with --operator USERNAME who "
                'you are ("overallt-server operator add USERNAME" makes an operator), '
                "or set OVERALLT_OPERATORS_NEEDED=1 if you run this server alone."
            )
        who = await recognised(database, settings, operator)
        deed = await deed_of(database, settings)
        ordering = Ordering(database)
        if who is not None and needed > ALONE:
            order = await ordering.order(
                deed, reason=reason, needed=needed, operator=who, now=now
            )
            click.echo(f"Ordered: {await described(database, order)}")
            click.echo(
                "Nothing is done yet. Another operator has to confirm it:\n"
                f"  overallt-server order confirm {order.number} --operator USERNAME"
            )
            return 0
        done = await ordering.do_alone(
            deed,
            reason=reason,
            operator=who,
            now=now,
            carry_out=carrying_out(handler, settings),
        )
        return await finish(database, done)

    end(run(do))


def carrying_out(handler: Handler, settings: Settings) -> "CarryOut":
    """Return *handler* as the use cases call it."""
    return lambda database, deed, reason: handler(database, settings, deed, reason)


async def finish(database: Database, done: "Done") -> int:
    """Say what was done, and do what is to be done afterwards; return the status."""
    if done.said:
        click.echo(done.said)
    return 0 if done.afterwards is None else await done.afterwards(database)


def end(status: int) -> None:
    """End the command with *status*, unless all is well."""
    if status:
        click.get_current_context().exit(status)


async def described(database: Database, order: "HandOrder") -> str:
    """Return *order* in one line, with the names of those whom it concerns."""
    from overallt_server.core.deeds import users_of

    concerned = users_of(order.deed)
    whom = ", ".join([await name_of(database, user) for user in concerned])
    if len(concerned) > _USERS_NAMED:
        whom = f"{len(concerned)} users"
    by = "" if order.operator is None else await name_of(database, order.operator)
    told = (
        f"{order.deed.WORD}: {order.deed}",
        f"of {whom}" if whom else "",
        f'because "{order.reason}"' if order.reason else "",
        f"by {by}" if by else "",
    )
    when = f"{order.ordered_at:%Y-%m-%d %H:%M}"
    return f"{order.number}  {when}  {', '.join(filter(None, told))}"


async def name_of(database: Database, user: "UserId") -> str:
    """Return the name of *user*."""
    from overallt_server.storage import users

    async with database.snapshot() as tx:
        found = await users.get(tx, user)
    return f"user {user}" if found is None else found.username
