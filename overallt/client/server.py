"""The server's API as a patron's client asks it.

One method is one request; what comes back is a message of ``protocol`` or one
of two errors: ``Refused``, the server's own no with its reason, and
``ServerUnreachable``, for everything that is not an answer (no connection, no
time left, not the message expected). Addresses and access tokens are never put
into an error or a log.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode

import aiohttp

from overallt.protocol.codec import MalformedMessage, decode
from overallt.protocol.ids import is_thing_id
from overallt.protocol.lookups import ThingFound
from overallt.protocol.messages import (
    AccessToken,
    DeviceAuthorization,
    Error,
    FlattrAnswer,
    Intent,
    IntentAnswer,
    Means,
    Subscription,
    Thing,
    ThingBuckets,
    User,
)

CLIENT_ID: Final = "overallt-proxy"
SCOPE: Final = "flattr"
DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"

# How much of a list is asked for at once, and how often at most.
PAGE_COUNT: Final = 100
MOST_PAGES: Final = 100

ANSWER_SECONDS: Final = 15.0
CONNECT_SECONDS: Final = 5.0
# RFC 7240, 4.3: how long the server may keep a question about the index open.
INDEX_WAIT_SECONDS: Final = 25


class ServerUnreachable(Exception):
    """The server did not answer, or not as this API is spoken."""


class ServerInTrouble(ServerUnreachable):
    """The server is there, but failed at this one question."""


class Refused(Exception):
    """The server said no; *code* is Flattr's word for why."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description


@dataclass(frozen=True, slots=True)
class IndexAnswer:
    """The index of things as the server sent it; *content* ``None``: unchanged.

    *version* is what the server says the whole of it has. It is good for comparing
    only: sent back, it would be the client's name, if the server gave each its own.
    """

    content: bytes | None
    version: str | None


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    body: bytes
    etag: str | None


class _Elsewhere(ServerUnreachable):
    """The server points to another address."""

    def __init__(self, reply: _Reply) -> None:
        super().__init__("The server points to another address.")
        self.reply = reply


