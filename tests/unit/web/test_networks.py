"""From where a request comes, with a server in front that is somewhere else."""

from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from overallt_server.settings import Settings
from overallt_server.web.keys import SETTINGS
from overallt_server.web.networks import line

ASKER = "203.0.113.7"
FRONT = "172.17.0.1"


def _line(peer: str, front_networks: str) -> str:
    app = web.Application()
    app[SETTINGS] = Settings(front_networks=front_networks)
    # aiohttp asks its transport for whom it is connected to, and so do we through it.
    transport = Mock()
    transport.get_extra_info.side_effect = lambda name, *_: (
        (peer, 40000) if name == "peername" else None
    )
    headers = {"X-Forwarded-For": f"198.51.100.1, {ASKER}"}
    return line(make_mocked_request("GET", "/", headers, app=app, transport=transport))


@pytest.mark.parametrize(
    ("peer", "front_networks", "asker"),
    [
        ("127.0.0.1", "", ASKER),
        (FRONT, "172.16.0.0/12", ASKER),
        (FRONT, "10.0.0.0/8, 172.17.0.1/32", ASKER),
        (FRONT, "", FRONT),
        ("198.51.100.9", "172.16.0.0/12", "198.51.100.9"),
    ],
)
def test_only_a_server_in_front_is_believed(
    peer: str, front_networks: str, asker: str
) -> None:
    assert f"{asker}/32" == _line(peer, front_networks)
