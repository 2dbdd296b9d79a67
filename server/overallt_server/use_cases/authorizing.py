"""Authorizing apps: a user's consent becomes a code, the code an access token.

OAuth2 with authorization codes (RFC 6749, 4.1), PKCE (RFC 7636, S256 alone) and the
stricter rules of RFC 9700: a redirect address is compared letter by letter, but for
the port of a program on the user's own computer; a public app must use PKCE; a code
works once. Access tokens last until the user revokes them, as Flattr's did.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from overallt_server.core.grants import (
    App,
    Grant,
    GrantError,
    GrantRefused,
    Scopes,
    parse_scopes,
)
from overallt_server.core.refusals import InvalidRequest, NotFound, Refusal
from overallt_server.core.users import User
from overallt_server.storage import apps, tokens
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.tokens import StoredCode, StoredToken
from overallt_server.use_cases.gathering import Gathering, Room
from overallt_server.use_cases.secret_tokens import hash_of, new_token

ROOM: Final = Room(waiting=10_000, at_once=1000)

# The app's program fetches the token at once: nobody types this code.
CODE_LASTS: Final = timedelta(minutes=1)
S256_LENGTH: Final = 43
_LOOPBACK: Final = re.compile(
    r"\A(http://(?:localhost|127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?(?=[/?]|\Z)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What an app asks for; its words are still the app's own.

    ``redirect_uri`` is ``None`` if the app relies on the registered one.
    """

    client_id: str
    redirect_uri: str | None
    response_type: str
    scope: str
    state: str | None
    code_challenge: str | None
    code_challenge_method: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """An app that may ask, and where the user goes back to with the answer."""

    app: App
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """By what an app proves itself at the token endpoint."""

    client_id: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new access token: the only time it is seen."""

    access_token: str
    scopes: Scopes


@dataclass(frozen=True, slots=True)
class HeldToken:
    """An access token that a user has given, as he sees it in a list.

    ``key`` (its hash in hexadecimal) names it and opens nothing.
    """

    key: str
    app_name: str
    scopes: Scopes
    created_at: datetime


class Authorizing:
    """Gives apps access in the name of users, and takes it away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Every request of a program asks, so many ask at the same time.
        self._grants = Gathering(self._grants_of, ROOM)

    async def asked(self, request: AuthorizationRequest) -> Asked:
        """Find who asks and where the answer may be sent.

        Raises:
            InvalidRequest: the app or the address is unknown, so the answer must
                not be sent anywhere; it is shown to the user.
        """
        async with self._database.snapshot() as tx:
            app = await apps.get(tx, request.client_id)
        if app is None or app.redirect_uri is None:
            raise InvalidRequest("The app that sent you here is not registered here.")
        wanted = request.redirect_uri or app.redirect_uri
        if not _same_redirect(app.redirect_uri, wanted):
            raise InvalidRequest(
                "The app that sent you here wants the answer at an address "
                "that it has not registered."
            )
        return Asked(app, wanted)

    async def approve(
        self, request: AuthorizationRequest, *, user: User, now: datetime
    ) -> str:
        """Note that *user* agrees; return the code for the app.

        Raises:
            InvalidRequest: as in ``asked``.
            GrantRefused: as in ``scopes_of``.
        """
        asked = await self.asked(request)
        scopes = scopes_of(request, asked.app)
        code = new_token()
        stored = StoredCode(
            client_id=asked.app.client_id,
            user=user.id,
            scopes=scopes,
            redirect_uri=request.redirect_uri,
            code_challenge=request.code_challenge,
            expires_at=now + CODE_LASTS,
        )
        async with self._database.transaction() as tx:
            await tokens.remove_expired_codes(tx, now=now)
            await tokens.add_code(tx, hash_of(code), stored)
        return code

    async def redeem(
        self,
        *,
        credentials: Credentials,
        code: str,
        redirect_uri: str | None,
        code_verifier: str | None,
        now: datetime,
    ) -> IssuedToken:
        """Give the app its access token for *code*, which is then used up.

        Raises:
            GrantRefused: the app does not prove itself, or the code is not its own,
                is too old, was used before, or was asked for otherwise.
        """
        async with self._database.transaction() as tx:
            app = await proven_app(tx, credentials)
            stored = await tokens.take_code(tx, hash_of(code))
            # Whatever is wrong, the code is gone: a second try is an attack.
            issued = None
            if stored is not None and _fits(
                stored, app, redirect_uri, code_verifier, now
            ):
                issued = await issue(tx, stored, now=now)
        if issued is None:
            raise GrantRefused(
                GrantError.INVALID_GRANT,
                "The code is not valid, or was asked for in another way.",
            )
        return issued

    async def grant(self, access_token: str) -> Grant | None:
        """Return what *access_token* stands for; ``None`` if it is not valid."""
        return await self._grants.ask(hash_of(access_token))

    async def _grants_of(self, hashes: Sequence[bytes]) -> list[Grant | Refusal | None]:
        async with self._database.snapshot() as tx:
            grants = await tokens.grants(tx, set(hashes))
        return [grants.get(token_hash) for token_hash in hashes]

    async def held(self, user: User) -> list[HeldToken]:
        """List the access tokens that *user* has given, newest first."""
        async with self._database.snapshot() as tx:
            stored = await tokens.of_user(tx, user.id)
            names = await apps.names(tx, {token.client_id for token in stored})
        return [
            HeldToken(
                key=token.token_hash.hex(),
                app_name=names[token.client_id],
                scopes=token.scopes,
                created_at=token.created_at,
            )
            for token in stored
        ]

    async def revoke(self, *, user: User, key: str) -> None:
        """Make the access token *key* of *user* worthless at once.

        Raises:
            NotFound: *user* has given no such token.
        """
        try:
            token_hash = bytes.fromhex(key)
        except ValueError as error:
            raise NotFound from error
        async with self._database.transaction() as tx:
            if not await tokens.revoke(tx, user.id, token_hash):
                raise NotFound

    async def give_back(self, *, credentials: Credentials, access_token: str) -> None:
        """Make *access_token* worthless, which the app no longer wants (RFC 7009).

        One that is not the app's own, or is none at all, is left as it is.

        Raises:
            GrantRefused: the app does not prove itself.
        """
        async with self._database.transaction() as tx:
            app = await proven_app(tx, credentials)
            await tokens.give_back(tx, app.client_id, hash_of(access_token))


