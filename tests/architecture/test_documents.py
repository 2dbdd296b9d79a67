"""What the documents say of the code is true."""

import importlib.resources
import re
from pathlib import Path

import click
import pytest

from overallt.cli.main import cli as patron_commands
from overallt_server.cli.main import cli as operator_commands
from overallt_server.core.chart import AccountName
from overallt_server.core.refusals import Refusal
from overallt_server.settings import Settings
from overallt_server.web.answers import ANSWERS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")


def rooms() -> set[str]:
    """Every package, and the modules that stand beside them."""
    found = set()
    for package in ("overallt", "overallt_server"):
        for entry in importlib.resources.files(package).iterdir():
            name = entry.name.removesuffix(".py")
            if not name.startswith("_"):
                found.add(f"{package}.{name}")
    return found


def commands(group: click.Group, called: str) -> list[str]:
    """Every command as it is typed: ``overallt-server means add``."""
    typed = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            typed += commands(command, f"{called} {name}")
        else:
            typed.append(f"{called} {name}")
    return typed


def test_every_room_stands_in_architecture_and_no_other() -> None:
    named = set(re.findall(r"^\| `(overallt[a-z_.]+)`", ARCHITECTURE, re.MULTILINE))

    assert rooms() == named


@pytest.mark.parametrize(
    "document", sorted(ROOT.glob("*.md")), ids=lambda path: path.name
)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`((?:overallt|server|tests)/[\w/.-]+\.\w+)`", text)
    pictures = re.findall(r"\]\(((?!http)[\w/.-]+)\)", text)

    assert [] == [name for name in named + pictures if not (ROOT / name).exists()]


def test_every_ledger_account_stands_in_architecture() -> None:
    table = ARCHITECTURE.split("## The books")[1]
    named = set(re.findall(r"^\| `(\w+)(?::<[^`]+)?` \|", table, re.MULTILINE))

    assert {name.value for name in AccountName} == named


@pytest.mark.parametrize("refusal", Refusal.__subclasses__())
def test_every_refusal_stands_in_the_glossary(refusal: type[Refusal]) -> None:
    answer = ANSWERS[refusal]

    assert f"| `{refusal.__name__}` | `{answer.code}` | {answer.status} |" in GLOSSARY


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_the_readme(name: str) -> None:
    assert f"| `OVERALLT_{name.upper()}` |" in README


@pytest.mark.parametrize(
    "command",
    [
        *commands(patron_commands, "overallt"),
        *commands(operator_commands, "overallt-server"),
    ],
)
def test_every_command_stands_in_the_readme(command: str) -> None:
    assert f"| `{command}" in README
