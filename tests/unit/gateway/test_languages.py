"""Which language a browser is answered in."""

from typing import Any

import pytest

from overallt.gateway.languages import LANGUAGES, preferred, sentences


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("sv", "sv"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("RU-Cyrl-RU", "ru"),
        ("fr-FR,fr;q=0.9,sv;q=0.8,en;q=0.7", "sv"),
        ("en;q=0.5, de ; q=0.7 ,sv;q=0.6", "de"),
        ("sv;q=0.5,ru;q=0.5", "sv"),
        ("sv;q=0.501,ru;q=0.502", "ru"),
        ("de;q=0,ru;q=0.001", "ru"),
        ("de;q=0", "en"),
        ("fr,zh;q=0.9", "en"),
        ("*", "en"),
        ("de;q=0.3,*;q=0.5", "en"),
        ("swedish,devanagari", "en"),
        ("sv;q=2,ru;q=0.1", "ru"),
        ("sv;level=1,de;q=,;q=1,,ru", "ru"),
    ],
)
def test_the_best_liked_of_our_languages_is_spoken(header: str, language: str) -> None:
    assert language == preferred(header)


@pytest.mark.parametrize(
    "header", ["a;q=0." * 20_000, "," * 100_000, "a" + "-a" * 50_000 + "!"]
)
def test_a_header_that_is_none_is_answered_in_english(header: str) -> None:
    assert "en" == preferred(header)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", {1: "flattr", 2: "flattrs", 21: "flattrs"}),
        ("sv", {0: "flattringar", 1: "flattring", 21: "flattringar"}),
        ("de", {0: "Flattrs", 1: "Flattr", 21: "Flattrs"}),
        (
            "ru",
            {0: "флаттров", 1: "флаттр", 3: "флаттра", 5: "флаттров", 12: "флаттров"}
            | {21: "флаттр", 24: "флаттра", 111: "флаттров", 112: "флаттров"},
        ),
    ],
)
def test_each_language_counts_in_its_own_way(
    language: str, forms: dict[int, str]
) -> None:
    one, more = "%(shown)s flattr this month", "%(shown)s flattrs this month"
    counted = sentences(language).ngettext

    assert forms == {count: counted(one, more, count).split()[1] for count in forms}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_names_its_language(browser: Any, language: str) -> None:
    answer = await browser.open("/", changed={"accept-language": f"{language}-XX"})

    assert f'<html lang="{language}">' in answer.body.decode()


async def test_a_ticket_of_one_language_is_good_in_another(
    browser: Any, api: Any
) -> None:
    shown = await browser.open("/give/7", changed={"accept-language": "sv"})
    browser.wait(seconds=1)
    form = f"ticket={browser.ticket_in(shown)}&step=give".encode()

    answer = await browser.send("/give/7", form, changed={"accept-language": "de"})

    assert "<h1>Vill du flattra det här?</h1>" in shown.body.decode()
    assert "<h1>Geflattrt</h1>" in answer.body.decode()
    assert len(api.click_ids) == 1


async def test_an_unknown_refusal_without_words_says_nothing_of_the_catalogue(
    browser: Any, api: Any
) -> None:
    """For an empty sentence gettext gives the catalogue's own header."""
    api.refusal, api.refuses, api.words = "of_tomorrow", "GET", ""

    answer = await browser.open("/give/7", changed={"accept-language": "sv"})

    assert "Servern nekade" in answer.body.decode()
    assert b"Plural-Forms" not in answer.body
