"""Signing in by a device code."""

from typing import Any

import pytest
from aiohttp import web

from overallt.client.device_flow import sign_in
from overallt.client.server import Refused, Server
from overallt.protocol.messages import DeviceAuthorization

DEVICE = {
    "device_code": "device-1",
    "user_code": "ABCD-EFGH",
    "verification_uri": "https://server.test/device",
    "expires_in": 600,
    "interval": 5,
}
TOKEN = {"access_token": "new", "token_type": "bearer", "scope": "flattr"}


def refusal(code: str) -> web.Response:
    body = {"error": code, "error_description": "", "error_uri": ""}
    return web.json_response(body, status=400)


class Sleeper:
    """Sleeps in no time and remembers for how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


async def test_it_waits_as_it_is_told_until_the_patron_has_allowed(
    api: Any, server: Server
) -> None:
    shown = list[DeviceAuthorization]()
    sleep = Sleeper()
    api.answers["POST /oauth/device"] = [web.json_response(DEVICE)]
    api.answers["POST /oauth/token"] = [
        refusal("authorization_pending"),
        refusal("slow_down"),
        web.Response(status=502, text="restarting"),
        web.json_response(TOKEN),
    ]

    token = await sign_in(server, shown.append, sleep=sleep)

    assert token.access_token == "new"
    assert sleep.slept == [5, 5, 10, 10]
    assert [device.user_code for device in shown] == ["ABCD-EFGH"]


@pytest.mark.parametrize("code", ["access_denied", "expired_token"])
async def test_a_no_ends_it(api: Any, server: Server, code: str) -> None:
    api.answers["POST /oauth/device"] = [web.json_response(DEVICE)]
    api.answers["POST /oauth/token"] = [refusal(code)]

    with pytest.raises(Refused) as refused:
        await sign_in(server, lambda _: None, sleep=Sleeper())

    assert refused.value.code == code


async def test_it_does_not_wait_for_ever(api: Any, server: Server) -> None:
    sleep = Sleeper()
    api.answers["POST /oauth/device"] = [web.json_response(DEVICE)]
    api.answers["POST /oauth/token"] = [refusal("authorization_pending")]

    with pytest.raises(Refused) as refused:
        await sign_in(server, lambda _: None, sleep=sleep)

    assert refused.value.code == "expired_token"
    assert sum(sleep.slept) == 600
