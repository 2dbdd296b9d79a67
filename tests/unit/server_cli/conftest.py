"""The program as an operator has it: its own data folder, its own clock."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from two_operators import PASSWORD, Two

from overallt.protocol.ids import ThingId, UserId
from overallt_server.__main__ import main
from overallt_server.core.periods import Period
from overallt_server.core.registration import Registration
from overallt_server.settings import Settings
from overallt_server.storage import users
from overallt_server.storage.database import Database
from overallt_server.use_cases.flattring import Flattring
from overallt_server.use_cases.gathering import Room
from overallt_server.use_cases.passwords import Passwords
from overallt_server.use_cases.signing_up import SigningUp
from overallt_server.web.addresses import Addresses

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass(frozen=True)
class Ran:
    """How one command ended."""

    status: int
    out: str
    errors: str


@dataclass(frozen=True)
class Operator:
    """Runs commands, in a data folder of its own."""

    folder: Path
    url: str
    period: Period
    run: Callable[..., Ran]
    move_clock_to: Callable[[datetime], None]

    def add_user(self, username: str) -> UserId:
        """Let somebody sign up, at the web's door; his password costs next to nothing.

        That password stands in the file ``password`` of the data folder.
        """
        file = self.folder / "password"
        file.write_text(PASSWORD + "\n", encoding="utf-8")
        added: list[UserId] = []

        async def sign_up(database: Database) -> None:
            user = await SigningUp(
                database, Passwords(CHEAP), Registration.OPEN
            ).sign_up(
                username=username,
                email=f"{username}@users.test",
                password=PASSWORD,
                profile_url=Addresses(Settings().public_url).profile,
                newcomer=None,
                now=Settings().now(),
            )
            added.append(user.id)

        self.use(sign_up)
        return added[0]

    def flattr(self, username: str, thing: int) -> None:
        """Do what only a patron can, and no command."""

        async def flattr(database: Database) -> None:
            settings = Settings()
            async with database.snapshot() as tx:
                patron = await users.by_username(tx, username)
            assert patron is not None
            await Flattring(
                database, settings.rules, Room(waiting=100, at_once=10)
            ).flattr(patron=patron.id, thing=ThingId(thing), now=settings.now())

        self.use(flattr)

    def use(self, use: Callable[[Database], Coroutine[Any, Any, None]]) -> None:
        async def run() -> None:
            database = Database(self.url)
            await use(database)
            await database.close()

        asyncio.run(run())


@pytest.fixture
def newcomer(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Operator:
    """Give an operator who has just installed the program."""
    folder = tmp_path / "data"
    monkeypatch.setenv("OVERALLT_DATA", str(folder))
    # One person, unless a test is about two.
    monkeypatch.setenv("OVERALLT_OPERATORS_NEEDED", "1")

    def run(*args: str) -> Ran:
        with pytest.raises(SystemExit) as ended:
            main(args)
        out, errors = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ran(code, out, errors)

    def move_clock_to(moment: datetime) -> None:
        offset = (moment - datetime.now(UTC)) // timedelta(seconds=1)
        monkeypatch.setenv("OVERALLT_CLOCK_OFFSET_SECONDS", str(offset))

    url = f"sqlite:///{folder / 'overallt.sqlite'}"
    return Operator(folder, url, Period.of(datetime.now(UTC)), run, move_clock_to)


@pytest.fixture
def operator(newcomer: Operator) -> Operator:
    """Give an operator who has migrated his database."""
    assert 0 == newcomer.run("migrate").status
    return newcomer


@pytest.fixture
def month(operator: Operator) -> Operator:
    """Give an operator ten days after a month in which ada flattred mona's song."""
    operator.add_user("mona")
    operator.add_user("ada")
    added = operator.run(
        "thing", "add", "--owner", "mona", "https://mona.test/song", "--title", "A song"
    )
    operator.run(
        "means", "add", "ada", "10.00", "--reason", "a coin", "--reference", "1"
    )
    operator.run("budget", "set", "ada", "5.00")
    operator.flattr("ada", int(added.out.split("[Flattr=")[1].split("]")[0]))
    operator.move_clock_to(operator.period.end + timedelta(days=10))
    return operator


@pytest.fixture
def two(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Two:
    """Give anna and bert, operators, and ada, who is none."""
    monkeypatch.delenv("OVERALLT_OPERATORS_NEEDED")
    both = Two(operator)
    for name in ("ada", "anna", "bert"):
        both.add_user(name)
    for name in ("anna", "bert"):
        assert 0 == operator.run("operator", "add", name).status
        both.set_up_second_factor(name)
    return both