def scopes_of(request: AuthorizationRequest, app: App) -> Scopes:
    """Return the scopes that *request* asks for.

    Raises:
        GrantRefused: the app is to be told what is wrong, at its own address.
    """
    if request.response_type != "code":
        raise GrantRefused(
            GrantError.UNSUPPORTED_RESPONSE_TYPE, "The response_type is code."
        )
    if request.code_challenge is None:
        if app.public:
            raise GrantRefused(
                GrantError.INVALID_REQUEST, "A public app needs a code_challenge."
            )
    elif (
        request.code_challenge_method != "S256"
        or len(request.code_challenge) != S256_LENGTH
    ):
        raise GrantRefused(
            GrantError.INVALID_REQUEST, "The code_challenge_method is S256."
        )
    return parse_scopes(request.scope)


async def proven_app(tx: Transaction, credentials: Credentials) -> App:
    """Return the app that *credentials* prove.

    Raises:
        GrantRefused: there is no such app, or this is not its secret.
    """
    app = await apps.get(tx, credentials.client_id)
    if app is not None:
        expected = await apps.secret_hash(tx, credentials.client_id)
        if expected is None and not credentials.secret:
            return app
        given = hash_of(credentials.secret or "")
        if expected is not None and hmac.compare_digest(expected, given):
            return app
    raise GrantRefused(GrantError.INVALID_CLIENT, "The app does not prove itself.")


async def issue(tx: Transaction, code: StoredCode, *, now: datetime) -> IssuedToken:
    """Store a new access token for what *code* stands for."""
    access_token = new_token()
    await tokens.add(
        tx,
        StoredToken(
            token_hash=hash_of(access_token),
            user=code.user,
            client_id=code.client_id,
            scopes=code.scopes,
            created_at=now,
        ),
    )
    return IssuedToken(access_token, code.scopes)


def _fits(
    stored: StoredCode,
    app: App,
    redirect_uri: str | None,
    code_verifier: str | None,
    now: datetime,
) -> bool:
    if stored.client_id != app.client_id or stored.expires_at <= now:
        return False
    # Flattr's clients send the address again only if they sent it before.
    if stored.redirect_uri != redirect_uri and stored.redirect_uri is not None:
        return False
    if stored.code_challenge is None:
        return code_verifier is None
    digest = hashlib.sha256((code_verifier or "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(stored.code_challenge.encode(), challenge.encode())


def _same_redirect(registered: str, wanted: str) -> bool:
    if registered == wanted:
        return True
    # A program on the user's computer listens on whichever port is free, RFC 8252: the
    # port alone may be another one. It is cut out of the text itself, since a parser
    # would forgive what must not come into a header or an address.
    return _LOOPBACK.match(registered) is not None and _LOOPBACK.sub(
        r"\1", registered
    ) == _LOOPBACK.sub(r"\1", wanted)
