"""Seals: where a link was printed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from overallt.gateway.seals import Printed, Seals, load_key

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
PAGE = "https://site.test/song"
PRINTED = Printed(PAGE, in_document=True)
LONG = Printed(PAGE + "x" * 5000, in_document=False)


def test_a_seal_tells_its_page() -> None:
    seals = Seals(bytes(32))

    assert PRINTED == seals.open(seals.seal(PRINTED, "7", START), "7", START)


def test_a_seal_tells_whether_the_page_was_a_document() -> None:
    seals = Seals(bytes(32))
    framed = Printed(PAGE, in_document=False)

    assert framed == seals.open(seals.seal(framed, "7", START), "7", START)


def test_no_two_seals_are_alike_and_none_shows_its_page() -> None:
    seals = Seals(bytes(32))
    made = {seals.seal(PRINTED, "7", START) for _ in range(100)}

    assert len(made) == 100
    assert not any("site" in seal for seal in made)


def test_a_changed_seal_is_unknown() -> None:
    seals = Seals(bytes(32))
    seal = seals.seal(PRINTED, "7", START)
    changed = [
        seal[:at] + ("A" if seal[at] != "A" else "B") + seal[at + 1 :]
        for at in range(len(seal) - 1)
    ]

    assert {None} == {seals.open(each, "7", START) for each in changed}


@pytest.mark.parametrize("seal", ["", "A", "AAAA", "ä", "=" * 9, "!" * 90])
def test_nonsense_is_unknown(seal: str) -> None:
    assert Seals(bytes(32)).open(seal, "7", START) is None


def test_a_seal_is_for_one_id() -> None:
    seals = Seals(bytes(32))

    assert seals.open(seals.seal(PRINTED, "7", START), "8", START) is None


def test_a_seal_lives_for_a_day() -> None:
    seals = Seals(bytes(32))
    seal = seals.seal(PRINTED, "7", START)

    assert PRINTED == seals.open(seal, "7", START + timedelta(hours=23, minutes=59))
    assert seals.open(seal, "7", START + timedelta(hours=24, seconds=1)) is None
    assert seals.open(seal, "7", START - timedelta(hours=1)) is None


def test_a_long_address_is_cut() -> None:
    seals = Seals(bytes(32))
    opened = seals.open(seals.seal(LONG, "7", START), "7", START)

    assert opened is not None
    assert len(opened.page) == 1000


def test_the_key_outlives_a_restart_and_is_its_users_own(tmp_path: Path) -> None:
    path = tmp_path / "seal.key"

    first, second = load_key(path), load_key(path)

    assert first == second
    assert len(first) == 32
    assert path.stat().st_mode & 0o777 == 0o600