class Server:
    """A server at *base_url*, asked with *access_token* where there is one.

    Used as an asynchronous context manager, since it keeps connections open.
    """

    def __init__(self, base_url: str, access_token: str | None) -> None:
        self._base_url = base_url.rstrip("/")
        self._access_token = access_token
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def sign_in(self) -> str | None:
        """Name server and access token by a hash; ``None`` without a token.

        It tells whether two sign-ins are the same one, and nothing about them.
        """
        if self._access_token is None:
            return None
        both = f"{self._base_url}\n{self._access_token}"
        return hashlib.sha256(both.encode()).hexdigest()

    async def close(self) -> None:
        """Close the connections; the next question would open new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def thing(self, tag_id: str) -> Thing:
        """Fetch a thing by what a text tag says: its number or a username."""
        reply = await self._ask("GET", f"/rest/v2/things/{tag_id}")
        return _message(Thing, reply)

    async def lookup(self, url: str) -> str:
        """Ask for the number of the thing whose address is *url*.

        Raises:
            Refused: with the code ``not_found`` if nobody has registered it.
        """
        query = urlencode({"url": url})
        try:
            await self._ask("GET", f"/rest/v2/things/lookup?{query}")
        except _Elsewhere as elsewhere:
            location = _message(ThingFound, elsewhere.reply).location
            thing_id = location.rpartition("/")[2]
            if is_thing_id(thing_id):
                return thing_id
        raise ServerUnreachable("The server's answer is not the message expected.")

    async def user(self) -> User:
        """Fetch the user whose access token this is."""
        return _message(User, await self._ask("GET", "/rest/v2/user"))

    async def means(self) -> Means:
        """Fetch what the patron has, gives, and what a flattr is worth."""
        return _message(Means, await self._ask("GET", "/rest/v2/user/means"))

    async def flattr(self, thing_id: int, *, click_id: str) -> FlattrAnswer:
        """Flattr a thing; the same *click_id* twice counts once."""
        reply = await self._ask(
            "POST",
            f"/rest/v2/things/{thing_id}/flattr",
            headers={"Idempotency-Key": click_id},
        )
        return _message(FlattrAnswer, reply)

    async def undo(self, thing_id: int) -> None:
        """Take this period's flattr of a thing back."""
        await self._ask("DELETE", f"/rest/v2/things/{thing_id}/flattr")

    async def subscribe(self, thing_id: int) -> None:
        """Flattr a thing each period from now on."""
        await self._ask("POST", f"/rest/v2/things/{thing_id}/subscriptions")

    async def unsubscribe(self, thing_id: int) -> None:
        """End a subscription."""
        await self._ask("DELETE", f"/rest/v2/things/{thing_id}/subscriptions")

    async def subscriptions(self) -> list[Subscription]:
        """Fetch all that the patron has subscribed to, newest first."""
        return await self._all(list[Subscription], "/rest/v2/user/subscriptions")

    async def intend(self, url: str, *, click_id: str) -> Intent:
        """Keep a flattr for *url* until it has an owner; gives nothing if it has one.

        Raises:
            Refused: with the code ``validation`` if somebody has registered it.
        """
        reply = await self._ask(
            "POST",
            "/rest/v2/user/intents",
            headers={"Idempotency-Key": click_id},
            form={"url": url},
        )
        return _message(IntentAnswer, reply).intent

    async def take_back(self, url: str) -> None:
        """Take back what is kept for *url*, or the flattr that it became."""
        query = urlencode({"url": url})
        await self._ask("DELETE", f"/rest/v2/user/intents?{query}")

    async def intents(self) -> list[Intent]:
        """Fetch all that is kept for the patron, newest first."""
        return await self._all(list[Intent], "/rest/v2/user/intents")

    async def authorize_device(self) -> DeviceAuthorization:
        """Ask for a device code (RFC 8628, 3.1)."""
        reply = await self._ask(
            "POST", "/oauth/device", form={"client_id": CLIENT_ID, "scope": SCOPE}
        )
        return _message(DeviceAuthorization, reply)

    async def redeem_device_code(self, device_code: str) -> AccessToken:
        """Ask once for the access token of *device_code* (RFC 8628, 3.4).

        Raises:
            Refused: with the code ``authorization_pending``, ``slow_down``,
                ``expired_token`` or ``access_denied`` (RFC 8628, 3.5).
        """
        reply = await self._ask(
            "POST",
            "/oauth/token",
            form={
                "grant_type": DEVICE_GRANT,
                "device_code": device_code,
                "client_id": CLIENT_ID,
            },
        )
        return _message(AccessToken, reply)

    async def index(
        self, version: str | None, *, since: int | None, wait: bool
    ) -> IndexAnswer:
        """Ask which things exist; with a *version*, only if there is another.

        With *since*, in Unix seconds, it may be a difference: what has come since,
        and maybe more. With *wait* the server may keep the question open until
        there is a change, for ``INDEX_WAIT_SECONDS`` at most.
        """
        headers = {}
        if version is not None:
            headers["If-None-Match"] = f'"{version}"'
            if wait:
                headers["Prefer"] = f"wait={INDEX_WAIT_SECONDS}"
        difference = "" if since is None else f"?since={since}"
        path = f"/rest/v2/things/index{difference}"
        reply = await self._ask_namelessly(
            path, headers=headers, seconds=INDEX_WAIT_SECONDS + ANSWER_SECONDS
        )
        return _index_answer(reply)

    async def buckets(self) -> ThingBuckets:
        """Ask how an index that is too large to be sent whole is divided."""
        reply = await self._ask_namelessly(
            "/rest/v2/things/range", headers={}, seconds=ANSWER_SECONDS
        )
        return _message(ThingBuckets, reply)

    async def bucket(self, prefix: str, version: str | None) -> IndexAnswer:
        """Ask which things exist whose keys begin with the bits of *prefix*."""
        headers = {"Accept": "application/octet-stream"}
        if version is not None:
            headers["If-None-Match"] = f'"{version}"'
        reply = await self._ask_namelessly(
            f"/rest/v2/things/range/{prefix}", headers=headers, seconds=ANSWER_SECONDS
        )
        return _index_answer(reply)

    async def _all[T](self, kind: type[list[T]], path: str) -> list[T]:
        """Fetch a list, a page at a time."""
        found: list[T] = []
        for page in range(1, MOST_PAGES + 1):
            reply = await self._ask("GET", f"{path}?count={PAGE_COUNT}&page={page}")
            part = _message(kind, reply)
            found += part
            if len(part) < PAGE_COUNT:
                break
        return found

    async def _ask_namelessly(
        self, path: str, *, headers: Mapping[str, str], seconds: float
    ) -> _Reply:
        """Ask for what everybody may know, without saying who asks."""
        return await self._request("GET", path, headers, None, seconds)

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        seconds: float = ANSWER_SECONDS,
    ) -> _Reply:
        named = dict(headers or {})
        if self._access_token is not None:
            named["Authorization"] = f"Bearer {self._access_token}"
        return await self._request(method, path, named, form, seconds)

    async def _request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None,
        seconds: float,
    ) -> _Reply:
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        if self._session is None:
            # A cookie would be a name, too.
            jar = aiohttp.DummyCookieJar()
            self._session = aiohttp.ClientSession(cookie_jar=jar)
        try:
            # A redirect is not followed: the access token stays with its server.
            # (A time-out is an OSError, too.)
            async with self._session.request(
                method,
                self._base_url + path,
                headers={"Accept": "application/json", **headers},
                data=form,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                reply = _Reply(
                    response.status,
                    await response.read(),
                    response.headers.get("ETag"),
                )
        except (aiohttp.ClientError, OSError):
            # What these say may hold the address that was asked for.
            raise ServerUnreachable(
                "The server did not answer. Is its address right, and does it run?"
            ) from None
        _check(reply)
        return reply


def _check(reply: _Reply) -> None:
    """Raise what *reply* says unless it is a success."""
    if reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if reply.status == HTTPStatus.NOT_MODIFIED:
        return
    if reply.status < HTTPStatus.BAD_REQUEST:
        raise _Elsewhere(reply)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServerInTrouble("The server is in trouble.")
    try:
        error = decode(Error, reply.body)
    except MalformedMessage:
        raise ServerUnreachable(
            f"The server answered with status {reply.status} and without a reason."
        ) from None
    raise Refused(error.error, error.error_description)


def _index_answer(reply: _Reply) -> IndexAnswer:
    """Read an index, or a part."""
    is_unchanged = reply.status == HTTPStatus.NOT_MODIFIED
    # Who compresses it on its way makes the tag a weak one (RFC 9110, 8.8.3.3).
    version = reply.etag and reply.etag.removeprefix("W/").strip('"')
    return IndexAnswer(None if is_unchanged else reply.body, version)


def _message[T](kind: type[T], reply: _Reply) -> T:
    try:
        return decode(kind, reply.body)
    except MalformedMessage as error:
        raise ServerUnreachable(
            f"The server's answer is not the message expected ({error})."
        ) from None
