"""What OPERATING.md and the files beside the server say is true."""

import re
import shutil
import subprocess
import sys
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from skips import skip_for_want_of

from overallt_server.settings import FILE_NAME, Settings

ROOT = Path(__file__).parents[2]
FILES = ROOT / "server" / "operating"
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "OPERATING.md").read_text(encoding="utf-8")
UNITS = sorted(each.name for each in FILES.glob("overallt-*"))
PROGRAM = "/opt/overallt/.venv/bin/overallt-server"
# Of ten; what is above five systemd calls exposed.
MOST_EXPOSED = 15


def _printed(default: Any) -> str:
    match default:
        case bool():
            return str(default).lower()
        case SecretStr():
            return default.get_secret_value()
        case StrEnum():
            return default.value
    return str(default)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_readme_says_of_a_setting_what_the_program_does(name: str) -> None:
    field = Settings.model_fields[name]
    computed = "http://localhost:<port>"
    default = computed if field.default_factory else _printed(field.default)
    told = f"{field.description}".removesuffix("; by default localhost with the port")

    assert f"| `OVERALLT_{name.upper()}` | `{default}` | {told} |" in README


def test_the_example_of_a_file_of_settings_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = OPERATING.split("```toml\n")[1].split("```")[0]
    (tmp_path / FILE_NAME).write_text(example, encoding="utf-8")
    monkeypatch.setenv("OVERALLT_DATA", str(tmp_path))
    monkeypatch.setenv("OVERALLT_LOG_FORMAT", "text")

    settings = Settings()

    wanted = {**tomllib.loads(example), "log_format": "text"}
    read = {name: _printed(getattr(settings, name)) for name in wanted}
    assert {name: _printed(value) for name, value in wanted.items()} == read


def test_every_file_beside_the_server_is_told_of() -> None:
    named = set(re.findall(r"server/operating/([\w.*-]+)", OPERATING))
    shown = {each for each in UNITS if each.startswith("overallt-daily.")}

    files = {each.name for each in FILES.iterdir()}
    assert files == {each for each in named if "*" not in each} | shown


def _systemd(*arguments: str | Path) -> str:
    if shutil.which("systemd-analyze") is None:
        skip_for_want_of("systemd-analyze")
    done = subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_understands_every_word_of_the_units(tmp_path: Path) -> None:
    for name in UNITS:
        unit = (FILES / name).read_text(encoding="utf-8")
        # It looks whether the program is there.
        (tmp_path / name).write_text(unit.replace(PROGRAM, sys.executable))

    said = _systemd("verify", "--man=no", *(tmp_path / name for name in UNITS))

    assert [] == [line for line in said.splitlines() if str(tmp_path) in line]


@pytest.mark.parametrize("name", [each for each in UNITS if each.endswith("service")])
def test_a_service_may_do_no_more_than_it_needs(name: str) -> None:
    said = _systemd(
        "security", "--offline=true", f"--threshold={MOST_EXPOSED}", FILES / name
    )

    assert "Overall exposure level" in said


@pytest.mark.parametrize("name", [each for each in UNITS if each.endswith("service")])
def test_a_service_runs_commands_that_there_are(name: str) -> None:
    unit = (FILES / name).read_text(encoding="utf-8")

    commands = re.findall(rf"^ExecStart={PROGRAM} ([a-z ]+)", unit, re.MULTILINE)

    assert commands
    assert [] == [
        each for each in commands if f"| `overallt-server {each.strip()}" not in README
    ]
