"""What ``rewrite`` prints, and where."""

from pathlib import Path
from typing import Any

import pytest

PAGE = b"<p>\xff[Flattr=7]\r\n<code>[Flattr=8]</code>"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_bytes(PAGE)
    return path


def test_a_text_tag_becomes_a_link_to_the_server_and_all_else_stays(
    run: Any, page: Path
) -> None:
    result = run("rewrite", str(page))
    before, _, rest = result.stdout_bytes.partition(b"<a ")
    link, _, after = rest.partition(b"</a>")

    assert PAGE == before + b"[Flattr=7]" + after
    assert link.startswith(b'href="http://localhost:8700/thing/7"')
    assert 0 == result.exit_code


def test_buttons_lead_to_the_server_that_is_named(run: Any) -> None:
    result = run(
        "rewrite", "-", "--server", "https://example.org/f/", stdin=b"[Flattr=Ada]"
    )

    assert b'href="https://example.org/f/thing/ada"' in result.stdout_bytes


def test_a_page_may_be_replaced_by_itself(run: Any, page: Path) -> None:
    large = b"x" * 200_000 + PAGE
    page.write_bytes(large)
    result = run("rewrite", str(page), "-o", str(page))

    assert b"" == result.stdout_bytes
    assert page.read_bytes().startswith(large[:200_004] + b"<a href=")
    assert page.read_bytes().endswith(b"</a>\r\n<code>[Flattr=8]</code>")
    assert [page] == list(page.parent.glob("[!h]*"))


def test_a_device_is_written_to_and_not_replaced(run: Any, page: Path) -> None:
    result = run("rewrite", str(page), "-o", "/dev/null")

    assert 0 == result.exit_code
    assert Path("/dev/null").is_char_device()


def test_the_page_is_read_as_it_is_said_to_be(run: Any) -> None:
    content_type = "text/html; charset=klingon"
    result = run("rewrite", "-", "--content-type", content_type, stdin=PAGE)

    assert PAGE == result.stdout_bytes
    assert 1 == result.exit_code


def test_without_a_button_the_page_is_printed_as_it_is(run: Any) -> None:
    result = run("rewrite", "-", stdin=b"<code>[Flattr=8]</code> [Flat")

    assert b"<code>[Flattr=8]</code> [Flat" == result.stdout_bytes
    assert "No text tag became a button" in result.stderr
    assert 1 == result.exit_code


def test_at_most_fifty_buttons_are_printed(run: Any) -> None:
    result = run("rewrite", "-", stdin=b"[Flattr=7]" * 51)

    assert 50 == result.stdout_bytes.count(b"</a>")
    assert result.stdout_bytes.endswith(b"</a>[Flattr=7]")


def test_what_cannot_be_read_or_written_ends_with_2(run: Any, page: Path) -> None:
    unreadable = run("rewrite", str(page.with_name("none.html")))
    unwritable = run("rewrite", str(page), "-o", str(page / "below"))

    assert (2, 2) == (unreadable.exit_code, unwritable.exit_code)
    assert "Not a directory" in unwritable.stderr
