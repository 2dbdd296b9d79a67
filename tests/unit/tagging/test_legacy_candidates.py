import time
from collections.abc import Callable
from typing import Any

import pytest
from legacy_markup import CASES, event, name_of

from overallt.tagging import legacy_candidates
from overallt.tagging.legacy_buttons import LegacyButton, LegacyKind
from overallt.tagging.legacy_candidates import LONGEST_BYTES, LegacyCandidate

START = b'<a class="FlattrButton" href="/p">'
BUTTON = START + b"</a>"


def test_a_candidate_stands_where_its_element_is() -> None:
    button = LegacyButton(LegacyKind.BUTTON, url="/p", description="x")
    expected = LegacyCandidate(button, 3, 3 + len(BUTTON) + 1)

    assert [expected] == legacy_candidates.candidates(b"<p>" + START + b"x</a> y")


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_all_that_the_vectors_tell_is_found(case: dict[str, Any]) -> None:
    """What is found and not told is no live markup, as only a reader can know."""
    found = legacy_candidates.candidates(case["html"].encode())

    left = iter([event(each.button) for each in found])
    assert all(each in left for each in case["events"])


def test_what_has_no_end_ends_with_its_tag() -> None:
    (candidate,) = legacy_candidates.candidates(b'<meta name="flattr:id" content=x>y')

    assert (0, 33) == (candidate.start, candidate.end)


def test_no_candidate_holds_another() -> None:
    found = legacy_candidates.candidates(START + BUTTON + b"<!--" + BUTTON + BUTTON)

    starts = [len(START), len(START) + len(BUTTON) + 4]
    starts.append(starts[-1] + len(BUTTON))
    assert starts == [each.start for each in found]
    assert [each + len(BUTTON) for each in starts] == [each.end for each in found]


@pytest.mark.parametrize("sign", ["<", ">"])
def test_no_angle_bracket_may_stand_in_a_value(sign: str) -> None:
    tag = f'<a class="FlattrButton" title="{sign}" href="/p">x</a>'.encode()

    assert [] == legacy_candidates.candidates(tag)
    assert len(tag) - 1 == legacy_candidates.unfinished_from(tag[:-1])


@pytest.mark.parametrize(
    "whole",
    [
        START + b"x<b>y</b><br></a>",
        b"<IFRAME src=//button.flattr.com/view/?uid=a></iframe >",
        b"<link rel=payment href=//flattr.com/thing/7>",
        b"<meta name='flattr:id' content='y'>",
        b"<script src=//api.flattr.com/js/0.6/load.js> </script>",
    ],
)
def test_every_beginning_is_held_back_until_it_is_whole(whole: bytes) -> None:
    beginnings = [b"<p>" + whole[:end] for end in range(1, len(whole))]

    assert {3} == {legacy_candidates.unfinished_from(each) for each in beginnings}
    assert 3 + len(whole) == legacy_candidates.unfinished_from(b"<p>" + whole)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"<b",
        b"</",
        b"<abbr",
        b"<a>",
        b"<a href=x>x",
        b"<a href='/flattr'>x",
        b"<iframe>",
        START + b"<p>",
        START + b"</b>",
        START + b"<br>" * 64,
        START + b"x" * LONGEST_BYTES,
        b"<a " + b"x" * LONGEST_BYTES,
    ],
)
def test_what_cannot_become_old_markup_is_not_held_back(data: bytes) -> None:
    assert len(data) == legacy_candidates.unfinished_from(data)


def test_the_longest_beginning_is_held_back() -> None:
    longest = START + b"x" * (LONGEST_BYTES - len(BUTTON)) + b"</a"
    longer = longest.replace(b"</a", b"x</a")

    assert 3 == legacy_candidates.unfinished_from(b"<p>" + longest)
    assert len(longer) == legacy_candidates.unfinished_from(longer)
    assert [] == legacy_candidates.candidates(b"x" + longest + b" >")
    assert 1 == len(legacy_candidates.candidates(b"x" + longest + b">"))


def test_the_word_may_stand_at_either_end_of_the_longest_element() -> None:
    filling = b"x" * (LONGEST_BYTES - len(BUTTON))
    late = BUTTON.replace(b"<a ", b"<a title=" + filling[len("title= ") :] + b" ")
    early = START + filling + b"</a>"
    pages = [b"<p>" * LONGEST_BYTES + each * 2 for each in (late, early)]

    found = [legacy_candidates.candidates(page) for page in pages]

    begins = [3 * LONGEST_BYTES, 4 * LONGEST_BYTES]
    assert [begins] * 2 == [[each.start for each in both] for both in found]


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "brackets": lambda size: b"flattr" + b"<" * 8 * size,
    "openings": lambda size: b"flattr" + b"<a " * 3 * size,
    "unclosed buttons": lambda size: START * size,
    "one unclosed button": lambda size: START + b"<b>" * 9 * size,
    "breaks": lambda size: (START + b"<br>" * 70) * (size // 10),
    "an endless tag": lambda size: b"<a flattr " + b"b=c " * 8 * size,
    "unclosed quotes": lambda size: b"<a flattr b='" * 2 * size,
    "no openings": lambda size: b"flattr" + b"<abbr>" * 5 * size,
    "references": lambda size: START[:-2] + b"&#1" * 10 * size + b'">',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_four_times_the_page_takes_about_four_times_as_long(kind: str) -> None:
    def seconds(page: bytes) -> float:
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            legacy_candidates.candidates(page)
            legacy_candidates.unfinished_from(page)
            best = min(best, time.process_time() - start)
        return best

    once, four_times = (seconds(HOSTILE[kind](size)) for size in (2_000, 8_000))

    # Quadratic time would be sixteen times; the rest is room for a busy machine.
    assert four_times < 9 * once + 0.02
