"""Inviting: who may sign up where not everybody may.

An active user, one who gives, has three invitations, as in 2010; the operator has as
many as he wants for those on the waiting list. An invitation is a secret like others:
it is shown once, or made as its mail is sent, and kept as a hash.
"""

from datetime import datetime

from overallt.protocol.ids import UserId
from overallt_server.core.limits import SIGN_UPS_FROM_ONE_NETWORK
from overallt_server.core.mails import Mail, MailKind
from overallt_server.core.refusals import Forbidden
from overallt_server.core.registration import INVITATIONS_OF_ONE_USER, Registration
from overallt_server.storage import budgets, invitations, mails, patrons
from overallt_server.storage.database import Database
from overallt_server.storage.schema import HOUSE
from overallt_server.use_cases.limiting import Limited, take
from overallt_server.use_cases.secret_tokens import hash_of, new_token
from overallt_server.use_cases.signing_up import address_of


class Inviting:
    """The use cases of invitations."""

    def __init__(self, database: Database, registration: Registration) -> None:
        self._database = database
        self._registration = registration

    async def left(self, user: UserId) -> int:
        """Return how many invitations *user* can still make."""
        if self._registration is not Registration.INVITE:
            return 0
        async with self._database.snapshot() as tx:
            budget = await budgets.get(tx, user)
            if budget is None or not budget.active:
                return 0
            return INVITATIONS_OF_ONE_USER - await invitations.count(tx, user)

    async def invite(self, user: UserId, *, now: datetime) -> str:
        """Make an invitation of *user*; its secret is shown this once.

        Raises:
            Forbidden: he has none left.
        """
        secret = new_token()
        async with self._database.transaction() as tx:
            await patrons.lock(tx, user)
            inner = Inviting(self._database.within(tx), self._registration)
            if not await inner.left(user):
                raise Forbidden("You have no invitations left.")
            await invitations.add(tx, hash_of(secret), user, now=now)
        return secret

    async def wait(
        self, address: str, *, language: str, network: str, now: datetime
    ) -> None:
        """Put *address* on the waiting list; whether it is there, nobody learns.

        Raises:
            InvalidRequest: it is no address.
            RateLimited: too much was asked from *network*.
        """
        address = address_of(address)
        limited = Limited(SIGN_UPS_FROM_ONE_NETWORK, ("waiting list", network))
        await take(self._database, [limited], now=now)
        async with self._database.transaction() as tx:
            await invitations.wait(tx, address, language, now=now)

    async def invite_waiting(self, many: int, *, now: datetime) -> int:
        """Send the first *many* who wait an invitation; return how many there were."""
        async with self._database.transaction() as tx:
            waiting = await invitations.first_waiting(tx, many)
            for address, language in waiting:
                await invitations.note_invited(tx, address, now=now)
                mail = Mail(
                    key=f"{MailKind.INVITATION} {address}",
                    kind=MailKind.INVITATION,
                    user=UserId(HOUSE),
                    address=address,
                    language=language,
                    names={},
                    made_at=now,
                )
                await mails.add(tx, mail)
        return len(waiting)
