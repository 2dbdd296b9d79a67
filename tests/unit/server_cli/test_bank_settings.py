"""A bank account that cannot be one is refused before anybody pays into it."""

from typing import Any

import pytest

IBAN = "DE89 3704 0044 0532 0130 00"


def test_an_account_is_read_as_people_write_it(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERALLT_BANK_NAME", "Kassa")
    monkeypatch.setenv("OVERALLT_BANK_IBAN", IBAN)
    monkeypatch.setenv("OVERALLT_BANK_BIC", "COBADEFFXXX")

    assert (
        "OVERALLT_BANK_IBAN = 'DE89370400440532013000'" in operator.run("settings").out
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"IBAN": "DE88 3704 0044 0532 0130 00"}, "BANK_IBAN cannot be used"),
        ({"IBAN": "nonsense"}, "BANK_IBAN cannot be used"),
        ({"NAME": " "}, "OVERALLT_BANK_NAME has to say whose account it is"),
        ({"NAME": "N" * 71}, "BANK_NAME cannot be used"),
        ({"BIC": "COBA"}, "BANK_BIC cannot be used"),
    ],
)
def test_an_account_that_cannot_be_is_one_sentence(
    operator: Any,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, str],
    said: str,
) -> None:
    for name, value in ({"NAME": "Kassa", "IBAN": IBAN} | settings).items():
        monkeypatch.setenv(f"OVERALLT_BANK_{name}", value)

    ran = operator.run("settings")

    assert 1 == ran.status
    assert said in ran.errors


def test_transfers_are_in_euro_only(
    operator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERALLT_CURRENCY", "SEK")
    monkeypatch.setenv("OVERALLT_BANK_NAME", "Kassa")
    monkeypatch.setenv("OVERALLT_BANK_IBAN", IBAN)

    assert "bank transfers are in EUR" in operator.run("settings").errors
