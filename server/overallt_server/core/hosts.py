"""Hosts that an owner can prove to be his: names, in one spelling.

A public suffix is a name right below which unrelated people have their sites, as
``github.io``; whoever rules it, its sites are not his. Which names are some is no rule
but a list, https://publicsuffix.org, and a kept library brings it along.
"""

import re
from functools import cache
from typing import Final

from publicsuffixlist import PublicSuffixList

from overallt_server.core.refusals import InvalidHost, InvalidThing
from overallt_server.core.urls import normal_url

# At least two labels, and no number: an address may be somebody else's tomorrow.
_NAME: Final = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]",
    re.ASCII,
)


def host_named(text: str) -> str:
    """Return the host that *text* names, in lower case and ASCII.

    Raises:
        InvalidHost: it is no name of one host.
    """
    try:
        url = normal_url(f"https://{text.strip()}")
    except InvalidThing as error:
        raise InvalidHost(str(error)) from error
    host = url.removeprefix("https://").removesuffix("/")
    if not _NAME.fullmatch(host):
        raise InvalidHost("A host is named like www.example.org, and by no more.")
    return host


def provable_host(text: str) -> str:
    """Return the host that *text* names, if one owner can have all of it.

    Raises:
        InvalidHost: it is no name of one host, or a public suffix.
    """
    host = host_named(text)
    # A name that is on no list is a name like any other.
    if _suffixes().is_public(host, accept_unknown=False):
        raise InvalidHost(f"Below {host} are sites of many: it is nobody's own.")
    return host


@cache
def _suffixes() -> PublicSuffixList:
    # Reading the list takes a tenth of a second, which few commands have to wait for.
    return PublicSuffixList()
