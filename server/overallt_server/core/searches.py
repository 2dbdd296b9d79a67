"""Searches: which things are wanted, and which of them come first.

Tags are written as Flattr's clients write them: ``game | games ! software`` are the
things with one of the first two and without the last. ``&`` binds closer than ``|``;
what stands behind ``!`` is left out whatever stands around it. A tag is found in any
case; one that has such a sign itself cannot be asked for.

Source: https://github.com/flattr/developers.flattr.net, "Search things" in
content/api/resources/things.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from overallt_server.core.refusals import InvalidRequest

MAX_WORDS: Final = 20
MAX_TAGS: Final = 20

_TAG: Final = re.compile(r"([|&!]*)([^|&!]+)")


class Sort(StrEnum):
    """Which things come first."""

    RELEVANCE = "relevance"
    TREND = "trend"
    FLATTRS = "flattrs"
    FLATTRS_MONTH = "flattrs_month"
    FLATTRS_WEEK = "flattrs_week"
    FLATTRS_DAY = "flattrs_day"


@dataclass(frozen=True, slots=True)
class Heat:
    """What a flattr younger than *within* counts where things are sorted."""

    within: timedelta
    weight: int


_DAY: Final = Heat(timedelta(days=1), 1)
_WEEK: Final = Heat(timedelta(days=7), 1)
_MONTH: Final = Heat(timedelta(days=30), 1)

# The first that fits counts; without any, each flattr counts one, however old it is.
# The trend weighs a span by how much shorter than a month it is: so things cool down.
HEATS: Final[Mapping[Sort, tuple[Heat, ...]]] = {
    Sort.RELEVANCE: (),
    Sort.TREND: (Heat(_DAY.within, 30), Heat(_WEEK.within, 4), _MONTH),
    Sort.FLATTRS: (),
    Sort.FLATTRS_MONTH: (_MONTH,),
    Sort.FLATTRS_WEEK: (_WEEK,),
    Sort.FLATTRS_DAY: (_DAY,),
}


@dataclass(frozen=True, slots=True)
class WantedTags:
    """Tags in lower case: all of at least one of *any_of*, and none of *none_of*.

    Without any in *any_of* all things are wanted that are not left out.
    """

    any_of: tuple[tuple[str, ...], ...]
    none_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThingSearch:
    """Which things are wanted; what is empty, or ``None``, leaves none out.

    All *words* stand in title, description or tags of each; *url* is in normal form.
    """

    words: tuple[str, ...]
    url: str | None
    tags: WantedTags
    languages: tuple[str, ...]
    categories: tuple[str, ...]
    username: str | None
    sort: Sort


def words_in(text: str) -> tuple[str, ...]:
    """Return the words to look for in *text*, each once.

    Raises:
        InvalidRequest: there are too many.
    """
    words = tuple(dict.fromkeys(text.split()))
    if len(words) > MAX_WORDS:
        raise InvalidRequest(f"At most {MAX_WORDS} words are looked for at once.")
    return words


def tags_in(text: str) -> WantedTags:
    """Read which tags *text* asks for.

    Raises:
        InvalidRequest: there are too many.
    """
    any_of: list[list[str]] = []
    none_of: list[str] = []
    is_next_to = False
    for signs, written in _TAG.findall(text):
        is_next_to = is_next_to and "|" not in signs
        tag = " ".join(written.lower().split())
        if not tag:
            continue
        if signs.endswith("!"):
            none_of.append(tag)
        elif is_next_to:
            any_of[-1].append(tag)
        else:
            any_of.append([tag])
            is_next_to = True
    if sum(map(len, any_of)) + len(none_of) > MAX_TAGS:
        raise InvalidRequest(f"At most {MAX_TAGS} tags are looked for at once.")
    return WantedTags(tuple(map(tuple, any_of)), tuple(none_of))
