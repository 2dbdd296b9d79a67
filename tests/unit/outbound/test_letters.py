"""Letters say the same in text, in HTML and in every language."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from importlib import resources

import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup

from overallt.protocol.ids import UserId
from overallt_server.core.mails import LANGUAGES, Mail, MailKind
from overallt_server.outbound.letters import (
    ENGLISH,
    FROM,
    GREETING,
    LETTERS,
    PACKAGE,
    Letters,
)
from overallt_server.use_cases.mailing import PATHS

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
URL = "https://overallt.example"
OTHERS = [language for language in LANGUAGES if language != ENGLISH]
PLACES = re.compile(r"%\(\w+\)s")


def mail(kind: MailKind, language: str = ENGLISH, key: str = "key") -> Mail:
    names = {"username": "a<b>&c"}
    return Mail(key, kind, UserId(1), "ada@example.org", language, names, NOW)


def written(kind: MailKind, language: str = ENGLISH, key: str = "key") -> bytes:
    letters = Letters(public_url=URL, sender="post@overallt.example")
    path = "/confirm?token=0123456789abcdef" if LETTERS[kind].press else None
    return letters.write(mail(kind, language, key), path=path, now=NOW).as_bytes()


def said() -> set[str]:
    """Every sentence that may be said."""
    found = {GREETING, FROM}
    for letter in LETTERS.values():
        found |= {letter.subject, letter.press, *letter.sentences, *letter.after}
    return found - {""}


def entries(language: str) -> dict[str, str]:
    file = resources.files(PACKAGE) / "locales" / f"{language}.po"
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language, abort_invalid=True)
    return {
        str(each.id): str(each.string)
        for each in catalogue
        if each.id and not each.fuzzy
    }


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_sentence_of_mails_and_no_other(language: str) -> None:
    found = entries(language)

    assert said() == set(found)
    assert "" not in found.values()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translated_mail_leaves_the_same_places_open(language: str) -> None:
    for english, translated in entries(language).items():
        assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(translated))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MailKind)
def test_text_and_html_say_the_same(kind: MailKind, language: str) -> None:
    message = message_from_bytes(written(kind, language), policy=default)
    text, html = (str(part.get_content()) for part in message.iter_parts())
    seen = " ".join(BeautifulSoup(html, "lxml").get_text().split())

    for line in filter(None, map(str.strip, text.splitlines())):
        if line != "--" and not line.startswith(URL):
            assert line.removesuffix(":") in seen
    for link in re.findall(rf"^{URL}\S+$", text, re.MULTILINE):
        assert f'href="{link}"' in html


@pytest.mark.parametrize("kind", MailKind)
def test_a_letter_with_a_link_says_what_to_press(kind: MailKind) -> None:
    assert (kind in PATHS) == bool(LETTERS[kind].press)


def test_heads_are_those_of_a_program() -> None:
    message = message_from_bytes(written(MailKind.CONFIRM, "ru"), policy=default)

    assert "ada@example.org" == message["To"]
    assert "Överallt <post@overallt.example>" == message["From"]
    assert "Это ваш адрес?" == message["Subject"]
    assert "auto-generated" == message["Auto-Submitted"]
    assert "ru" == message["Content-Language"]
    assert message["Message-ID"].endswith("@overallt.example>")


def test_a_mail_keeps_its_message_id_and_no_other_has_it() -> None:
    ids = [
        message_from_bytes(written(MailKind.CONFIRM, key=key), policy=default)[
            "Message-ID"
        ]
        for key in ("one", "one", "two")
    ]

    assert ids[0] == ids[1] != ids[2]
