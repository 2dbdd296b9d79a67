"""The patron's list of hosts, as he and the command write it."""

from pathlib import Path

import pytest

from overallt.client.opt_out_file import (
    OptOutFile,
    OptOutHosts,
    WrongHost,
    parse,
    read_host,
)

WRITTEN = """
# My own.
Bank.example   # the one I use
!mail.example
*.gov.uk
 https://a.example/b

co.uk
!two words
"""


@pytest.fixture
def file(tmp_path: Path) -> OptOutFile:
    return OptOutFile(tmp_path / "opt-out.txt")


def test_what_was_written_by_hand_is_understood() -> None:
    assert OptOutHosts(
        left_alone=frozenset({"bank.example", "gov.uk", "a.example"}),
        excepted=frozenset({"mail.example"}),
        wrong=(8, 9),
    ) == parse(WRITTEN)


def test_a_list_that_is_not_there_is_empty(file: OptOutFile) -> None:
    assert OptOutHosts() == file.read()


def test_what_is_added_twice_stands_there_once(file: OptOutFile) -> None:
    file.path.write_text("# Note.\na.example # why\n!b.example\n")
    file.add("A.example", excepted=True)
    file.add("b.example", excepted=True)

    assert "# Note.\n!a.example\n!b.example\n" == file.path.read_text()


def test_a_whole_suffix_is_written_and_forgotten_as_one(file: OptOutFile) -> None:
    file.add("*.co.uk", excepted=False)
    written = file.path.read_text()

    assert "*.co.uk\n" == written
    assert file.forget("*.co.uk")
    assert "" == file.path.read_text()


def test_a_list_that_is_taken_away_holds_no_longer(file: OptOutFile) -> None:
    file.add("a.example", excepted=False)
    before = file.read()
    file.path.unlink()

    assert frozenset({"a.example"}) == before.left_alone
    assert OptOutHosts() == file.read()


def test_bytes_that_are_no_text_spoil_their_line_alone(file: OptOutFile) -> None:
    file.path.write_bytes(b"a.example\n\xff\xfe b\n")

    assert (frozenset({"a.example"}), (2,)) == (
        file.read().left_alone,
        file.read().wrong,
    )


@pytest.mark.parametrize("text", ["", "co.uk", "github.io", "se", "a b", "!x.se"])
def test_what_nobody_can_mean_is_refused(text: str) -> None:
    with pytest.raises(WrongHost):
        read_host(text)
