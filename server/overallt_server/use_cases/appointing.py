"""Appointing: who is an operator, and that it is he who asks.

Whoever administers the machine appoints operators by a command; that is all the power
it needs. Each is a user with a password and a second factor of his own, both of which
he proves for each deed.
"""

from dataclasses import dataclass
from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core.limits import PASSWORDS_FOR_ONE_USER
from overallt_server.core.refusals import (
    Forbidden,
    InvalidRequest,
    NotFound,
    NotSignedIn,
)
from overallt_server.core.users import User
from overallt_server.storage import operators, patrons, users
from overallt_server.storage.database import Database
from overallt_server.use_cases.limiting import Limited, trying
from overallt_server.use_cases.passwords import Passwords
from overallt_server.use_cases.second_factors import SecondFactors


@dataclass(frozen=True, slots=True)
class Operator:
    """A user who is an operator, and since when."""

    user: User
    added_at: datetime


class Appointing:
    """The use cases of operators."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, *, user: UserId, now: datetime) -> bool:
        """Make *user* an operator; tell whether he was none before.

        Raises:
            NotFound: there is no such user.
        """
        async with self._database.transaction() as tx:
            if not await patrons.lock(tx, user):
                raise NotFound
            if await operators.is_one(tx, user):
                return False
            await operators.add(tx, user, now=now)
        return True

    async def remove(self, *, user: UserId, now: datetime) -> None:
        """Let *user* be an operator no more.

        Raises:
            InvalidRequest: he is none.
        """
        async with self._database.transaction() as tx:
            if not await operators.remove(tx, user, now=now):
                raise InvalidRequest("This user is no operator.")

    async def all_(self) -> list[Operator]:
        """List the operators, by their names."""
        async with self._database.snapshot() as tx:
            return [Operator(*each) for each in await operators.all_(tx)]

    async def recognise(
        self,
        *,
        name: str,
        password: str,
        code: str,
        passwords: Passwords,
        now: datetime,
    ) -> UserId:
        """Return which operator has that *name*, *password* and second factor's *code*.

        Raises:
            NotSignedIn: nobody has the first two, or the code is not his.
            Forbidden: he is no operator, or has no second factor.
            RateLimited: too many passwords or codes of his have been wrong.
        """
        async with self._database.snapshot() as tx:
            login = await users.login(tx, name.strip())
        subject = name if login is None else login.user.username
        limited = [Limited(PASSWORDS_FOR_ONE_USER, ("operator's password", subject))]
        async with trying(self._database, limited, now=now):
            password_hash = None if login is None else login.password_hash
            if not await passwords.fits(password, password_hash) or login is None:
                raise NotSignedIn("There is no user with this name and this password.")
        async with self._database.snapshot() as tx:
            if not await operators.is_one(tx, login.user.id):
                raise Forbidden(
                    f"{subject} is no operator. Whoever runs this machine makes one: "
                    f"overallt-server operator add {subject}"
                )
        second_factors = SecondFactors(self._database)
        if not (await second_factors.standing(login.user.id)).active:
            raise Forbidden(
                f"{subject} has no second factor. An operator needs one: it is set up "
                "on the page of one's account."
            )
        await second_factors.check(login.user.id, code, now=now)
        return login.user.id
