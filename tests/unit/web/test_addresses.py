"""Where a reader may be sent after signing in."""

import pytest

from overallt_server.web.addresses import (
    is_for_programs,
    local_path,
    sign_in_and_come_back,
)


@pytest.mark.parametrize("path", ["/", "/dashboard", "/budget?amount=5&paused=0#x"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert path == local_path(path, otherwise="/home")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dashboard",
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/a\nb",
        "/é",
        " /dashboard",
    ],
)
def test_what_might_lead_elsewhere_is_not(text: str) -> None:
    assert "/home" == local_path(text, otherwise="/home")


def test_the_way_back_survives_the_query() -> None:
    path = sign_in_and_come_back("/budget?amount=5&paused=0")

    assert "/signin?next=%2Fbudget%3Famount%3D5%26paused%3D0" == path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/rest/v2/user", True),
        ("/oauth/token", True),
        ("/oauth/device", True),
        ("/oauth/authorize", False),
        ("/device", False),
        ("/rest", False),
        ("/", False),
    ],
)
def test_programs_have_their_own_addresses(path: str, expected: object) -> None:
    assert expected == is_for_programs(path)
