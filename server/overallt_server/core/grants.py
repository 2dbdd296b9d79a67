"""What a user has allowed an app to do: scopes, and why a grant is refused.

OAuth2 has error codes of its own (RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5). They
are told to an app, not to a person, and so are no ``Refusal``.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from overallt_server.core.users import User


class Scope(StrEnum):
    """Something that an access token may allow (Flattr's four)."""

    FLATTR = "flattr"
    THING = "thing"
    EMAIL = "email"
    EXTENDEDREAD = "extendedread"


type Scopes = frozenset[Scope]


class GrantError(StrEnum):
    """The ``error`` that an app is told."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    INVALID_SCOPE = "invalid_scope"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    ACCESS_DENIED = "access_denied"
    AUTHORIZATION_PENDING = "authorization_pending"
    SLOW_DOWN = "slow_down"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - a code of RFC 8628.


class GrantRefused(Exception):
    """An app does not get what it asked for."""

    def __init__(self, error: GrantError, description: str) -> None:
        """Refuse with the code *error* and a sentence for the app's author."""
        super().__init__(description)
        self.error: Final = error


@dataclass(frozen=True, slots=True)
class App:
    """A program that asks users for access.

    A public app keeps no secret and must use PKCE; one without ``redirect_uri`` can
    only use device codes; a first-party one belongs to this server. A ``redirect_uri``
    that is a path leads to a page of this server.
    """

    client_id: str
    name: str
    public: bool
    redirect_uri: str | None
    first_party: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token stands for."""

    user: User
    client_id: str
    scopes: Scopes
    created_at: datetime


# Flattr's documents say spaces; its WordPress plugin sent plus signs, its Ruby and
# Python clients sent commas.
_BETWEEN_SCOPES: Final = re.compile(r"[ ,+]+")


def parse_scopes(text: str) -> Scopes:
    """Read scopes separated by space, comma or plus; none at all is allowed.

    Raises:
        GrantRefused: one of the words is no scope.
    """
    words = [word for word in _BETWEEN_SCOPES.split(text) if word]
    try:
        return frozenset(Scope(word) for word in words)
    except ValueError as error:
        raise GrantRefused(
            GrantError.INVALID_SCOPE,
            f"The scopes are {', '.join(Scope)}.",
        ) from error


def print_scopes(scopes: Scopes) -> str:
    """Write *scopes* as they are stored and answered: sorted, spaces between."""
    return " ".join(sorted(scopes))
