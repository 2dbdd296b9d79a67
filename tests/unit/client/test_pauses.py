"""Pauses grow, end somewhere, and are never the same for everybody."""

from overallt.client.pauses import Pauses


def test_each_is_at_most_twice_the_one_before_up_to_the_last() -> None:
    pauses = Pauses(first_seconds=1, last_seconds=10)

    took = [pauses.next() for _ in range(8)]

    longest = [1, 2, 4, 8, 10, 10, 10, 10]
    assert all(most / 2 <= one <= most for one, most in zip(took, longest, strict=True))


def test_no_two_who_wait_wait_the_same() -> None:
    first = {Pauses(first_seconds=1, last_seconds=10).next() for _ in range(20)}

    assert len(first) > 1


def test_after_an_answer_it_begins_anew() -> None:
    pauses = Pauses(first_seconds=1, last_seconds=10)
    for _ in range(5):
        pauses.next()

    pauses.start_over()

    assert pauses.next() <= 1
