"""Draws the badges of the server from their SVG, in real Chromium."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from browsers import CHROMIUM, QUIET, missing

STATIC = Path(__file__).parents[2] / "server" / "overallt_server" / "web" / "static"
BADGES = {
    "badge-large.png": ("badge-large.svg", 93, 20),
    "badge-small.png": ("icon.svg", 16, 16),
}


def main() -> int:
    """Write each badge in its size, transparent where nothing is drawn."""
    reason = missing("chromium")
    if reason:
        print(reason, file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET])
        for name, (source, width, height) in BADGES.items():
            page = chromium.new_page(viewport={"width": width, "height": height})
            page.set_content((STATIC / source).read_text(encoding="utf-8"))
            style = f"body{{margin:0}}svg{{display:block;width:{width}px}}"
            page.add_style_tag(content=style)
            page.screenshot(path=STATIC / name, omit_background=True)
        chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
