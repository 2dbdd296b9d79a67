"""The code of a thing, scanned back from every file of it."""

from typing import TYPE_CHECKING

import pytest
from scanning import scanned_file

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

TYPES = {
    "": "application/pdf",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


@pytest.mark.parametrize("suffix", TYPES)
async def test_every_file_of_a_code_leads_to_the_thing(
    world: "World", stranger: "Browser", suffix: str
) -> None:
    thing = await world.thing(await world.user("bo"), "song")

    response = await stranger.get(f"/thing/qr/{thing.id}{suffix}")
    content = await response.read()

    assert TYPES[suffix] == response.content_type
    address = f"{world.settings.public_url}/t/{thing.id}"
    assert [address] == scanned_file(content, response.content_type)


async def test_a_username_has_the_code_of_its_profile_thing(
    world: "World", stranger: "Browser"
) -> None:
    bo = await world.user("bo")

    response = await stranger.get("/thing/qr/bo.png")

    address = f"{world.settings.public_url}/t/{bo.profile_thing}"
    assert [address] == scanned_file(await response.read(), response.content_type)


@pytest.mark.parametrize("paper", ["a3", "a4", "a6", "labels"])
async def test_a_poster_is_kept_by_who_has_it(
    world: "World", stranger: "Browser", paper: str
) -> None:
    thing = await world.thing(await world.user("bo"), "song")
    path = f"/thing/qr/{thing.id}.pdf?paper={paper}"
    first = await stranger.get(path)

    again = await stranger.session.get(
        path, headers={"If-None-Match": first.headers["ETag"]}
    )

    assert 304 == again.status
    assert "public, max-age=3600" == first.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/thing/qr/987654321.pdf", 404),
        ("/thing/qr/nobody.svg", 404),
        ("/thing/qr/bo.gif", 404),
        ("/thing/qr/bo.pdf?paper=wall", 400),
    ],
)
async def test_what_there_is_none_of_is_said(
    world: "World", stranger: "Browser", path: str, status: int
) -> None:
    await world.user("bo")

    assert status == (await stranger.get(path)).status
