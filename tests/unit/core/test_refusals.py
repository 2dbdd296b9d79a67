"""Refusals say in one sentence what is the case."""

import pytest

from overallt_server.core.refusals import NotFound, Refusal


@pytest.mark.parametrize("refusal", Refusal.__subclasses__())
def test_every_refusal_has_a_sentence(refusal: type[Refusal]) -> None:
    sentence = str(refusal())

    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_detail_takes_the_place_of_the_sentence() -> None:
    assert "No such song." == str(NotFound("No such song."))
