"""The page of single gifts: given once, however often the form is sent, and undone."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.web.conftest import World


def _hidden_id(page: str) -> str:
    match = re.search(r'name="id" value="([^"]+)"', page)
    assert match
    return match[1]


async def test_a_gift_is_given_and_listed(world: "World") -> None:
    await world.user("bo")
    browser = await world.browser(await world.patron("ada"))
    id_ = _hidden_id(await browser.text("/gifts?to=bo"))

    await browser.post("/gifts", to="bo", amount="3,00", id=id_)

    page = await browser.text("/gifts")
    assert "3.00 EUR" in page
    assert "held" in page
    assert "Take back: 3.00 EUR to bo" in page


async def test_a_form_that_is_sent_twice_gives_once(world: "World") -> None:
    await world.user("bo")
    browser = await world.browser(await world.patron("ada"))
    id_ = _hidden_id(await browser.text("/gifts"))

    for _ in range(2):
        await browser.post("/gifts", to="bo", amount="3.00", id=id_)

    assert 1 == (await browser.text("/gifts")).count("Take back: ")


async def test_what_is_taken_back_is_means_again(world: "World") -> None:
    await world.user("bo")
    browser = await world.browser(await world.patron("ada"))
    before = await browser.text("/gifts")
    id_ = _hidden_id(before)
    await browser.post("/gifts", to="bo", amount="3.00", id=id_)

    await browser.post(f"/gifts/{id_}/undo")

    page = await browser.text("/gifts")
    assert "taken back" in page
    assert "Take back: " not in page
    means = r"means of [0-9.]+ EUR"
    assert re.findall(means, before) == re.findall(means, page)


@pytest.mark.parametrize(
    ("to", "amount", "says"),
    [
        ("nobody", "3.00", "There is no user called nobody."),
        ("bo", "0.50", "A gift is between 2.00 EUR and 50.00 EUR."),
        ("bo", "much", "is no amount"),
        ("ada", "3.00", "You cannot give to yourself."),
    ],
)
async def test_a_refusal_keeps_what_was_typed(
    world: "World", to: str, amount: str, says: str
) -> None:
    await world.user("bo")
    browser = await world.browser(await world.patron("ada"))

    response = await browser.post("/gifts", to=to, amount=amount, id="one")
    page = await response.text()

    assert response.status >= 400
    assert says in page
    assert f'value="{amount}"' in page
    assert "Take back: " not in await browser.text("/gifts")


async def test_nobody_takes_back_what_is_anothers(world: "World") -> None:
    await world.user("bo")
    ada = await world.browser(await world.patron("ada"))
    eve = await world.browser(await world.patron("eve"))
    id_ = _hidden_id(await ada.text("/gifts"))
    await ada.post("/gifts", to="bo", amount="3.00", id=id_)

    response = await eve.post(f"/gifts/{id_}/undo")

    assert 404 == response.status
    assert "Take back: " in await ada.text("/gifts")
