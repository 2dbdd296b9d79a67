"""Languages: which one a browser asks for, and its catalogue of sentences.

The sentences stand in English where they are said, in Python and in templates.
Every other language has one gettext catalogue, ``locales/sv.po``: what people
translate is what is read, at the start, so there is nothing to compile. A sentence
that a catalogue lacked would be said in English; a test lets none be lacking.
"""

import re
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "sv", "de", "ru")

# RFC 9110, 12.4.2 and 12.5.4. A region or script is passed over: what is said to
# Germany is said to Austria, too.
_RANGE: Final = re.compile(
    r"\s*([a-z]{1,8}|\*)(?:-[a-z0-9]{1,8})*"
    r"(?:\s*;\s*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?\s*",
    re.ASCII | re.IGNORECASE,
)


def preferred(accept_language: str) -> str:
    """Return which of our languages that header likes most; of equals, the first.

    English if it is empty, names none of ours, or likes them all the same (``*``).
    """
    best, best_weight = ENGLISH, 0.0
    for part in accept_language.split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            continue
        language = found[1].lower().replace("*", ENGLISH)
        weight = float(found[2] or 1)
        if language in LANGUAGES and weight > best_weight:
            best, best_weight = language, weight
    return best


def sentences(language: str) -> NullTranslations:
    """Read the catalogue of *language*; English needs none."""
    if language == ENGLISH:
        return NullTranslations()
    file = resources.files("overallt.gateway") / "locales" / f"{language}.po"
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
