"""Endpoints: who is let in at an address, and what is taken and answered there.

Whoever adds an address says its door beside it (``routes``), and of one for programs
what it takes and answers beside its handler. Tests try each door with everybody; the
document that describes the API to programs (``openapi``) is made of nothing but this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from http import HTTPStatus
from typing import Any, Final, override

from aiohttp import web
from aiohttp.typedefs import Handler

from overallt_server.core.grants import Scope
from overallt_server.core.refusals import Refusal
from overallt_server.web.click_inputs import QueuedClicks
from overallt_server.web.inputs import Input


class Asker(StrEnum):
    """Who is let in."""

    ANYBODY = "anybody"
    KNOWN_OR_NOT = "anybody; with an access token, one learns more"
    PROGRAM = "a program with an access token"
    READER = "a program with an access token, or you at your browser"
    PERSON = "you at your browser, and no program"
    PERSON_JUST_NOW = "you at your browser, signed in just now, and no program"
    APP = "an app that proves itself"
    PROVIDER = "who signs what he tells"
    WATCHER = "who asks from a network that the operator has named"
    # On pages, whoever is not let in is led to the sign-in page.
    SIGNED_IN = "who is signed in"
    SIGNED_IN_JUST_NOW = "who has signed in just now"


@dataclass(frozen=True, slots=True)
class Door:
    """Who is let in, and with which scope if he is a program."""

    asker: Asker
    scope: Scope | None = None


ANYBODY: Final = Door(Asker.ANYBODY)
KNOWN_OR_NOT: Final = Door(Asker.KNOWN_OR_NOT)
PROGRAM: Final = Door(Asker.PROGRAM)
MAY_FLATTR: Final = Door(Asker.PROGRAM, Scope.FLATTR)
MAY_CHANGE_THINGS: Final = Door(Asker.PROGRAM, Scope.THING)
READS_GIVING: Final = Door(Asker.READER, Scope.FLATTR)
READS_REVENUE: Final = Door(Asker.READER, Scope.EXTENDEDREAD)
PERSON: Final = Door(Asker.PERSON)
PERSON_JUST_NOW: Final = Door(Asker.PERSON_JUST_NOW)
APP: Final = Door(Asker.APP)
PROVIDER: Final = Door(Asker.PROVIDER)
WATCHER: Final = Door(Asker.WATCHER)
SIGNED_IN: Final = Door(Asker.SIGNED_IN)
SIGNED_IN_JUST_NOW: Final = Door(Asker.SIGNED_IN_JUST_NOW)


@dataclass(frozen=True, slots=True)
class Described:
    """What *handle* does for programs: what it takes, and to which end.

    *answer* is a message or a list of them, in JSON; *forms* are content types in which
    it is answered, too, or instead. *refusals* are those that only this one has: what
    its door, a malformed input and a busy server are refused for goes without saying.
    Who is *repeatable* takes an ``Idempotency-Key``. *others* are further messages,
    each with its status.
    """

    handle: Handler
    answer: Any
    query: type[Input] | None
    body: type[Input | QueuedClicks] | None
    forms: tuple[str, ...]
    status: HTTPStatus
    refusals: tuple[type[Refusal], ...]
    repeatable: bool
    others: tuple[tuple[HTTPStatus, Any], ...]

    @property
    def name(self) -> str:
        """What it is called by whoever describes it: ``things.show``."""
        return f"{self.handle.__module__.rpartition('.')[2]}.{self.handle.__name__}"


def answers(
    answer: Any = None,
    *,
    query: type[Input] | None = None,
    body: type[Input | QueuedClicks] | None = None,
    forms: tuple[str, ...] = (),
    status: HTTPStatus = HTTPStatus.OK,
    refusals: tuple[type[Refusal], ...] = (),
    repeatable: bool = False,
    others: tuple[tuple[HTTPStatus, Any], ...] = (),
) -> Callable[[Handler], Described]:
    """Describe a handler for programs, as ``Described`` tells."""
    return partial(
        Described,
        answer=answer,
        query=query,
        body=body,
        forms=forms,
        status=status,
        refusals=refusals,
        repeatable=repeatable,
        others=others,
    )


@dataclass(frozen=True, slots=True)
class Endpoint(web.AbstractRouteDef):
    """What is done at *path* by *method*, and for whom."""

    method: str
    path: str
    handler: Handler | Described
    door: Door

    @property
    def described(self) -> Described:
        """What programs are told of it; pages are described by themselves."""
        if not isinstance(self.handler, Described):
            raise TypeError(f"{self.path} does not say what it takes and answers.")
        return self.handler

    @override
    def register(self, router: web.UrlDispatcher) -> list[web.AbstractRoute]:
        """Let *router* lead here."""
        handler = self.handler
        handle = handler.handle if isinstance(handler, Described) else handler
        return web.RouteDef(self.method, self.path, handle, {}).register(router)


ENDPOINTS: Final = web.AppKey("ENDPOINTS", tuple[Endpoint, ...])


get: Final = partial(Endpoint, "GET")
post: Final = partial(Endpoint, "POST")
put: Final = partial(Endpoint, "PUT")
patch: Final = partial(Endpoint, "PATCH")
delete: Final = partial(Endpoint, "DELETE")
