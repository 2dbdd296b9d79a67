"""Passkeys: signing in by a key that never leaves its owner's device (WebAuthn).

The server asks with a challenge, the device signs it together with the address of the
page, and the public key that was stored once says that it was this device. It has to
ask for a finger, a face or a number itself (user verification), so a passkey is two
factors in one. A challenge is a one-time token: it is good for one answer and a few
minutes, and only its hash is kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from overallt.protocol.ids import UserId
from overallt_server.core.limits import PASSKEYS_FROM_ONE_NETWORK
from overallt_server.core.mails import MailKind, mail_to
from overallt_server.core.refusals import InvalidRequest, NotFound, NotSignedIn
from overallt_server.core.users import User
from overallt_server.storage import mails, one_time_tokens, passkeys
from overallt_server.storage.database import Database, Transaction
from overallt_server.storage.one_time_tokens import OneTimeToken
from overallt_server.storage.passkeys import Passkey
from overallt_server.storage.schema import HOUSE
from overallt_server.storage.uniqueness import Taken
from overallt_server.use_cases.limiting import Limited, take
from overallt_server.use_cases.secret_tokens import hash_of, new_token

CHALLENGE_LASTS: Final = timedelta(minutes=10)
_NEW: Final = "new passkey"
_SIGN_IN: Final = "passkey"


@dataclass(frozen=True, slots=True)
class OwnPasskey:
    """A passkey as its user sees it; ``key`` names it."""

    key: str
    made_at: datetime


class Passkeys:
    """The use cases of passkeys."""

    def __init__(self, database: Database, *, public_url: str) -> None:
        """Let passkeys be those of the pages below *public_url*."""
        parts = urlsplit(public_url)
        self._database = database
        self._host = parts.hostname or ""
        self._origin = f"{parts.scheme}://{parts.netloc}"

    async def begin(self, user: User, *, now: datetime) -> str:
        """Return what the browser of *user* needs to make a passkey, as JSON."""
        async with self._database.transaction() as tx:
            known = await passkeys.of_user(tx, user.id)
            challenge = await _challenge(tx, user.id, _NEW, now=now)
        return options_to_json(
            webauthn.generate_registration_options(
                rp_id=self._host,
                rp_name="Överallt",
                user_id=str(user.id).encode(),
                user_name=user.username,
                challenge=challenge.encode(),
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[
                    PublicKeyCredentialDescriptor(id=each.credential_id)
                    for each in known
                ],
            )
        )

    async def add(
        self, user: User, answer: str, *, language: str, now: datetime
    ) -> None:
        """Store the passkey that the browser of *user* has made, by its JSON *answer*.

        Raises:
            InvalidRequest: it is no answer to a question of ours.
        """
        try:
            credential = parse_registration_credential_json(answer)
            challenge = _challenge_in(credential.response.client_data_json)
            made = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge.encode(),
                expected_rp_id=self._host,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError) as error:
            raise InvalidRequest("That was no passkey. Please try again.") from error
        passkey = Passkey(
            made.credential_id,
            user.id,
            made.credential_public_key,
            made.sign_count,
            now,
        )
        try:
            async with self._database.transaction() as tx:
                asked = await one_time_tokens.take(
                    tx, hash_of(challenge), purpose=_NEW, now=now
                )
                if asked is None or asked.user != user.id:
                    raise InvalidRequest("That took too long. Please try again.")
                await passkeys.add(tx, passkey)
                kind = MailKind.PASSKEY_ADDED
                await mails.add(tx, mail_to(user, kind, language=language, now=now))
        except Taken as error:
            raise InvalidRequest("This passkey is known already.") from error

    async def begin_sign_in(self, *, network: str, now: datetime) -> str:
        """Return what a browser needs to sign in by a passkey, as JSON.

        Raises:
            RateLimited: too much was asked from *network*.
        """
        limited = Limited(PASSKEYS_FROM_ONE_NETWORK, ("passkey", network))
        await take(self._database, [limited], now=now)
        async with self._database.transaction() as tx:
            challenge = await _challenge(tx, UserId(HOUSE), _SIGN_IN, now=now)
        return options_to_json(
            webauthn.generate_authentication_options(
                rp_id=self._host,
                challenge=challenge.encode(),
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    async def recognise(self, answer: str, *, now: datetime) -> UserId:
        """Return who it is whose passkey has given that JSON *answer*.

        Raises:
            NotSignedIn: it is nobody's, or no answer to a question of ours.
        """
        try:
            credential = parse_authentication_credential_json(answer)
            challenge = _challenge_in(credential.response.client_data_json)
        except (WebAuthnException, ValueError) as error:
            raise _nobody() from error
        async with self._database.transaction() as tx:
            asked = await one_time_tokens.take(
                tx, hash_of(challenge), purpose=_SIGN_IN, now=now
            )
            passkey = await passkeys.get(tx, credential.raw_id)
        if asked is None or passkey is None:
            raise _nobody()
        try:
            used = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge.encode(),
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.uses,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError) as error:
            raise _nobody() from error
        async with self._database.transaction() as tx:
            await passkeys.note_use(tx, passkey.credential_id, uses=used.new_sign_count)
        return passkey.user

    async def of(self, user: UserId) -> list[OwnPasskey]:
        """List the passkeys of *user*, oldest first."""
        async with self._database.snapshot() as tx:
            found = await passkeys.of_user(tx, user)
        return [OwnPasskey(each.credential_id.hex(), each.made_at) for each in found]

    async def remove(self, user: UserId, key: str) -> None:
        """Let the passkey *key* of *user* open nothing any more.

        Raises:
            NotFound: he has none of that name.
        """
        try:
            credential_id = bytes.fromhex(key)
        except ValueError as error:
            raise NotFound from error
        async with self._database.transaction() as tx:
            if not await passkeys.remove(tx, user, credential_id):
                raise NotFound


async def _challenge(
    tx: Transaction, user: UserId, purpose: str, *, now: datetime
) -> str:
    challenge = new_token()
    await one_time_tokens.remove_expired(tx, now=now)
    token = OneTimeToken(user, purpose, "", now + CHALLENGE_LASTS)
    await one_time_tokens.add(tx, hash_of(challenge), token)
    return challenge


def _challenge_in(client_data: bytes) -> str:
    return parse_client_data_json(client_data).challenge.decode("ascii")


def _nobody() -> NotSignedIn:
    return NotSignedIn("This passkey opens nothing here. Please sign in another way.")
