"""The progress bar goes forward, in whatever order several workers tell."""

from overallt_server.cli.progress import Progress


def test_what_was_done_before_does_not_turn_it_back() -> None:
    with Progress("Settling") as progress:
        progress(3, 5)
        progress(2, 5)
        bar = progress._bar

    assert bar is not None
    assert 3 == bar.pos
