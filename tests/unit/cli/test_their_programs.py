"""Programs that set-up runs: there, willing, and back in time."""

from pathlib import Path

import pytest

from overallt.cli.places import NotChanged
from overallt.cli.their_programs import HOW_TO_INSTALL, run


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program of the test's own, found in a path of its own."""
    program = tmp_path / "theirs"
    program.write_text("#!/bin/sh\necho $1\necho why >&2\nexec ${2:-true} $3\n")
    program.chmod(0o755)
    return program


def test_what_it_says_is_returned(program: Path) -> None:
    said = run("theirs", "yes", path=f"{program.parent}:/bin:/usr/bin", seconds=10)

    assert "yes\n" == said


@pytest.mark.parametrize(
    ("name", "arguments", "seconds", "why"),
    [
        ("theirs", ("no", "false"), 10, "theirs: why\nno"),
        ("theirs", ("wait", "sleep", "30"), 0.2, "theirs did not come back."),
        ("nobodys", (), 10, "The program nobodys is missing."),
        (
            "certutil",
            (),
            10,
            f"The program certutil is missing. {HOW_TO_INSTALL['certutil']}",
        ),
    ],
)
def test_who_cannot_be_helped_by_it_is_told_why(
    program: Path, name: str, arguments: tuple[str, ...], seconds: float, why: str
) -> None:
    path = f"{program.parent}:/bin" if name == "theirs" else str(program.parent)

    with pytest.raises(NotChanged) as refused:
        run(name, *arguments, path=path, seconds=seconds)

    assert why == str(refused.value)
