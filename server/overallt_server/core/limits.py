"""Limits: how often somebody may try what can be guessed, or do what costs.

Each limit is for one subject, a network or an account seen from a network: who guesses
uses up his own tries and locks out nobody else. An account alone is no subject, else
anybody could lock its user out from anywhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from overallt_server.core.refusals import RateLimited


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *tries* wrong ones within that time, counted from the first."""

    tries: int
    within: timedelta


_QUARTER: Final = timedelta(minutes=15)

# A person who has forgotten his password tries less often; 10 in each quarter of an
# hour are a thousand a day, of which not even a bad password need be afraid.
PASSWORDS_FOR_ONE_USER: Final = Limit(10, _QUARTER)
PASSWORDS_FROM_ONE_NETWORK: Final = Limit(100, _QUARTER)

# RFC 8628, 5.1. Who types a code has it before his eyes.
DEVICE_CODES_BY_ONE_USER: Final = Limit(10, _QUARTER)
DEVICE_CODES_FROM_ONE_NETWORK: Final = Limit(30, _QUARTER)

# Not wrong, but each is a mail. It counts for the user from everywhere: whoever uses it
# up has sent him as many links, of which the last still opens when he may ask again.
CONFIRMATIONS_FOR_ONE_USER: Final = Limit(5, timedelta(hours=1))

RESETS_FOR_ONE_ADDRESS: Final = Limit(5, timedelta(hours=1))
RESETS_FROM_ONE_NETWORK: Final = Limit(30, _QUARTER)

# Each tells whether a name and an address are taken, and costs a hashing.
SIGN_UPS_FROM_ONE_NETWORK: Final = Limit(60, _QUARTER)

# Of the second factor: whoever guesses has the password already, so they count for the
# user from everywhere. Six digits, three of them good at a time: 30 a day are one
# chance in ten thousand.
CODES_IN_A_QUARTER: Final = Limit(5, _QUARTER)
CODES_IN_A_DAY: Final = Limit(30, timedelta(days=1))

# Not wrong, but each question is kept for some minutes.
PASSKEYS_FROM_ONE_NETWORK: Final = Limit(100, _QUARTER)
# Each lets the server look at a page of somebody's choice.
PROOFS_BY_ONE_USER: Final = Limit(30, _QUARTER)
PAGES_READ_FOR_ONE_USER: Final = Limit(60, _QUARTER)

# Not wrong, but each is kept for a day; programs ask for one at each sign-in.
DEVICES_FROM_ONE_NETWORK: Final = Limit(60, _QUARTER)


@dataclass(frozen=True, slots=True)
class Tries:
    """How many tries there have been since the first one that counts."""

    tries: int
    began_at: datetime


def refuse_too_many(made: Tries, limit: Limit, *, now: datetime) -> None:
    """Refuse the last one of the tries *made* if it is beyond *limit*.

    Raises:
        RateLimited: it is; the sentence says how long to wait.
    """
    if made.tries > limit.tries:
        left = made.began_at + limit.within - now
        minutes = max(1, -(-left // timedelta(minutes=1)))
        raise RateLimited(
            f"That was tried too often. Please wait {minutes} minutes and try again."
        )
