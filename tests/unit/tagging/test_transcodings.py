import pytest

from overallt.tagging.transcodings import Transcoder


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
def test_the_way_back_is_exact_however_it_is_cut(charset: str) -> None:
    page = "a\u20ac\U0001f600\ud800b\udc00".encode(charset, "surrogatepass") + b"x"
    transcoder = Transcoder(charset)
    pieces = [transcoder.read(page[at : at + 1]) for at in range(len(page))]

    assert page == b"".join(map(transcoder.write, pieces)) + transcoder.held()
    assert b"" == transcoder.held()
