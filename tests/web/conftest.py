"""A real server on a real database, and people, programs and browsers to use it."""

import base64
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from loopback import free_port
from mail_server import MailServer, mail_server
from outside_world import OutsideWorld

from overallt.protocol import codec, messages
from overallt_server.core.grants import App, parse_scopes
from overallt_server.core.money import Money
from overallt_server.core.registration import Registration
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.settings import Settings
from overallt_server.storage import sessions, tokens
from overallt_server.storage.database import Database
from overallt_server.storage.sessions import StoredSession
from overallt_server.storage.tokens import StoredToken
from overallt_server.use_cases.adding_means import AddingMeans
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.passwords import Passwords
from overallt_server.use_cases.registering_apps import RegisteredApp, RegisteringApps
from overallt_server.use_cases.registering_things import RegisteringThings
from overallt_server.use_cases.secret_tokens import hash_of, new_token
from overallt_server.use_cases.signing_up import SigningUp
from overallt_server.web.app import make_app

type Client = TestClient[Any, Any]

PASSWORD = "a quiet morning"
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]*)"')


@dataclass
class Browser:
    """A browser: has its own cookies, says where it comes from, sends our forms."""

    session: ClientSession
    headers: dict[str, str] = field(
        default_factory=lambda: {"Sec-Fetch-Site": "same-origin"}
    )

    async def get(self, path: str) -> ClientResponse:
        return await self.session.get(path, allow_redirects=False)

    async def text(self, path: str) -> str:
        return await (await self.get(path)).text()

    async def post(self, path: str, **form: str) -> ClientResponse:
        """Send *form* as our own page would: with the token that stands in it."""
        token = _CSRF.search(await self.text("/errors"))
        values = {"csrf": token[1] if token else "", **form}
        return await self.session.post(
            path, data=values, headers=self.headers, allow_redirects=False
        )


@dataclass
class World:
    """The server under test, with shortcuts past its doors."""

    settings: Settings
    database: Database
    app: web.Application
    client: Client
    passwords: Passwords
    browsers: list[Browser] = field(default_factory=list)

    async def user(self, username: str) -> User:
        return await SigningUp(
            self.database, self.passwords, Registration.OPEN
        ).sign_up(
            username=username,
            email=f"{username}@example.org",
            password=PASSWORD,
            profile_url=lambda name: f"{self.settings.public_url}/profile/{name}",
            newcomer=None,
            now=self.settings.now(),
        )

    async def patron(self, username: str, *, means: int = 1000) -> User:
        """Make a user with means and a budget of five euro."""
        user = await self.user(username)
        await AddingMeans(self.database, self.settings.rules).add(
            patron=user.id,
            amount=Money(means, "EUR"),
            provider="by_hand",
            reference=secrets.token_hex(4),
            reason="a test",
            now=self.settings.now(),
        )
        await Giving(self.database, self.settings.rules).set_budget(
            patron=user.id, amount=Money(500, "EUR"), active=True
        )
        return user

    async def thing(self, owner: User, name: str = "essay", **words: Any) -> Thing:
        return await RegisteringThings(self.database).register(
            owner=owner.id,
            url=f"https://{owner.username}.example/{name}",
            title=f"The {name} of {owner.username}",
            now=self.settings.now(),
            **words,
        )

    async def bearer(self, user: User, scopes: str = "flattr") -> Mapping[str, str]:
        """Give the headers of a program that *user* has allowed *scopes*."""
        access_token = new_token()
        async with self.database.transaction() as tx:
            await tokens.add(
                tx,
                StoredToken(
                    token_hash=hash_of(access_token),
                    user=user.id,
                    client_id="overallt-proxy",
                    scopes=parse_scopes(scopes),
                    created_at=self.settings.now(),
                ),
            )
        return {"Authorization": f"Bearer {access_token}"}

    async def browser(
        self, user: User | None = None, *, signed_in: timedelta = timedelta(0)
    ) -> Browser:
        """Give a browser in which *user*, if any, signed in that long ago."""
        jar = CookieJar(unsafe=True)
        if user is not None:
            token = new_token()
            at = self.settings.now() - signed_in
            end = at + timedelta(days=30)
            stored = StoredSession(user.id, at, end, "this computer", "a program")
            async with self.database.transaction() as tx:
                await sessions.add(tx, hash_of(token), stored)
            jar.update_cookies({"overallt": token}, self.client.make_url("/"))
        browser = Browser(ClientSession(self.client.make_url("/"), cookie_jar=jar))
        self.browsers.append(browser)
        return browser


VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .rstrip(b"=")
    .decode()
)


@dataclass
class Consent:
    """An app that asks, a user who allows, and what the app is then given."""

    world: World
    back: str = "https://app.example/back?from=overallt"
    verifier: str = VERIFIER
    challenge: str = CHALLENGE

    async def app(self, *, public: bool, redirect_uri: str = "") -> RegisteredApp:
        owner = await self.world.user("maker")
        return await RegisteringApps(self.world.database).register(
            owner=owner.id,
            name="A reader",
            redirect_uri=redirect_uri or self.back,
            public=public,
        )

    @property
    def extension(self) -> RegisteredApp:
        """The app that every server has for the browser's extension."""
        app = App(
            client_id="overallt-extension",
            name="Överallt extension",
            public=True,
            redirect_uri="/oauth/arrived",
            first_party=True,
        )
        return RegisteredApp(app, secret=None)

    def asking(self, app: RegisteredApp, **others: str) -> dict[str, str]:
        return {
            "client_id": app.app.client_id,
            "response_type": "code",
            "scope": "flattr,thing",
            "state": "s&t=",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            **others,
        }

    def answer(self, response: ClientResponse) -> dict[str, str]:
        """Read what the user brings back to the app in the address."""
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        return {name: values[0] for name, values in query.items()}

    async def code(self, app: RegisteredApp, **others: str) -> tuple[Browser, str]:
        """Let ada allow what *app* asks for."""
        browser = await self.world.browser(await self.world.user("ada"))
        response = await browser.post(
            "/oauth/authorize", decision="allow", **self.asking(app, **others)
        )
        return browser, self.answer(response)["code"]

    async def token(
        self,
        app: RegisteredApp,
        code: str,
        headers: Mapping[str, str] | None = None,
        **others: str,
    ) -> tuple[int, str]:
        """Ask for the token; return the status and the token or the error's code."""
        form = {
            "grant_type": "authorization_code",
            "client_id": app.app.client_id,
            "code": code,
            "code_verifier": self.verifier,
            **({"client_secret": app.secret} if app.secret else {}),
            **others,
        }
        response = await self.world.client.post(
            "/oauth/token", data=form, headers=headers
        )
        text = await response.text()
        if response.status == HTTPStatus.OK:
            return 200, codec.decode(messages.AccessToken, text).access_token
        return response.status, codec.decode(messages.Error, text).error


@pytest.fixture
def consent(world: World) -> Consent:
    return Consent(world)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("OVERALLT_DATA", str(tmp_path))
    return Settings(listen_port=free_port())


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def world(
    settings: Settings, database: Database, outside: OutsideWorld
) -> AsyncIterator[World]:
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    app = make_app(settings, database, cheap, outside.way_out())
    server = TestServer(app, port=settings.listen_port)
    async with TestClient(server) as client:
        world = World(settings, database, app, client, cheap)
        yield world
        for browser in world.browsers:
            await browser.session.close()


@pytest.fixture
async def stranger(world: World) -> Browser:
    return await world.browser()
