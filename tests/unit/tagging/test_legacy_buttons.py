"""What old markup says; each of its forms stands in tests/vectors/legacy.json."""

import pytest

from overallt.tagging import legacy_buttons
from overallt.tagging.legacy_buttons import LegacyButton, LegacyKind
from overallt.tagging.start_tags import StartTag


def read(source: str | bytes) -> LegacyButton | None:
    data = source.encode() if isinstance(source, str) else source
    return legacy_buttons.read(StartTag(data[1:].split()[0].lower(), data))


def test_a_button_says_what_its_attributes_say() -> None:
    button = read('<a class="FlattrButton" href="/p" data-flattr-uid="ada" title="T">')

    assert LegacyButton(LegacyKind.BUTTON, url="/p", user="ada", title="T") == button


def test_other_elements_are_no_old_markup() -> None:
    assert read('<p class="FlattrButton" href="/p">') is None


def test_what_names_nothing_is_no_button_unless_it_is_a_loader() -> None:
    src = "api.flattr.com/js/0.6/load.js"

    assert read("<a href=//flattr.com/submit/auto?title=T>") is None
    assert LegacyButton(LegacyKind.LOADER) == read(f"<script src=//{src}>")


@pytest.mark.parametrize(
    ("kind", "is_seen"),
    [
        (LegacyKind.BUTTON, True),
        (LegacyKind.FRAME, True),
        (LegacyKind.BADGE, True),
        (LegacyKind.PAYMENT, False),
        (LegacyKind.META, False),
        (LegacyKind.LOADER, False),
    ],
)
def test_readers_see_what_is_no_mere_information(
    kind: LegacyKind, *, is_seen: bool
) -> None:
    assert is_seen == LegacyButton(kind).is_seen


def test_a_button_is_described_by_its_content() -> None:
    button = LegacyButton(LegacyKind.BUTTON)

    assert "a\nb &" == button.described_by(b" a<BR/>b <i>&amp;</i>\n").description
    assert button == button.described_by(b" <br> ")


def test_a_badge_is_not_described_by_its_content() -> None:
    badge = LegacyButton(LegacyKind.BADGE, description="D")

    assert badge == badge.described_by(b"Flattr this!")


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("http://blog.example/", True),
        ("//blog.example/", False),
        ("/p", False),
        ("http:blog.example", False),
        ("mailto:ada@blog.example", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_an_address_in_a_query_is_whole(address: str, *, is_taken: bool) -> None:
    badge = read(f'<a href="//flattr.com/submit/auto?user_id=ada&url={address}">')

    assert badge is not None
    assert (address if is_taken else None) == badge.url


def test_letters_of_other_charsets_are_replaced() -> None:
    button = read(b'<a class="FlattrButton" title="\xe5" href="/p">')

    assert button is not None
    assert "\ufffd" == button.title


def test_an_address_is_not_taken_unless_all_of_it_is_known() -> None:
    assert read(b'<a class="FlattrButton" href="/\xe5">') is None


def test_a_frames_address_says_what_its_element_would() -> None:
    address = "https://api.flattr.com/button/view/?url=https%3A%2F%2Fblog.example%2Fp"

    old = legacy_buttons.read_frame(address)

    assert LegacyButton(LegacyKind.FRAME, url="https://blog.example/p") == old
    assert legacy_buttons.read_frame("https://blog.example/button/view/") is None
