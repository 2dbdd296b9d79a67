"""References: what a person writes on a bank transfer so that we know whose it is.

A reference is a creditor reference of ISO 11649: ``RF``, two check digits, then what
it is about: two letters, how many digits follow, and these. ``OV217`` is the means of
user 17; ``SU14`` is the money number 4 in suspense, on its way back; ``PA14`` is the
payout number 4. The check digits find every wrong digit and every two that were
swapped. Banks put blanks anywhere; as a reference tells its own length,
``OV217 2026`` is still user 17. A text with two references has none.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

from overallt.protocol.ids import UserId


class Purpose(StrEnum):
    """What a reference is about: the letters after its check digits."""

    MEANS = "OV"
    RETURN = "SU"
    PAYOUT = "PA"


_SCHEME: Final = "RF"
_GAP: Final = r"[\s.,:/-]{0,3}"
_BEGIN: Final = re.compile(
    rf"(?<![A-Z0-9])R{_GAP}F{_GAP}[0-9]{_GAP}[0-9]{_GAP}"
    rf"(?:{'|'.join(_GAP.join(purpose) for purpose in Purpose)})"
    rf"{_GAP}(?P<length>[1-9A-G])"
)
# The length is written as one sign, A for ten: ids stay below 2 to the 53rd.
_LENGTHS: Final = "0123456789ABCDEFG"
_ENDS: Final = {
    sign: re.compile(rf"(?:{_GAP}[0-9]){{{length}}}(?![A-Z0-9])")
    for length, sign in enumerate(_LENGTHS)
}
_NUMBER_AT: Final = len("RF00OV0")


def means_reference(patron: UserId) -> str:
    """Return what *patron* writes on his transfers, without blanks."""
    return _reference(Purpose.MEANS, patron)


def return_reference(number: int) -> str:
    """Return what the operator writes as he sends back the money *number*."""
    return _reference(Purpose.RETURN, number)


def payout_reference(number: int) -> str:
    """Return what the bank is told with the payout *number*, and tells us again."""
    return _reference(Purpose.PAYOUT, number)


def readable(reference: str) -> str:
    """Write *reference* in groups of four, as people copy it."""
    written: str = iso11649.format(reference)
    return written


def find(text: str) -> tuple[Purpose, int] | None:
    """Return what the only reference in *text* is about, ``None`` if none is clear."""
    found = {
        about
        for candidate in _candidates(text.upper())
        if _reference(*(about := _about(candidate))) == candidate
    }
    return found.pop() if len(found) == 1 else None


def _reference(purpose: Purpose, number: int) -> str:
    body = f"{purpose}{_LENGTHS[len(str(number))]}{number}"
    return f"{_SCHEME}{mod_97_10.calc_check_digits(body + _SCHEME)}{body}"


def _candidates(text: str) -> Iterator[str]:
    for begin in _BEGIN.finditer(text):
        end = _ENDS[begin["length"]].match(text, begin.end())
        if end is not None:
            yield "".join(sign for sign in begin[0] + end[0] if sign.isalnum())


def _about(reference: str) -> tuple[Purpose, int]:
    purpose = reference[len("RF00") :][:2]
    return Purpose(purpose), int(reference[_NUMBER_AT:])
