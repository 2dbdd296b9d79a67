"""Two operators at their commands: each with a password, a second factor, a clock."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pyotp

from overallt_server.settings import Settings
from overallt_server.storage import users
from overallt_server.storage.database import Database
from overallt_server.use_cases.second_factors import SecondFactors

if TYPE_CHECKING:
    from pathlib import Path

    from overallt.protocol.ids import UserId

PASSWORD: Final = "a tall story about a horse"


class Two:
    """Anna and bert, operators; ada, who is none."""

    def __init__(self, operator: Any) -> None:
        self.operator = operator
        self.password: Path = operator.folder / "password"
        self.numbers: dict[str, UserId] = {}
        self.secrets: dict[str, str] = {}
        self.typed = PASSWORD

    def add_user(self, name: str) -> None:
        self.numbers[name] = self.operator.add_user(name)

    def set_up_second_factor(self, name: str) -> None:
        """Do what *name* can on the page of his account, and no command."""

        async def set_up(database: Database) -> None:
            async with database.snapshot() as tx:
                user = await users.by_username(tx, name)
            assert user is not None
            factors, now = SecondFactors(database), Settings().now()
            self.secrets[name] = (await factors.begin(user)).secret
            code = pyotp.TOTP(self.secrets[name]).at(now)
            await factors.activate(user, code, language="en", now=now)

        self.operator.use(set_up)

    def next_code(self, name: str) -> str:
        """Wait half a minute, since no code is good twice; give the one of then."""
        # A second more, since the clock is moved by whole seconds, rounded down.
        self.operator.move_clock_to(Settings().now() + timedelta(seconds=31))
        return pyotp.TOTP(self.secrets[name]).at(Settings().now())

    def by(self, name: str, *command: str) -> Any:
        """Run *command* as *name*, whose password and code stand in a file."""
        code = self.next_code(name) if name in self.secrets else "000000"
        self.password.write_text(f"{self.typed}\n{code}\n", encoding="utf-8")
        who = ("--operator", name, "--password-file", str(self.password))
        return self.operator.run(*command, *who)

    def run(self, *command: str) -> Any:
        return self.operator.run(*command)
