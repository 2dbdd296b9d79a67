"""The JSON messages of the API, as values.

Field names are Flattr's own (REST API v2, "Objects") wherever Flattr had the
field; times are Unix seconds, money is whole minor units. What is ours is an
addition that an old client never notices. ``protocol.codec`` prints and parses.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class MiniUser:
    """A user inside another message."""

    resource: str
    link: str
    username: str
    type: Literal["user"] = "user"


@dataclass(frozen=True, slots=True)
class User:
    """A user; what needs ``extendedread`` or ``email`` is ``None`` without it."""

    resource: str
    link: str
    username: str
    url: str
    firstname: str
    lastname: str
    avatar: str
    about: str
    city: str
    country: str
    email: str | None = None
    registered_at: int | None = None
    type: Literal["user"] = "user"


@dataclass(frozen=True, slots=True)
class MiniThing:
    """A thing inside another message; ``owner`` only inside lists of flattrs."""

    resource: str
    link: str
    id: int
    url: str
    title: str
    image: str
    flattrs: int
    owner: MiniUser | None = None
    type: Literal["thing"] = "thing"


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing; ``flattred`` and ``subscribed`` only for a signed-in asker.

    ``owner`` is a whole user for who asks for *full* messages.
    ``hosts`` are the hosts that its owner has proved to be his, in lower case; an
    addition of ours.
    """

    resource: str
    link: str
    id: int
    url: str
    title: str
    description: str
    tags: list[str]
    language: str
    category: str
    created_at: int
    owner: User | MiniUser
    hidden: bool
    image: str
    flattrs: int
    flattrs_user_count: int
    flattred: bool | None = None
    subscribed: bool | None = None
    hosts: list[str] | None = None
    type: Literal["thing"] = "thing"


@dataclass(frozen=True, slots=True)
class Flattr:
    """One flattr in a list; ``owner`` is the patron who gave it.

    Both are whole for who asks for *full* messages.
    """

    thing: Thing | MiniThing
    owner: User | MiniUser
    created_at: int
    type: Literal["flattr"] = "flattr"


@dataclass(frozen=True, slots=True)
class FlattrAnswer:
    """The answer to a flattr that counted."""

    message: Literal["ok"]
    description: str
    thing: MiniThing


@dataclass(frozen=True, slots=True)
class Intent:
    """A flattr for an address that nobody has claimed; an addition of ours.

    Once it was claimed it says by which *thing*, and in which *period* it counts.
    """

    url: str
    created_at: int
    expires_at: int
    thing: MiniThing | None = None
    period: str | None = None
    type: Literal["intent"] = "intent"


@dataclass(frozen=True, slots=True)
class IntentAnswer:
    """The answer to a flattr that waits for its owner; an addition of ours."""

    message: Literal["ok"]
    description: str
    intent: Intent


@dataclass(frozen=True, slots=True)
class ActivityObject:
    """Somebody or something in a stream of activities."""

    displayName: str  # noqa: N815 - Activity Streams 1.0 has written it so.
    url: str
    objectType: Literal["person", "bookmark"]  # noqa: N815 - and so this.


@dataclass(frozen=True, slots=True)
class Activity:
    """What *actor* has done, once; *published* is a time as RFC 3339 writes it."""

    published: str
    title: str
    actor: ActivityObject
    verb: str
    object: ActivityObject
    id: str


@dataclass(frozen=True, slots=True)
class Activities:
    """A stream of activities (Activity Streams 1.0, JSON)."""

    items: list[Activity]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A flattr that is repeated each period, unless it is paused (not *active*).

    *weight* and *last_period* (``2026-12``; ``None``: without end) are ours.
    """

    active: bool
    created_at: int
    started_at: int
    thing: MiniThing
    weight: int = 1
    last_period: str | None = None
    type: Literal["subscription"] = "subscription"


@dataclass(frozen=True, slots=True)
class SubscriptionTerms:
    """The answer to a subscription that was given another weight or length."""

    weight: int
    last_period: str | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionToggled:
    """The answer to a subscription that was paused, or started again."""

    message: Literal["started", "paused"]


@dataclass(frozen=True, slots=True)
class ThingCreated:
    """The answer to a thing registered."""

    id: int
    link: str
    message: Literal["ok"]
    description: str


@dataclass(frozen=True, slots=True)
class ThingChanged:
    """The answer to a thing described anew."""

    message: Literal["ok"]
    description: str


@dataclass(frozen=True, slots=True)
class Word:
    """A language or a category: its code, and its name in English."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class FoundThings:
    """The answer to a search: one *page*, with so many *items* of *total_items*."""

    total_items: int
    items: int
    page: int
    things: list[Thing]


