from overallt.tagging.pieces import Pieces


def test_what_was_put_in_comes_out_once_and_in_order() -> None:
    pieces = Pieces()
    for number in range(10_000):
        pieces.add(b"%d," % number)
    out = list(pieces.drained())

    assert [b"%d" % number for number in range(10_000)] == b"".join(out).split(b",")[
        :-1
    ]
    assert [] == list(pieces.drained())


def test_large_pieces_come_out_as_they_are() -> None:
    large = b"x" * (1 << 16)
    pieces = Pieces()
    pieces.add(large)
    pieces.add(large)

    assert all(each is large for each in pieces.drained())


def test_what_is_forgotten_never_comes_out() -> None:
    pieces = Pieces()
    for _ in range(5000):
        pieces.add(b"x")
    pieces.clear()

    assert [] == list(pieces.drained())
