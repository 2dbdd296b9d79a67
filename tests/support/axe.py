"""axe-core, which finds in a page what some of its readers could not read."""

import subprocess
import tarfile
from pathlib import Path
from typing import Final

from npm import NpmPackage, download
from skips import skip_for_want_of

AXE: Final = NpmPackage(
    "axe-core",
    "4.14.1",
    "1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5",
)
# What is wider than its place, at whatever width the window has.
TOO_WIDE: Final = """() => [...document.querySelectorAll("body, body *")]
    .filter((each) => each.clientWidth && each.scrollWidth > each.clientWidth)
    .filter((each) => !each.matches(".hidden-visually"))
    .map((each) => each.outerHTML)"""


def axe_script(folder: Path) -> str:
    """Fetch the script into *folder*; it is asked by ``axe.run()``."""
    try:
        archive = download(AXE, folder)
    except (FileNotFoundError, subprocess.SubprocessError) as error:
        skip_for_want_of(f"axe-core ({error})")
    with tarfile.open(archive) as files:
        script = files.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()
