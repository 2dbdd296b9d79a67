"""Pages of owners and operators as they are seen, and what editors make of tags."""

import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from axe import TOO_WIDE
from npm import NpmPackage, download
from skips import skip_for_want_of
from world import PASSWORD, World, world

from overallt.tagging.findings import findings

WIDTHS = (320, 360, 1440)
# Joomla's, WordPress' old one, and Drupal's.
EDITORS: Final = (
    NpmPackage(
        "tinymce",
        "8.9.2",
        "421e800d20b4c7517f2acaeea5f45eb0d24501a20d25006d7d58f1e73c71589d19ac6b5a2a576d0170cc23ab84039eecda7fb4ac4b579ad6e2b62538cd5efed1",
    ),
    NpmPackage(
        "ckeditor5",
        "48.5.2",
        "ef15a7e33fcee905107ff4f0a3cdba8d0adf70df2e07e162ce7d3f9d560782f3af35118891ac50a9f3b6bff3e6754f88201d90aed8a10e4935bdfc306167badf",
    ),
)
TERMS: Final = f"""# Terms

## What it costs

| what | cost |
|---|---|
| giving | nothing |
| getting | 10 % |

1. Be kind, and read [the imprint](/imprint).
2. <https://example.org/{90 * "a"}>
"""
TYPED: Final = "If this helped you: [Flattr=7] (a little, once a month)."
TINYMCE: Final = """<!doctype html><title>x</title><textarea></textarea>
<script src="/tinymce/package/tinymce.min.js"></script><script>
tinymce.init({selector: "textarea", license_key: "gpl",
    init_instance_callback: (editor) => { window.editor = editor; editor.focus(); }});
window.written = () => editor.getContent();
</script>"""
CKEDITOR: Final = """<!doctype html><title>x</title><div id="here"></div>
<script src="/ckeditor5/package/dist/browser/ckeditor5.umd.js"></script><script>
const { ClassicEditor, Essentials, Paragraph, Link, AutoLink } = CKEDITOR;
ClassicEditor.create(document.querySelector("#here"), {licenseKey: "GPL",
    plugins: [Essentials, Paragraph, Link, AutoLink]})
    .then((editor) => { window.editor = editor; editor.focus(); });
window.written = () => editor.getData();
</script>"""


@pytest.fixture(scope="module")
def earth(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give a server with Ben, who was flattred by Ada in the month that has ended."""
    with world(tmp_path_factory.mktemp("earth")) as made:
        made.start_server()
        settle_in(made)
        give(chromium, made)
        made.operate("period", "close")
        yield made


def settle_in(earth: World) -> None:
    """Let Ada have means, Ben a thing with a long title, and the operator his terms."""
    legal = earth.folder / "server" / "legal"
    legal.mkdir()
    (legal / "terms.md").write_text(TERMS, encoding="utf-8")
    for name in ("ada", "ben"):
        earth.operate_then(
            *("user", "add", name, "--email", f"{name}@mail.test"),
            *("--password-file", "-"),
            typed=PASSWORD,
        )
    earth.operate_then("means", "add", "ada", "20.00", "--reason", "by hand")
    earth.operate_then("budget", "set", "ada", "5.00")
    earth.operate_then(
        *("thing", "add", "--owner", "ben", "https://ben.example/song"),
        *("--title", "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerk"),
    )


def give(chromium: Any, earth: World) -> None:
    """Let Ada flattr what Ben has."""
    page = signed_in(chromium, earth, name="ada")
    page.goto(addresses(page, earth)[-2])
    page.click("#flattr")
    page.wait_for_selector("#flattred")
    page.context.close()


def signed_in(chromium: Any, earth: World, *, name: str = "ben", **looks: Any) -> Any:
    """Open a window in which Ben, or somebody else, is signed in."""
    page = chromium.new_context(**looks).new_page()
    page.goto(f"{earth.url}/signin")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("a[href='/things/new']")
    return page


def addresses(page: Any, earth: World) -> list[str]:
    """Return where the pages are that are looked at."""
    page.goto(f"{earth.url}/profile/ben")
    thing = page.get_attribute(".rows a.row-title", "href")
    report = f"/report?thing={(thing or '').rpartition('/')[2]}"
    paths = ["/terms", "/imprint", report, "/revenue", "/dashboard", thing]
    paths.append(f"{thing}/tag")
    return [f"{earth.url}{path}" for path in paths]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_its_place(
    chromium: Any, earth: World, axe: str, scheme: str
) -> None:
    page = signed_in(chromium, earth, color_scheme=scheme, reduced_motion="reduce")
    for address in addresses(page, earth):
        page.goto(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})

            assert [] == page.evaluate(TOO_WIDE), (address, width)
        page.evaluate(axe)
        found = page.evaluate("axe.run()")

        assert [] == [each["id"] for each in found["violations"]], address
        assert found["passes"], address
    page.context.close()


def test_a_line_is_copied_by_the_keyboard(chromium: Any, earth: World) -> None:
    page = signed_in(chromium, earth, permissions=["clipboard-read", "clipboard-write"])
    page.goto(addresses(page, earth)[-1])

    page.focus("#wordpress button")
    page.keyboard.press("Enter")
    page.get_by_text("Copied").wait_for()

    shown = page.inner_text("#wordpress code")
    assert shown == page.evaluate("navigator.clipboard.readText()")
    page.context.close()


def test_without_script_a_line_can_be_marked_and_no_button_is_dead(
    chromium: Any, earth: World
) -> None:
    page = signed_in(chromium, earth, java_script_enabled=False)

    page.goto(addresses(page, earth)[-1])

    assert page.is_visible("#wordpress code")
    assert 0 == page.locator("#snippets button:visible").count()
    page.context.close()


@pytest.fixture(scope="module")
def editors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the editors of other systems."""
    folder = tmp_path_factory.mktemp("editors")
    for package in EDITORS:
        try:
            archive = download(package, folder)
        except (FileNotFoundError, subprocess.SubprocessError) as error:
            skip_for_want_of(f"{package.name} ({error})")
        with tarfile.open(archive) as files:
            files.extractall(folder / package.name, filter="data")
    return folder


@pytest.mark.parametrize("editor", [TINYMCE, CKEDITOR], ids=["tinymce", "ckeditor"])
def test_what_is_typed_into_an_editor_stays_a_text_tag(
    chromium: Any, editors: Path, editor: str
) -> None:
    page = chromium.new_context().new_page()

    def serve(route: Any) -> None:
        path = route.request.url.removeprefix("https://editor.test/")
        if path:
            route.fulfill(path=editors / path)
        else:
            route.fulfill(body=editor, content_type="text/html; charset=utf-8")

    page.route("https://editor.test/**", serve)
    page.goto("https://editor.test/")
    page.wait_for_function("window.editor")
    page.keyboard.type(TYPED)
    page.keyboard.press("Enter")
    html = page.evaluate("written()")
    page.context.close()

    found = findings(html.encode(), content_type="text/html; charset=utf-8", most=9)
    assert ["[Flattr=7]"] == [each.written for each in found if each.is_button]
