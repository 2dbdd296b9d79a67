"""Descriptions: what a page says of itself, as far as a thing can be described by it.

Nothing here is refused: a page is no person who could mend it. What does not fit is
made to fit, or left out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from overallt_server.core.refusals import InvalidThing
from overallt_server.core.words import (
    LANGUAGES,
    MAX_DESCRIPTION_LENGTH,
    MAX_TAGS,
    TITLE_LENGTH,
    tags_of,
)

# Where Flattr's code is not the language's own of today (ISO 639-1).
_FLATTRS_LANGUAGES: Final = {"he": "iw", "id": "in", "nb": "no", "nn": "no"}
_CODES: Final = {code.partition("_")[0]: code for code in LANGUAGES}
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a thing; empty: nothing is said."""

    title: str = ""
    description: str = ""
    language: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()

    def completed_by(self, other: "Description") -> "Description":
        """Return this description; what it does not say, *other* says."""
        return Description(
            title=self.title or other.title,
            description=self.description or other.description,
            language=self.language or other.language,
            category=self.category or other.category,
            tags=self.tags or other.tags,
        )


NOTHING: Final = Description()
# For whom nobody says more.
USUAL: Final = Description(language="en_GB", category="rest")


def fitting_title(text: str) -> str:
    """Return *text* as a title, cut where it is too long; empty if it is none."""
    title = _cut(" ".join(_readable(text).split()), TITLE_LENGTH.stop - 1)
    return title if len(title) in TITLE_LENGTH else ""


def fitting_description(text: str) -> str:
    """Return *text* as a description of one line, cut where it is too long."""
    return _cut(" ".join(_readable(text).split()), MAX_DESCRIPTION_LENGTH)


def fitting_language(tag: str) -> str:
    """Return the code of the language that a page calls *tag* (``sv``, ``en-US``)."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return _CODES.get(_FLATTRS_LANGUAGES.get(language, language), "")


def fitting_tags(words: Iterable[str]) -> tuple[str, ...]:
    """Return those of *words* that can be tags, as many as a thing may have."""
    tags: list[str] = []
    for word in words:
        try:
            tags += tags_of([word])
        except InvalidThing:
            continue
    return tuple(dict.fromkeys(tags))[:MAX_TAGS]


def _readable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - len(_CUT)].rstrip() + _CUT
