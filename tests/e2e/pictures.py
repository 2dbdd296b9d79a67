"""Makes the README's pictures from the running program, in real Chromium."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from browsers import Browser, missing
from world import World, world

from overallt.demo.site import HOST, Tags

PICTURES = Path(__file__).parents[2] / "pictures"
BUTTON = "a[href^='https://flattr.internal/give/']"
TITLES = {
    "/": "On writing in the margin",
    "/strict": "A page that forbids everything",
    "/slow": "A long page that takes its time",
}


def main() -> int:
    """Play a short story and take a picture at each of its stations."""
    reason = missing("chromium")
    if reason:
        print(reason, file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as earth:
        tags = set_the_scene(earth)
        with earth.patron("chromium", "ada") as patron:
            earth.operate_then("means", "add", "ada", "20.00", "--reason", "by hand")
            earth.operate_then("budget", "set", "ada", "5.00")
            play(earth, patron.browser, tags)
    return 0


def set_the_scene(earth: World) -> Tags:
    """Start the server and the site, with Ben and his things."""
    earth.start_server()
    earth.operate_then(
        *("user", "add", "ben", "--email", "ben@mail.test", "--password-file", "-"),
        typed="nobody reads this one",
    )
    ids = []
    for path, title in TITLES.items():
        said = earth.operate_then(
            *("thing", "add", "--owner", "ben", f"https://{HOST}{path}"),
            *("--title", title),
        )
        ids.append(said.split("[Flattr=")[1].split("]")[0])
        earth.operate_then("host", "add", ids[-1], HOST)
    tags = Tags(*ids)
    earth.start_site(tags)
    return tags


def play(earth: World, window: Browser, tags: Tags) -> None:
    """Flattr two things and look at the dashboard."""
    window.open(f"https://{HOST}/slow")
    give(window)
    window.open(f"https://{HOST}/")
    window.wait_for(BUTTON)
    take(window, "page.png", 900, 600)
    window.press_into_new_tab(BUTTON)
    window.wait_for("#confirm:enabled")
    take(window, "consent.png", 720, 790)
    window.press("#confirm:enabled")
    window.wait_for("#undo")
    take(window, "flattred.png", 720, 580)
    window.open(f"{earth.url}/dashboard")
    take(window, "dashboard.png", 900, 825)
    window.open(f"{earth.url}/t/{tags.plain}")
    take(window, "phone.png", 390, 720)


def take(window: Browser, name: str, width: int, height: int) -> None:
    """Write the picture *name* of what is seen at this size."""
    window.resize(width, height)
    if window.count("#confirm"):
        # The button is dead again for a moment after the window has changed.
        window.wait_for("#confirm:enabled")
    window.picture(PICTURES / name)


def give(window: Browser) -> None:
    """Press the first button on the page and confirm."""
    window.press_into_new_tab(BUTTON)
    window.press("#confirm:enabled")
    window.wait_for("#undo")


if __name__ == "__main__":
    sys.exit(main())
