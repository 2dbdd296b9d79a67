"""What comes in, as typed structs: nothing travels further as a dictionary."""

import json
import re
from typing import Annotated, Final, Literal

from aiohttp import web
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from overallt_server.core.flattrs import WEIGHTS
from overallt_server.core.periods import Period
from overallt_server.core.refusals import InvalidRequest
from overallt_server.core.searches import Sort, ThingSearch, tags_in, words_in
from overallt_server.core.subscriptions import LENGTHS
from overallt_server.core.urls import normal_url
from overallt_server.use_cases.authorizing import AuthorizationRequest
from overallt_server.web import bodies
from overallt_server.web.fields import (
    PERIOD,
    Minor,
    Tags,
    Text,
    Url,
    UrlOrNone,
    Words,
    lower,
    said,
)

DEFAULT_COUNT: Final = 30
MAX_COUNT: Final = 100
MAX_PAGE: Final = 1_000_000

# RFC 8941 strings may hold blanks; ours may not.
IDEMPOTENCY_KEY: Final = re.compile(r"^[!-~]{1,255}$", re.ASCII)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for each in text.split(",") if (code := each.strip()))


def _at_most_one_page(count: int) -> int:
    return min(count, MAX_COUNT)


class Input(BaseModel):
    """Unknown fields are ignored, as Flattr did; what is known has its type."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Paging(Input):
    """Which part of a list; pages count from 1."""

    count: Annotated[int, Field(ge=1), AfterValidator(_at_most_one_page)] = (
        DEFAULT_COUNT
    )
    page: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 1


class Fullness(Input):
    """Whether users and things inside messages are whole; any value says so."""

    full: Words | None = None

    @property
    def is_full(self) -> bool:
        """Whether it was said."""
        return self.full is not None


class Listing(Paging, Fullness):
    """Which part of a list, and how much of each."""


class ActivityListing(Paging):
    """Which part of what a user has done, or of what was done to his things."""

    type: Literal["outgoing", "incoming"] = "outgoing"


class Search(Listing):
    """Which things are looked for; what is empty leaves none out."""

    query: Words = ""
    url: UrlOrNone = ""
    tags: Words = ""
    language: Words = ""
    category: Words = ""
    user: Words = ""
    sort: Sort = Sort.RELEVANCE

    def wanted(self) -> ThingSearch:
        """Return what is looked for, whichever part of it is shown.

        Raises:
            InvalidRequest: it is too much at once.
            InvalidThing: *url* is no address that a thing could have.
        """
        return ThingSearch(
            words=words_in(self.query),
            url=normal_url(self.url) if self.url else None,
            tags=tags_in(self.tags),
            languages=_codes(self.language),
            categories=_codes(self.category),
            username=self.user.lower() or None,
            sort=self.sort,
        )


class Since(Input):
    """How old an index is that somebody has, in Unix seconds."""

    since: Annotated[int, Field(ge=0)] | None = None


class NewThing(Input):
    """A thing to register; what is empty, its page may say.

    With *read* it is not registered yet: its page is to be read first.
    """

    url: Url
    title: Text = ""
    description: Text = ""
    language: Text = ""
    category: Text = ""
    tags: Tags = ()
    hidden: bool = False
    read: bool = False


class ThingChanges(Input):
    """What is to be said of a thing from now on; ``None`` stays as it was."""

    title: Text | None = None
    description: Text | None = None
    language: Text | None = None
    category: Text | None = None
    tags: Tags | None = None
    hidden: bool | None = None


class PostedChanges(ThingChanges):
    """The same from a client that cannot send PATCH, and so names the method here."""

    method: Annotated[Literal["patch"], BeforeValidator(lower), Field(alias="_method")]


class Terms(Input):
    """What a subscription weighs, and for how many months it lasts, if not forever."""

    weight: Annotated[int, said(minimum=WEIGHTS[0], maximum=WEIGHTS[-1])] | None = None
    months: Annotated[int, said(enum=LENGTHS)] | None = None


class Address(Input):
    """Which address is meant."""

    url: Url


class LookUp(Input):
    """Which address is looked up; Flattr's clients called it by either name."""

    url: UrlOrNone = ""
    q: UrlOrNone = ""

    def wanted(self) -> str:
        """Return the address.

        Raises:
            InvalidRequest: there is none.
        """
        if not (self.url or self.q):
            raise InvalidRequest("url: Field required.")
        return self.url or self.q


