"""The extension finds in a browser's tree the tags that the proxy finds in bytes."""

import json
from pathlib import Path
from typing import Any

from browsers import browser

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "extension" / "content"
VECTORS = ROOT / "tests" / "vectors" / "contexts.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]

# Each page is written into a frame, where scripts run as they do in a page.
FIND = """
(async (sources, pages) => {
  const load = (source) =>
    import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const [{ runningTexts }, { textTags }] = await Promise.all(sources.map(load));
  return pages.map(([page, selector]) => {
    const frame = document.createElement("iframe");
    document.body.append(frame);
    const shown = frame.contentDocument;
    shown.open();
    shown.write(page);
    shown.close();
    const texts = [...runningTexts(selector ? shown.querySelector(selector) : shown)];
    return texts.flatMap((text) => textTags(text.data).map(({ id }) => id));
  });
})(%s, %s)
"""
INSIDE = [
    ("<p>[Flattr=1]<b>[Flattr=2]</b></p>[Flattr=3]", "p", ["1", "2"]),
    ("<code>[Flattr=1]</code>", "code", []),
    ("<code><b>[Flattr=1]</b></code>", "b", []),
    ("<p contenteditable><b>[Flattr=1]</b></p>", "b", []),
]


def test_the_shared_vectors_hold_in_a_browser(kind: str, tmp_path: Path) -> None:
    modules = [
        (CONTENT / name).read_text(encoding="utf-8")
        for name in ("contexts.js", "text_tags.js")
    ]
    asked = [*((case["html"], None, case["ids"]) for case in CASES), *INSIDE]
    pages = [(page, selector) for page, selector, _ in asked]
    with browser(kind, tmp_path) as window:
        window.open("about:blank")
        found = window.run(FIND % (json.dumps(modules), json.dumps(pages)))

    assert asked == [(*page, ids) for page, ids in zip(pages, found, strict=True)]
