"""Submissions: addresses that describe a thing, which is made at its first flattr.

An owner writes such an address into a page or a feed, without asking anybody::

    /submit/auto?user_id=ada&url=https://blog.test/&title=A+blog&tags=a,b&hidden=1

Source: https://github.com/flattr/developers.flattr.net, content/auto-submit/index.md.
Below our own address ``user_id`` is a username of ours. Old pages name flattr.com, and
a user of Flattr, whom nobody knows any more: of these the page's address is all.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from overallt_server.core.refusals import InvalidThing
from overallt_server.core.words import TITLE_LENGTH

PATH: Final = "/submit/auto"
FLATTRS_OWN: Final = frozenset(
    f"{scheme}://{host}{PATH}"
    for scheme in ("http", "https")
    for host in ("flattr.com", "www.flattr.com")
)
MAX_FIELDS: Final = 20


@dataclass(frozen=True, slots=True)
class Submission:
    """The thing that an address describes; ``username`` ``None``: of nobody here."""

    username: str | None
    url: str
    title: str
    description: str
    language: str
    category: str
    tags: tuple[str, ...]
    hidden: bool


def submission_in(address: str, *, public_url: str) -> Submission | None:
    """Read what *address* describes; ``None`` if it is an address like any other.

    Raises:
        InvalidThing: it describes something without saying where that is.
    """
    before, _, query = address.strip().partition("?")
    is_ours = before == f"{public_url}{PATH}"
    if not is_ours and before not in FLATTRS_OWN:
        return None
    try:
        fields = dict(parse_qsl(query, max_num_fields=MAX_FIELDS))
    except ValueError as error:
        raise InvalidThing("This describes too much.") from error
    url = fields.get("url", "")
    if not url:
        raise InvalidThing("This does not say what is to be flattred: url is missing.")
    return Submission(
        username=fields.get("user_id") if is_ours else None,
        url=url,
        title=fields.get("title") or _title_of(url),
        description=fields.get("description", ""),
        language=fields.get("language", "en_GB"),
        category=fields.get("category", "rest"),
        tags=tuple(fields.get("tags", "").split(",")),
        hidden=fields.get("hidden", "0") not in {"0", ""},
    )


def _title_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InvalidThing("This is no address of a page.") from error
    return f"{parts.netloc}{parts.path}"[: TITLE_LENGTH.stop - 1]
