"""The operator's own pages: shown as he wrote them, or missed by everybody."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.web.conftest import Browser, World

NAMES = ["imprint", "terms", "privacy", "report"]


@pytest.fixture
def folder(tmp_path: Path, world: "World") -> Path:
    place = tmp_path / "my pages"
    place.mkdir()
    world.settings.legal_folder = str(place)
    return place


@pytest.mark.parametrize("name", NAMES)
async def test_what_is_missing_is_said(stranger: "Browser", name: str) -> None:
    page = await stranger.text(f"/{name}")

    assert 'id="missing"' in page
    assert f"<code>{name}.md</code>" in page


@pytest.mark.parametrize("name", NAMES)
async def test_what_the_operator_wrote_is_shown(
    folder: Path, stranger: "Browser", name: str
) -> None:
    (folder / f"{name}.md").write_text("# About us\n\n*Somebody* & Sons, Malmö\n")

    page = await stranger.text(f"/{name}")

    assert "<h1>About us</h1>" in page
    assert "<em>Somebody</em> &amp; Sons, Malmö" in page
    assert 'id="missing"' not in page


async def test_a_folder_in_the_data_folder_is_looked_into_by_default(
    tmp_path: Path, stranger: "Browser"
) -> None:
    (tmp_path / "legal").mkdir()
    (tmp_path / "legal" / "terms.md").write_text("Be kind.")

    assert "<p>Be kind.</p>" in await stranger.text("/terms")


@pytest.mark.parametrize(
    ("wanted", "read"), [("de-AT,en", "Wir"), ("sv", "We"), ("en", "We"), ("", "We")]
)
async def test_a_page_is_in_the_readers_language_if_it_was_written_so(
    folder: Path, stranger: "Browser", wanted: str, read: str
) -> None:
    (folder / "imprint.md").write_text("We are it.")
    (folder / "imprint.de.md").write_text("Wir sind es.")

    answer = await stranger.session.get("/imprint", headers={"Accept-Language": wanted})

    assert f"<p>{read} " in await answer.text()


async def test_html_in_it_is_text(folder: Path, stranger: "Browser") -> None:
    (folder / "terms.md").write_text(
        "<script src=//evil.example></script>\n\n[x](javascript:alert(1)) <b>bold</b>"
    )

    page = await stranger.text("/terms")

    assert "&lt;script src=//evil.example&gt;" in page
    assert "<b>" not in page
    assert 'href="javascript' not in page


async def test_who_reports_a_thing_is_told_what_to_name(
    world: "World", stranger: "Browser"
) -> None:
    thing = await world.thing(await world.user("bo"), "song")
    page = await stranger.text(f"/thing/{thing.id}")

    report = await stranger.text(f"/report?thing={thing.id}")

    assert f'href="/report?thing={thing.id}"' in page
    assert thing.url in report
    assert f"<dd>{thing.id}</dd>" in report


async def test_every_page_leads_to_them(stranger: "Browser") -> None:
    page = await stranger.text("/signin")

    assert [] == [name for name in NAMES if f'href="/{name}"' not in page]
