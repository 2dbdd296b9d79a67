from overallt.tagging.escapes import Mask


def test_what_stands_between_escapes_is_masked() -> None:
    page = "<p>\u65e5[x]".encode("iso-2022-jp")

    assert b"<p>" + b"\x80" * 8 + b"[x]" == Mask().cover(page)


def test_however_it_is_cut_the_same_is_masked() -> None:
    page = b"a\x1b$B[[[[\x1b(Bb\x1b(Icc\x1b(J[d\x1b$@ee\x1bx\x1b(B\x1b"
    whole = Mask().cover(page)
    mask = Mask()
    pieces = [mask.cover(page[at : at + 1]) for at in range(len(page))]

    assert len(page) == len(whole) == len(b"".join(pieces))
    assert [byte == 0x80 for byte in whole].count(False) == len(b"ab[d\x1b")


def test_a_bracket_is_ascii_only_outside_of_escapes() -> None:
    mask = Mask()
    seen = []
    for piece in (b"a", b"\x1b", b"$", b"B", b"[[", b"\x1b(", b"B", b"["):
        mask.cover(piece)
        seen.append(mask.is_ascii)

    assert [True, False, False, False, False, False, True, True] == seen
