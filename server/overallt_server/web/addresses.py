"""Addresses that the server gives out, all below its public one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

from overallt.protocol.ids import ThingId

API: Final = "/rest/v2"

# Programs talk to these: no cookie, no page, no form of ours.
PROGRAM_PATHS: Final = frozenset(
    {
        "/metrics",
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/device",
        "/webhooks/stripe",
    }
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses below *public_url*, which has no slash at its end."""

    public_url: str

    def thing(self, thing: ThingId) -> str:
        """Return the address of the thing's page for people."""
        return f"{self.public_url}/thing/{thing}"

    def short(self, thing: ThingId) -> str:
        """Return the address that a thing's code holds: short, so that it is coarse."""
        return f"{self.public_url}/t/{thing}"

    def badge(self, thing: ThingId) -> str:
        """Return the address of the thing's badge."""
        return f"{self.thing(thing)}/badge.svg"

    def thing_resource(self, thing: ThingId) -> str:
        """Return the address of the thing in the API."""
        return f"{self.public_url}{API}/things/{thing}"

    def profile(self, username: str) -> str:
        """Return the address of the user's page for people."""
        return f"{self.public_url}/profile/{username}"

    def user_resource(self, username: str) -> str:
        """Return the address of the user in the API."""
        return f"{self.public_url}{API}/users/{username}"

    def tag(self, on: datetime, name: str) -> str:
        """Return what names *name*, which there is since *on*, for ever (RFC 4151)."""
        return f"tag:{urlsplit(self.public_url).hostname},{on:%Y-%m-%d}:{name}"

    def error(self, code: str) -> str:
        """Return the address that explains the error *code*."""
        return f"{self.public_url}/errors#{code}"

    @property
    def device(self) -> str:
        """Where people type the code that a program shows them."""
        return f"{self.public_url}/device"


def is_for_programs(path: str) -> bool:
    """Tell whether programs, not people at a browser, ask for *path*."""
    return path.startswith(f"{API}/") or path in PROGRAM_PATHS


def sign_in_and_come_back(path: str) -> str:
    """Return the path of the sign-in page that then leads to the local *path*."""
    return f"/signin?next={quote(path, safe='')}"


def local_path(text: str, *, otherwise: str) -> str:
    r"""Return *text* if it is a path on this server, else *otherwise*.

    ``//host`` and ``/\host`` lead to another server in a browser, and control
    characters are dropped by it before it looks: none of them is let through.
    """
    safe = text.startswith("/") and not text.startswith("//")
    if safe and text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return otherwise
