import threading

import pytest

from overallt.tagging.searches import (
    TAG_CHARACTERS,
    ends_of_words,
    tag_search,
)


@pytest.mark.parametrize("page", [b"flattr", b"a FLATTR b", b"x" * 99 + b"[fLaTtR=1]"])
def test_the_word_is_found_in_any_case(page: bytes) -> None:
    assert tag_search().ends(page)
    assert [page.lower().find(b"flattr") + 6] == ends_of_words(page)


@pytest.mark.parametrize("end", [b"[", b"[ f", b"[Flatt", b"&", b"&#9", b"&lsqb; Fl"])
def test_what_may_become_a_tag_is_found_at_the_end_only(end: bytes) -> None:
    assert tag_search().ends(b"x" + end)
    assert not tag_search().ends(b"x" + end + b">")
    assert not ends_of_words(end)


def test_every_character_of_a_tag_keeps_its_beginning_open() -> None:
    other = {bytes([each]) for each in range(256)} - {b"[", b"&"}
    kept = {each for each in other if tag_search().ends(b"[" + each)}

    assert set(TAG_CHARACTERS) - set(b"[&") == {each[0] for each in kept}


def test_two_threads_search_at_once() -> None:
    page = b"x" * 5_000_000 + b"flattr"
    found: list[list[int]] = []
    threads = [
        threading.Thread(target=lambda: found.append(ends_of_words(page)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [[len(page)]] * 4 == found
