"""Two people and three things, made by the operator's own commands.

The demonstration has no door of its own into the server: it types what an operator
would type. Ada gives; Ben has made the three pages of the site.
"""

import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from overallt.demo.site import HOST, Tags

PATRON: Final = "ada"
OWNER: Final = "ben"
# Printed on the screen for everybody to use: it protects nothing.
PASSWORD: Final = "read-the-margins"  # noqa: S105 - see the line above.

_THINGS: Final = (
    ("/", "On writing in the margin"),
    ("/strict", "A page that forbids everything"),
    ("/slow", "A long page that takes its time"),
)
_TEXT_TAG: Final = re.compile(r"\[Flattr=([0-9]+)\]")


class CommandFailed(Exception):
    """A command of the server did not do its work; the message is its own."""


def settle_in(environment: Mapping[str, str]) -> Tags:
    """Make users, means, budget and things; return the tags of the site's pages.

    *environment* names the server's data folder and settings.

    Raises:
        CommandFailed: the server refused one of the commands.
    """

    def operate(*arguments: str, typed: str | None = None) -> str:
        done = subprocess.run(  # noqa: S603 - our own program, our own words.
            [sys.executable, "-m", "overallt_server", *arguments],
            input=typed,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CommandFailed(done.stderr.strip())
        return done.stdout

    for name in (PATRON, OWNER):
        email = f"{name}@{HOST}"
        operate(
            *("user", "add", name, "--email", email, "--password-file", "-"),
            typed=PASSWORD,
        )
    operate("means", "add", PATRON, "20.00", "--reason", "demonstration")
    operate("budget", "set", PATRON, "5.00")
    tags = []
    for path, title in _THINGS:
        url = f"https://{HOST}{path}"
        said = operate("thing", "add", "--owner", OWNER, url, "--title", title)
        match = _TEXT_TAG.search(said)
        if match is None:
            raise CommandFailed(f"no text tag in {said!r}")
        tags.append(match[1])
        # The operator has seen that the site is Ben's: it is made right here.
        operate("host", "add", match[1], HOST)
    plain, strict, slow = tags
    return Tags(plain=plain, strict=strict, slow=slow)