class OfPeriod(Input):
    """Which month is meant; without one, all of them, or the open one."""

    period: Annotated[Text, said(pattern=PERIOD)] | None = None

    def wanted(self) -> Period | None:
        """Return the month.

        Raises:
            InvalidRequest: it is none.
        """
        if self.period is None:
            return None
        try:
            return Period.parse(self.period)
        except ValueError as error:
            raise InvalidRequest(str(error)) from error


class Back(Input):
    """Where to go when it is done: a local path, else the usual place."""

    back: Text = ""


class SignUp(Input):
    """The sign-up form; an invitation is asked for where not everybody may."""

    invitation: Text = ""
    username: Text = ""
    email: Text = ""
    password: Text = ""


class SignIn(Input):
    """The sign-in form."""

    name: Text = ""
    password: Text = ""
    next: Text = ""


class CardForm(Input):
    """How much to pay in by card."""

    card_amount: Text = ""


class CardBack(Input):
    """Which session at the card provider a patron comes back from."""

    session: Text = ""


class BudgetForm(Input):
    """The budget form; the amount is as people write it, ``5.00``."""

    amount: Text = ""
    paused: bool = False


class GiftForm(Input):
    """The form of a single gift; *id* makes it one, however often it is sent."""

    to: Text = ""
    amount: Text = ""
    id: Annotated[Text, Field(max_length=64)] = ""


class PayoutAccountForm(Input):
    """The bank account that payouts go to."""

    iban: Text = ""
    name: Text = ""


class PayoutForm(Input):
    """How much to pay out; empty: all of it."""

    amount: Text = ""


class PayoutRequest(Input):
    """How much to pay out, in minor units; without it, all."""

    amount_minor: Minor | None = None


class HostForm(Input):
    """Which host an owner calls his."""

    host: Text


class NewBudget(Input):
    """What to give each month, in minor units, unless it is paused (not *active*)."""

    amount_minor: Minor
    active: bool = True


class TypedCode(Input):
    """The code that a person has typed, and what he decides."""

    user_code: Text = ""
    decision: Text = ""


class NewApp(Input):
    """The form that registers an app."""

    name: Text = ""
    redirect_uri: Text = ""
    public: bool = False


class Revocation(Input):
    """Which access token to revoke, or which session to end."""

    key: Text = ""


class Authorization(Input):
    """The query of ``/oauth/authorize`` (RFC 6749, 4.1.1; RFC 7636, 4.3)."""

    client_id: Text
    response_type: Text = ""
    redirect_uri: Text | None = None
    scope: Text = ""
    state: Text | None = None
    code_challenge: Text | None = None
    code_challenge_method: Text | None = None
    decision: Text = ""

    def asked(self) -> AuthorizationRequest:
        """Return what is asked for, without what the user decides."""
        return AuthorizationRequest(
            client_id=self.client_id,
            redirect_uri=self.redirect_uri or None,
            response_type=self.response_type,
            scope=self.scope,
            state=self.state,
            code_challenge=self.code_challenge or None,
            code_challenge_method=self.code_challenge_method,
        )


class DeviceRequest(Input):
    """A device that begins to ask (RFC 8628, 3.1)."""

    client_id: Text
    scope: Text = ""


def query[T: Input](request: web.Request, kind: type[T]) -> T:
    """Read the query of *request*.

    Raises:
        InvalidRequest: a field is missing or of the wrong form.
    """
    return _read(kind, dict(request.query))


async def body[T: BaseModel](request: web.Request, kind: type[T]) -> T:
    """Read the body of *request*: JSON or a form, as Flattr took either.

    Raises:
        InvalidRequest: it is neither, or a field is missing or of the wrong form.
    """
    if request.content_type != "application/json":
        return _read(kind, await bodies.form(request))
    try:
        value = json.loads(await bodies.whole(request))
    except (ValueError, RecursionError, web.RequestPayloadError) as error:
        raise InvalidRequest("The body is no JSON.") from error
    return _read(kind, value)


def idempotency_key(request: web.Request) -> str | None:
    """Return the ``Idempotency-Key`` of *request*, if it has one.

    Raises:
        InvalidRequest: it is empty, too long, or not plain ASCII.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        raise InvalidRequest("An Idempotency-Key has 1 to 255 plain characters.")
    return key


def _read[T: BaseModel](kind: type[T], value: object) -> T:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise malformed(error) from error


def malformed(error: ValidationError) -> InvalidRequest:
    """Tell the first thing that is wrong with an input."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "The body"
    return InvalidRequest(f"{where}: {first['msg']}.")
