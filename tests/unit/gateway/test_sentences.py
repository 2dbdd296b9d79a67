"""Every sentence of the gateway's pages is said in every language."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any, override

import pytest
from babel import Locale
from babel.messages.pofile import read_po

from overallt.gateway.languages import ENGLISH, LANGUAGES, sentences
from overallt.gateway.pages import REFUSALS, templates

ROOM = Path(str(resources.files("overallt.gateway")))
OTHERS = [language for language in LANGUAGES if language != ENGLISH]
# What must stand in a translation as it stands in English.
FIXED = re.compile(r"%\(\w+\)s|</?\w+>|overallt \w+|https?://[\w.]+|\[Flattr=ID\]")
# Names and signs that are the same in every language.
UNTRANSLATED = {"Överallt", "·"}
SEEN_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A sentence in English, with its plural where it counts, and its translation."""

    english: tuple[str, ...]
    translated: tuple[str, ...]
    in_doubt: bool


def entries(language: str) -> list[Entry]:
    with (ROOM / "locales" / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    return [
        Entry(_forms(message.id), _forms(message.string), message.fuzzy)
        for message in catalogue
        if message.id
    ]


def _forms(said: Any) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def calls() -> Iterator[ast.Call]:
    """Every ``….message("A title", "A sentence.", …)`` in the room."""
    for path in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "message"
            ):
                yield node


def said() -> set[tuple[str, ...]]:
    """Every sentence that the room's Python and templates say."""
    found = {
        str(argument.value)
        for call in calls()
        for argument in call.args
        if isinstance(argument, ast.Constant)
    }
    found |= {sentence for pair in REFUSALS.values() for sentence in pair}
    counted = set()
    environment = templates()
    for name in environment.list_templates():
        for _, function, sentence in environment.extract_translations(source(name)):  # type: ignore[attr-defined]
            if function == "ngettext":
                counted.add(sentence[:2])
            else:
                found.add(sentence)
    return {(sentence,) for sentence in found} | counted


def source(template: str) -> str:
    return (ROOM / "templates" / template).read_text(encoding="utf-8")


class Seen(HTMLParser):
    """Gathers what a reader sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    @override
    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in SEEN_ATTRIBUTES:
                self.words += (value or "").split()


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_sentence_and_no_other(language: str) -> None:
    assert said() == {entry.english for entry in entries(language)}


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_left_empty_or_in_doubt(language: str) -> None:
    assert [] == [
        entry.english
        for entry in entries(language)
        if entry.in_doubt or not all(entry.translated)
    ]


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_places_elements_commands_and_addresses(
    language: str,
) -> None:
    for entry in entries(language):
        fixed = {tuple(sorted(FIXED.findall(form))) for form in entry.english}

        assert fixed == {
            tuple(sorted(FIXED.findall(form))) for form in entry.translated
        }


@pytest.mark.parametrize("language", OTHERS)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    """A catalogue's formula parts the numbers as Unicode's rule for it does."""
    rule = Locale.parse(language).plural_form
    choose = sentences(language).ngettext
    counted = [entry for entry in entries(language) if len(entry.english) > 1]
    for entry in counted:
        one, more = entry.english
        pairs = {(rule(number), choose(one, more, number)) for number in range(1000)}

        assert len(entry.translated) == len(pairs)
        assert len(entry.translated) == len({name for name, _ in pairs})


def test_a_sentence_in_python_is_written_out_where_it_is_said() -> None:
    """Put together at run time it would be found in no catalogue."""
    put_together = {
        ast.unparse(argument)
        for call in calls()
        for argument in call.args
        if not isinstance(argument, ast.Constant)
    }

    # The one table of sentences is read by itself.
    assert {"*REFUSALS[code]"} == put_together


@pytest.mark.parametrize("template", templates().list_templates())
def test_a_template_says_nothing_but_by_the_catalogue(template: str) -> None:
    text = re.sub(
        r"{%-? trans.*?endtrans -?\+?%}", "", source(template), flags=re.DOTALL
    )
    seen = Seen()
    seen.feed(re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL))
    seen.close()

    assert set(seen.words) <= UNTRANSLATED
