"""The command ``thing`` registers what can be flattred, and who shares it."""

from typing import Any

import pytest


def test_a_thing_is_registered_and_its_text_tag_printed(operator: Any) -> None:
    operator.add_user("mona")
    ran = operator.run(
        *("thing", "add", "--owner", "mona"),
        *("HTTPS://Mona.test/song", "--title", "A song", "--charity"),
    )

    assert 0 == ran.status
    assert ran.out.startswith("Registered https://mona.test/song of mona: [Flattr=")


def test_an_owner_who_is_not_there_is_refused(operator: Any) -> None:
    ran = operator.run(
        "thing", "add", "--owner", "mona", "https://mona.test/", "--title", "A song"
    )

    assert 1 == ran.status
    assert "There is no user called mona.\n" == ran.errors


@pytest.fixture
def song(operator: Any) -> str:
    for name in ("mona", "nina"):
        operator.add_user(name)
    ran = operator.run(
        *("thing", "add", "--owner", "mona", "https://mona.test/", "--title", "A song")
    )
    return str(ran.out.split("[Flattr=")[1].split("]")[0])


def test_a_team_is_named_told_and_ended(operator: Any, song: str) -> None:
    named = operator.run("thing", "team", song, "nina=2", "Mona=1")
    told = operator.run("thing", "team", song)
    ended = operator.run("thing", "team", song, "--end")

    assert "mona: 1 of 3\nnina: 2 of 3\n" == named.out
    assert named.out == told.out
    assert "mona: 1 of 1\n" == ended.out


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("nina=2",), 1, "A team has two members or more."),
        (("nina=2", "mona=0"), 1, "A member of a team weighs 1 to 100."),
        (("nina=2", "olga=1"), 1, "There is no user called olga."),
        (("nina",), 2, "'nina' is not of the form USERNAME=WEIGHT."),
        (("mona=1", "nina=2", "Nina=3"), 2, "Nobody can be in a team twice."),
        (("nina=2", "--end"), 2, "Name the members, or end the team."),
    ],
)
def test_what_is_no_team_is_refused(
    operator: Any, song: str, arguments: tuple[str, ...], status: int, says: str
) -> None:
    ran = operator.run("thing", "team", song, *arguments)

    assert status == ran.status
    assert says in ran.errors


def test_a_team_of_a_thing_that_is_not_there_is_refused(operator: Any) -> None:
    ran = operator.run("thing", "team", "99")

    assert 1 == ran.status
    assert "There is no thing 99.\n" == ran.errors
