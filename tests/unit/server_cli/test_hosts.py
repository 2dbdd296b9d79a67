"""The command ``host`` notes what an owner has proved."""

from typing import Any

import pytest


@pytest.fixture
def song(operator: Any) -> str:
    operator.add_user("mona")
    ran = operator.run(
        *("thing", "add", "--owner", "mona", "https://mona.test/", "--title", "A song")
    )
    return str(ran.out.split("[Flattr=")[1].split("]")[0])


def test_a_host_is_noted_and_taken_back(operator: Any, song: str) -> None:
    noted = operator.run("host", "add", song, "Mona.test")
    taken_back = operator.run("host", "remove", song, "mona.test")

    assert f"mona.test is confirmed for [Flattr={song}].\n" == noted.out
    assert f"mona.test is confirmed for [Flattr={song}] no longer.\n" == taken_back.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "99", "mona.test"), "There is no thing 99."),
        (("add", "1", "mona"), "A host is named like www.example.org"),
        (("remove", "1", "other.test"), "other.test is not noted for thing 1."),
    ],
)
@pytest.mark.usefixtures("song")
def test_what_cannot_be_is_refused(
    operator: Any, arguments: tuple[str, ...], says: str
) -> None:
    ran = operator.run("host", *arguments)

    assert 1 == ran.status
    assert says in ran.errors
