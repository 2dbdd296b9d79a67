"""Proofs: whoever rules a host, or a page, lets it say whose it is.

::

              ask             proof is seen                 it is missing
    nothing ─────▶ waiting ─────────────────▶ proved ◀──────────────────▶ missing
                    ▲  ▲ │                      ▲       it is seen again     │
                    │  │ │ seen, but another    │ the operator says so,      │
                    │  │ ▼ owner has it         │ or the other one's is lost │
                    │  └─ contested ────────────┘                            │
                    │ missing                                        7 days  │
                    └────────────────────────────────────────────────────────┘

What a host says is the address of its owner's profile here. That is no secret: nobody
but who rules the host can let it say so, and it names one owner, so it is good for
nobody else. A host says it by a record of the domain name system or by a file at its
root. A page says it by an element in its head, or by a link to the profile that says
``rel=me``, which the profile returns; and it says so of itself alone, since who has a
page in a forum does not have the forum.

A proof that was seen once has to stay: sites change hands. What an operator has noted
by himself is not asked for again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from overallt.protocol.ids import ThingId
from overallt_server.core.refusals import InvalidRequest

# So long a site may be down, or its owner be mending it.
KEPT_WITHOUT_PROOF: Final = timedelta(days=7)
MOST_HOSTS: Final = 50

META_NAME: Final = "overallt-verification"
_FILE_PATH: Final = "/.well-known/overallt-verification"
# RFC 8552: no host is named so, so that nobody is given this name by accident.
_LABEL: Final = "_overallt"


class HostState(StrEnum):
    """How far the claim to a host has come; the words are those of the API."""

    WAITING = "waiting"
    PROVED = "proved"
    MISSING = "missing"
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class HostClaim:
    """That the owner of *thing* calls *host* his.

    ``seen_at`` is when its proof was last seen, unless it is lost; ``missing_since`` is
    known while it cannot be seen any more, but still counts.
    """

    thing: ThingId
    host: str
    asked_at: datetime
    seen_at: datetime | None
    missing_since: datetime | None
    is_proved: bool

    @property
    def state(self) -> HostState:
        """How far it has come."""
        if self.is_proved:
            is_missing = self.missing_since is not None
            return HostState.MISSING if is_missing else HostState.PROVED
        return HostState.WAITING if self.seen_at is None else HostState.CONTESTED

    @property
    def record_name(self) -> str:
        """The name whose TXT record may prove it."""
        return f"{_LABEL}.{self.host}"

    @property
    def file_url(self) -> str:
        """The address of the file that may prove it."""
        return f"https://{self.host}{_FILE_PATH}"


@dataclass(frozen=True, slots=True)
class PageProof:
    """That the page of *thing* itself says whose it is."""

    thing: ThingId
    missing_since: datetime | None


def text_naming(profile: str) -> str:
    """Return what a record or a file has to say of the owner with that *profile*."""
    return f"{META_NAME}={profile}"


def is_lost(missing_since: datetime | None, *, now: datetime) -> bool:
    """Tell whether a proof has been missing for too long to count any more."""
    return missing_since is not None and now - missing_since >= KEPT_WITHOUT_PROOF


def refuse_too_many_hosts(claims: int) -> None:
    """Refuse one more host for a thing that has so many *claims*.

    Raises:
        InvalidRequest: that would be too many.
    """
    if claims >= MOST_HOSTS:
        raise InvalidRequest(f"A thing has at most {MOST_HOSTS} hosts.")
