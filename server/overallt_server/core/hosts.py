"""Hosts that an owner can prove to be his: names, in one spelling."""

import re
from typing import Final

from overallt_server.core.refusals import InvalidRequest, InvalidThing
from overallt_server.core.urls import normal_url

# At least two labels, and no number: an address may be somebody else's tomorrow.
_NAME: Final = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]",
    re.ASCII,
)


def provable_host(text: str) -> str:
    """Return the host that *text* names, in lower case and ASCII.

    Raises:
        InvalidRequest: it is no name of one host.
    """
    try:
        url = normal_url(f"https://{text.strip()}")
    except InvalidThing as error:
        raise InvalidRequest(str(error)) from error
    host = url.removeprefix("https://").removesuffix("/")
    if not _NAME.fullmatch(host):
        raise InvalidRequest("A host is named like www.example.org, and by no more.")
    return host
