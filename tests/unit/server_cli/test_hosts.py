"""The command ``host`` notes what an owner has proved, and decides between two."""

from typing import Any

import pytest

from overallt_server.cli.running import run, user_called
from overallt_server.core.proofs import HostClaim
from overallt_server.settings import Settings
from overallt_server.storage.database import Database
from overallt_server.use_cases.claiming_hosts import ClaimingHosts


@pytest.fixture
def song(operator: Any) -> str:
    operator.add_user("mona")
    ran = operator.run(
        *("thing", "add", "--owner", "mona", "https://mona.test/", "--title", "A song")
    )
    return str(ran.out.split("[Flattr=")[1].split("]")[0])


def test_a_host_is_noted_and_taken_back(operator: Any, song: str) -> None:
    noted = operator.run("host", "add", song, "Mona.test")
    taken_back = operator.run("host", "remove", song, "mona.test")

    assert f"mona.test is confirmed for [Flattr={song}].\n" == noted.out
    assert f"mona.test is confirmed for [Flattr={song}] no longer.\n" == taken_back.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "99", "mona.test"), "There is no thing 99."),
        (("add", "1", "mona"), "A host is named like www.example.org"),
        (("add", "1", "github.io"), "it is nobody's own"),
        (("remove", "1", "other.test"), "other.test is not noted for thing 1."),
        (("refuse", "1", "mona.test"), "Nothing is to be decided of mona.test"),
    ],
)
@pytest.mark.usefixtures("song")
def test_what_cannot_be_is_refused(
    operator: Any, arguments: tuple[str, ...], says: str
) -> None:
    ran = operator.run("host", *arguments)

    assert 1 == ran.status
    assert says in ran.errors


def test_where_nothing_was_proved_nothing_is_looked_for(operator: Any) -> None:
    looked = operator.run("host", "check")
    listed = operator.run("host", "contested")

    assert "Proofs: 0 are there, 0 are missing, 0 are lost.\n" == looked.out
    assert "Nothing is contested.\n" == listed.out


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        ("add", "mona.test is confirmed for [Flattr={}].\n"),
        ("refuse", "mona.test is not that of [Flattr={}].\n"),
    ],
)
def test_the_operator_decides_what_is_contested(
    operator: Any, song: str, decision: str, says: str
) -> None:
    other = _contested(operator, song)

    listed = operator.run("host", "contested")
    decided = operator.run("host", decision, other, "mona.test")
    left = operator.run("host", "contested")

    assert f"mona.test  [Flattr={other}] of eve, confirmed for mona\n" == listed.out
    assert says.format(other) == decided.out
    assert "Nothing is contested.\n" == left.out


def _contested(operator: Any, song: str) -> str:
    """Let eve prove what mona has; return her thing."""
    operator.add_user("eve")
    added = operator.run(
        *("thing", "add", "--owner", "eve", "https://eve.test/", "--title", "Of Eve")
    )
    other = str(added.out.split("[Flattr=")[1].split("]")[0])
    operator.run("host", "add", song, "mona.test")

    async def prove(database: Database, settings: Settings) -> None:
        user = await user_called(database, "eve")
        owners = ClaimingHosts(database, _Seen(), profile_of=str)
        about: Any = {"owner": user, "thing": int(other), "host": "mona.test"}
        await owners.ask(**about, now=settings.now())
        await owners.verify(**about, now=settings.now())

    run(prove)
    return other


class _Seen:
    """An outside where whatever is looked for is there."""

    async def of_host(self, claim: HostClaim, profile: str) -> None:
        assert ("mona.test", "eve") == (claim.host, profile)

    async def of_page(self, url: str, profile: str) -> None:
        raise AssertionError(url, profile)
