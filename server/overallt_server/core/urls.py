"""Addresses of things: one spelling for one page.

Two addresses are the same thing if and only if their normal form is the same text:
scheme and host in lower case, the scheme's own port left out, an empty path written
``/``. Path, query and fragment distinguish, since on the web any of them may name a
page of its own. What stands in a query only to tell who sent a reader (``utm_source``,
``fbclid`` and their like) does not: the page is the same, so it is left out.
"""

import re
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from overallt_server.core.refusals import InvalidThing

MAX_URL_LENGTH: Final = 2000

# Characters that may stand in an address as they are; the rest is percent-encoded.
_KEPT: Final = "%/?#[]@!$&'()*+,;=:~"
_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(
    r"(?=.{1,254}\Z)(?!-)[a-z0-9_-]{1,63}(\.(?!-)[a-z0-9_-]{1,63})*\.?"
    r"|\[[0-9a-f:.]+\]",
    re.ASCII,
)
# Put there by campaigns, advertisements, newsletters and "share" buttons.
_TRACKING: Final = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid"
    r"|ttclid|li_fat_id|igshid|igsh|mc_[ce]id|mkt_tok|_hsenc|_hsmi|vero_(?:id|conv)"
    r"|oly_(?:anon|enc)_id|_openstat",
    re.ASCII | re.IGNORECASE,
)
_BLANK_OR_CONTROL: Final = re.compile(r"[\s\x00-\x1f\x7f]")


def normal_url(text: str) -> str:
    """Return the normal form of the address *text*.

    Raises:
        InvalidThing: it is no http or https address that anybody could open.
    """
    text = _kept_short(text.strip())
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise InvalidThing("This is no address of a page.") from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise InvalidThing("The address must begin with https:// or http://.")
    if "@" in parts.netloc:
        raise InvalidThing("The address must not carry a name or a password.")
    authority = _host(parts)
    if port not in {None, _PORTS[scheme]}:
        authority += f":{port}"
    path = quote(parts.path, safe=_KEPT) or "/"
    query = _without_tracking(parts.query)
    query = "?" + quote(query, safe=_KEPT) if query else ""
    fragment = "#" + quote(parts.fragment, safe=_KEPT) if parts.fragment else ""
    # Percent-encoded it has more signs than before.
    return _kept_short(f"{scheme}://{authority}{path}{query}{fragment}")


def _without_tracking(query: str) -> str:
    fields = query.split("&")
    return "&".join(
        field for field in fields if not _TRACKING.fullmatch(field.partition("=")[0])
    )


def _kept_short(text: str) -> str:
    if len(text) > MAX_URL_LENGTH or _BLANK_OR_CONTROL.search(text):
        raise InvalidThing(
            f"The address must have no blanks and at most {MAX_URL_LENGTH} signs."
        )
    return text


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise InvalidThing("The address names no possible host.") from error
    if not _HOST.fullmatch(host):
        raise InvalidThing("The address names no possible host.")
    return host
