"""The command ``thing`` registers what can be flattred."""

from typing import Any


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
