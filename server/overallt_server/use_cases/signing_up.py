"""Signing up: a new user, and the thing that his profile is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from email_validator import EmailNotValidError, validate_email

from overallt.protocol.ids import ThingId, UserId, is_username
from overallt_server.core.limits import SIGN_UPS_FROM_ONE_NETWORK
from overallt_server.core.refusals import Forbidden, InvalidRequest
from overallt_server.core.registration import Registration
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.storage import confirmed_addresses, invitations, things, users
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.id_blocks import IdBlocks
from overallt_server.storage.uniqueness import Taken
from overallt_server.use_cases import confirming
from overallt_server.use_cases.limiting import Limited, take
from overallt_server.use_cases.passwords import Passwords, refuse_weak
from overallt_server.use_cases.secret_tokens import hash_of

# The API's addresses may end in these: /rest/v2/users/ada.json is ada.
_SUFFIXES: Final = (".json", ".as", ".atom", ".txt")

# And these stand there where a thing or a username may: /rest/v2/things/index.
_RESERVED: Final = frozenset({"index", "range"})


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who signs up by himself: in which *language* and from which *network* he asks.

    *invitation* is the secret of one, or empty.
    """

    language: str
    network: str
    invitation: str


class SigningUp:
    """Makes users."""

    def __init__(
        self, database: Database, passwords: Passwords, registration: Registration
    ) -> None:
        self._database = database
        self._registration = registration
        self._passwords = passwords
        self._ids = IdBlocks(database)

    async def sign_up(
        self,
        *,
        username: str,
        email: str,
        password: str,
        profile_url: Callable[[str], str],
        newcomer: Newcomer | None,
        now: datetime,
    ) -> User:
        """Make a user and his profile thing, at ``profile_url(username)``.

        A *newcomer* is asked by mail to confirm his address; with ``None`` it is the
        operator who adds a user, and vouches for it.

        Raises:
            InvalidRequest: the sentence says what is wrong with which of the three,
                that the username or the address is taken, or the invitation.
            Forbidden: nobody may sign up by himself.
            RateLimited: too many have signed up from his network.
        """
        username = _username(username)
        email = address_of(email)
        refuse_weak(password, username=username)
        if newcomer is not None:
            await self._let_in(newcomer, now=now)
        password_hash = await self._passwords.hash(password)
        user = User(
            id=UserId(await self._ids.next("user")),
            username=username,
            email=email,
            registered_at=now,
            profile_thing=ThingId(await self._ids.next("thing")),
        )
        try:
            async with self._database.transaction() as tx:
                if newcomer is not None:
                    await self._use_invitation(tx, newcomer, user)
                await _refuse_taken(tx, user)
                await users.add(tx, user, password_hash=password_hash)
                await things.add(tx, _profile(user, profile_url(username)))
                if newcomer is None:
                    await confirmed_addresses.put(tx, user.id, user.email, now=now)
                else:
                    await confirming.ask(tx, user, language=newcomer.language, now=now)
        except Taken as error:
            # Somebody else signed up between our question and our answer.
            raise InvalidRequest("This username or address was just taken.") from error
        return user

    async def _let_in(self, newcomer: Newcomer, *, now: datetime) -> None:
        if self._registration is Registration.CLOSED:
            raise Forbidden("Nobody can sign up here at the moment.")
        subject = ("sign-up", newcomer.network)
        limited = Limited(SIGN_UPS_FROM_ONE_NETWORK, subject)
        await take(self._database, [limited], now=now)

    async def _use_invitation(
        self, tx: Transaction, newcomer: Newcomer, guest: User
    ) -> None:
        if self._registration is not Registration.INVITE:
            return
        code_hash = hash_of(newcomer.invitation.strip())
        if not await invitations.use(tx, code_hash, guest.id):
            raise InvalidRequest(
                "One signs up here by an invitation, and this one was used, or is none."
            )


async def _refuse_taken(tx: Transaction, user: User) -> None:
    if await users.by_username(tx, user.username) is not None:
        raise InvalidRequest("This username is taken.")
    if await users.by_email(tx, user.email) is not None:
        raise InvalidRequest("There is an account with this e-mail address already.")


def _username(text: str) -> str:
    username = text.strip().lower()
    if not is_username(username) or username.endswith(_SUFFIXES):
        raise InvalidRequest(
            "A username has 1 to 30 letters a to z, digits, dots, dashes and "
            "underscores, begins with a letter or a digit and is no number."
        )
    if username in _RESERVED:
        raise InvalidRequest("This username is taken.")
    return username


def address_of(text: str) -> str:
    """Return the e-mail address in *text*, in the one form in which it is kept.

    Raises:
        InvalidRequest: it is none.
    """
    try:
        # The syntax alone is judged here: nothing is asked of the network, and .test
        # is as good a name as any other for trying the server out.
        valid = validate_email(
            text.strip(), check_deliverability=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise InvalidRequest("This is not an e-mail address.") from error
    return valid.normalized.lower()


def _profile(user: User, url: str) -> Thing:
    return Thing(
        id=user.profile_thing,
        owner=user.id,
        url=url,
        title=f"{user.username} on Överallt",
        description="",
        language="en_GB",
        category="people",
        tags=(),
        hidden=False,
        charity=False,
        created_at=user.registered_at,
    )
