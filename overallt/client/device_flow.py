"""Signing in from the command line by a device code (RFC 8628).

```
authorize ─▶ show address and code ─▶ wait ─▶ ask ─┬─ token            done
                                       ▲            ├─ pending, slow down ─┐
                                       └────────────┼──────────────────────┘
                                                    └─ denied, expired   refused
```

No answer at all is waited out like "pending": the code lives for minutes, and
a server that restarts in between must not cost the patron a new one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.protocol.messages import AccessToken, DeviceAuthorization

# RFC 8628, 3.5: "slow_down" lengthens the interval by five seconds for good.
SLOW_DOWN_SECONDS: Final = 5


async def sign_in(
    server: Server,
    show: Callable[[DeviceAuthorization], None],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AccessToken:
    """Get an access token; *show* tells the patron where to type which code.

    Raises:
        Refused: denied by the patron (``access_denied``) or too late
            (``expired_token``).
        ServerUnreachable: the server gave no device code.
    """
    device = await server.authorize_device()
    show(device)
    interval = device.interval
    waited = 0
    while waited < device.expires_in:
        await sleep(interval)
        waited += max(interval, 1)
        try:
            return await server.redeem_device_code(device.device_code)
        except ServerUnreachable:
            continue
        except Refused as refused:
            if refused.code == "slow_down":
                interval += SLOW_DOWN_SECONDS
            elif refused.code != "authorization_pending":
                raise
    raise Refused("expired_token", "The code was not confirmed in time.")
