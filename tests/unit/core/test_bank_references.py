"""A reference on a bank transfer names one patron, or nobody."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import iso11649

from overallt.protocol.ids import UserId
from overallt_server.core.references import (
    Purpose,
    find,
    means_reference,
    payout_reference,
    readable,
    return_reference,
)

ids = st.integers(1, 2**53).map(UserId)


def test_a_reference_is_that_of_the_standard() -> None:
    assert "RF52OV217" == means_reference(UserId(17))
    assert "RF52 OV21 7" == readable("RF52OV217")
    assert iso11649.is_valid(means_reference(UserId(2**53)))


@given(ids)
def test_what_is_written_is_found_again(patron: UserId) -> None:
    reference = means_reference(patron)

    assert (Purpose.MEANS, patron) == find(reference)
    assert (Purpose.MEANS, patron) == find(f"for ada: {readable(reference).lower()}!")


@given(ids)
def test_money_on_its_way_back_is_no_patrons(number: int) -> None:
    assert (Purpose.RETURN, number) == find(return_reference(number))


@given(ids)
def test_a_payout_is_no_patrons_and_none_that_goes_back(number: int) -> None:
    assert (Purpose.PAYOUT, number) == find(payout_reference(number))


@given(ids, st.data())
def test_one_wrong_digit_is_seen(patron: UserId, data: st.DataObject) -> None:
    reference = means_reference(patron)
    places = [i for i, sign in enumerate(reference) if sign.isdigit()]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from(sorted(set("0123456789") - {reference[place]})))
    mistyped = reference[:place] + digit + reference[place + 1 :]

    assert find(mistyped) is None


@given(st.integers(10, 2**53).map(UserId), st.data())
def test_two_digits_swapped_are_seen(patron: UserId, data: st.DataObject) -> None:
    reference = means_reference(patron)
    place = data.draw(st.integers(7, len(reference) - 2))
    two = reference[place : place + 2]
    swapped = reference[:place] + two[::-1] + reference[place + 2 :]
    assume(swapped != reference)

    assert find(swapped) is None


@pytest.mark.parametrize(
    "text",
    [
        "RF52OV217",
        "rf52 ov21 7",
        "RF52 OV21 7 2026",
        "R F 5 2 O V 2 1 7",
        "SVWZ+RF52OV217",
        "RF52-OV217, RF52 OV217",
        "Flattr RF52OV217.",
    ],
)
def test_banks_and_people_write_it_in_many_ways(text: str) -> None:
    assert (Purpose.MEANS, 17) == find(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "RF52",
        "RF52OV",
        "RF52OV2",
        "RF52OV217A",
        "RF52OV2172026",
        "XRF52OV217",
        "RF18539007547034",
        f"RF52OV217 or {means_reference(UserId(1))}",
        "RF53OV217",
        "RF52OV" + "1" * 40,
    ],
)
def test_what_is_not_clear_is_nobodys(text: str) -> None:
    assert find(text) is None
