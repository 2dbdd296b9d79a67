"""Languages and categories in the API: what describes a thing, as old clients ask."""

from typing import TYPE_CHECKING

import pytest

from overallt.protocol import codec, messages

if TYPE_CHECKING:
    from tests.web.conftest import World


@pytest.mark.parametrize("suffix", ["", ".json"])
@pytest.mark.parametrize(
    ("path", "how_many", "word"),
    [
        ("languages", 44, messages.Word("en_GB", "English")),
        ("categories", 7, messages.Word("rest", "Other")),
    ],
)
async def test_all_words_are_listed_to_everybody(
    world: "World", path: str, how_many: int, word: messages.Word, suffix: str
) -> None:
    response = await world.client.get(f"/rest/v2/{path}{suffix}")
    listed = codec.decode(list[messages.Word], await response.text())

    assert 200 == response.status
    assert how_many == len({each.id for each in listed}) == len(listed)
    assert word in listed


@pytest.mark.parametrize(
    ("path", "line"), [("languages", "sv_SE Swedish"), ("categories", "text Text")]
)
async def test_as_text_each_word_is_a_line(
    world: "World", path: str, line: str
) -> None:
    response = await world.client.get(f"/rest/v2/{path}.txt")
    text = await response.text()

    assert ("text/plain", "utf-8") == (response.content_type, response.charset)
    assert line in text.splitlines()
    assert text.endswith("\n")


@pytest.mark.parametrize("path", ["languages", "categories"])
async def test_words_are_only_read(world: "World", path: str) -> None:
    response = await world.client.post(f"/rest/v2/{path}")

    assert 405 == response.status


@pytest.mark.parametrize(
    ("path", "field"), [("languages", "language"), ("categories", "category")]
)
async def test_each_listed_word_can_be_used(
    world: "World", path: str, field: str
) -> None:
    headers = await world.bearer(await world.user("bo"), "thing")
    response = await world.client.get(f"/rest/v2/{path}")
    listed = codec.decode(list[messages.Word], await response.text())

    statuses = [
        (
            await world.client.post(
                "/rest/v2/things",
                headers=headers,
                json={
                    "url": f"https://bo.example/{word.id}",
                    "title": word.text + " thing",
                    field: word.id,
                },
            )
        ).status
        for word in listed
    ]

    assert {201} == set(statuses)