@dataclass(frozen=True, slots=True)
class ThingBuckets:
    """How many things there are, and how many bits name a bucket of them."""

    things: int
    prefix_bits: int


@dataclass(frozen=True, slots=True)
class NamedThing:
    """A thing in a bucket; *hash* is that of its number or its owner's username.

    Of a hidden thing neither title nor owner is told.
    """

    hash: str
    id: int
    title: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class FlattrWorth:
    """A flattr of the open period and its share if the period ended now."""

    thing: int
    title: str
    worth_minor: int


@dataclass(frozen=True, slots=True)
class Means:
    """``GET /user/means``: what the patron has, gives, and gives it to.

    ``budget_minor`` is 0 until a budget was set; ``next_worth_minor`` is what
    one more flattr would be worth if the period ended right after it.
    """

    currency: str
    means_minor: int
    budget_minor: int
    budget_active: bool
    period: str
    pot_minor: int
    flattrs: list[FlattrWorth]
    next_worth_minor: int


@dataclass(frozen=True, slots=True)
class SettledShare:
    """What a thing's owner, or its team, got of one pot."""

    thing: int
    title: str
    share_minor: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a patron gave in a closed month; an addition of ours.

    ``pot_minor`` is the fee and all shares. ``settled_at`` is when it was booked, or,
    while it is *preliminary*, from when on it may be.
    """

    period: str
    preliminary: bool
    settled_at: int
    currency: str
    pot_minor: int
    fee_minor: int
    shares: list[SettledShare]
    type: Literal["settlement"] = "settlement"


@dataclass(frozen=True, slots=True)
class ThingRevenue:
    """What a thing brought its owner in one month, by so many *flattrs*."""

    thing: int
    title: str
    flattrs: int
    revenue_minor: int


@dataclass(frozen=True, slots=True)
class PeriodRevenue:
    """What an owner earned in a closed month; else as a ``Settlement``."""

    period: str
    preliminary: bool
    settled_at: int
    revenue_minor: int
    things: list[ThingRevenue]


@dataclass(frozen=True, slots=True)
class HeldRevenue:
    """What can be taken back *until* then, in Unix seconds."""

    amount_minor: int
    until: int


@dataclass(frozen=True, slots=True)
class Revenue:
    """``GET /user/revenue``: what an owner has not taken out, and each closed month.

    ``held_minor`` more is his unless it is taken back; *held* tells until when.
    """

    currency: str
    settled_minor: int
    held_minor: int
    held: list[HeldRevenue]
    periods: list[PeriodRevenue]


@dataclass(frozen=True, slots=True)
class Payout:
    """Revenue on its way to a bank account; an addition of ours.

    *state* is ``requested``, ``sent``, ``paid``, ``rejected`` or ``returned``, since
    ``changed_at``; the last two have a *reason*.
    """

    reference: str
    state: str
    amount_minor: int
    currency: str
    iban: str
    name: str
    requested_at: int
    changed_at: int
    reason: str | None = None
    type: Literal["payout"] = "payout"


@dataclass(frozen=True, slots=True)
class Error:
    """The body of every refusal."""

    error: str
    error_description: str
    error_uri: str


@dataclass(frozen=True, slots=True)
class DeviceAuthorization:
    """The answer to a device authorization request (RFC 8628, 3.2)."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int
    interval: int


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The answer of the token endpoint (RFC 6749, 5.1)."""

    access_token: str
    token_type: Literal["bearer"]
    scope: str
