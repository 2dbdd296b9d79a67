"""Asking pages: where a button stood, as the patron can judge it.

Its host says whose page it is, to him who can read it; that the thing's owner has
proved the host to be his is what the server knows.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from overallt.protocol.messages import Thing


@dataclass(frozen=True, slots=True)
class AskingPage:
    """A page as the patron is shown it: the host stands out, as it can be judged."""

    host: str
    rest: str
    is_secure: bool

    def is_confirmed(self, thing: Thing) -> bool:
        """Tell whether the owner of *thing* has proved this page's host to be his.

        A host with a port of its own is another server, and maybe another person's.
        """
        return self.host in (thing.hosts or ())


def asking_page(address: str) -> AskingPage:
    """Take the *address* of a page apart."""
    parts = urlsplit(address)
    rest = parts.path + (f"?{parts.query}" if parts.query else "")
    # In ASCII, since letters of other scripts can look like those of another name.
    host = parts.netloc.encode("idna").decode("ascii").lower()
    return AskingPage(
        host=host, rest="" if rest == "/" else rest, is_secure=parts.scheme == "https"
    )
