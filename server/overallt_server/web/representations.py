"""Users, things, activities and payouts as the API's messages."""

from collections.abc import Mapping
from typing import Final

from overallt.protocol import messages
from overallt_server.core.activities import Activity, Verb
from overallt_server.core.grants import Scope, Scopes
from overallt_server.core.payouts import Payout
from overallt_server.core.shown_things import ShownThing
from overallt_server.core.things import Thing
from overallt_server.core.users import User
from overallt_server.web.addresses import Addresses

# What was done, in a sentence and in the tag that names it.
_DEEDS: Final[Mapping[Verb, tuple[str, str]]] = {
    Verb.REGISTERED: ("registered", "thing"),
    Verb.FLATTRED: ("flattred", "flattr"),
}


def mini_user(user: User, addresses: Addresses) -> messages.MiniUser:
    """Return *user* as he is shown inside other messages."""
    return messages.MiniUser(
        resource=addresses.user_resource(user.username),
        link=addresses.profile(user.username),
        username=user.username,
    )


def user_message(user: User, addresses: Addresses, *, scopes: Scopes) -> messages.User:
    """Return *user* as somebody with *scopes* of his may see him."""
    extended = Scope.EXTENDEDREAD in scopes
    return messages.User(
        resource=addresses.user_resource(user.username),
        link=addresses.profile(user.username),
        username=user.username,
        url="",
        firstname="",
        lastname="",
        avatar="",
        about="",
        city="",
        country="",
        email=user.email if extended or Scope.EMAIL in scopes else None,
        registered_at=int(user.registered_at.timestamp()) if extended else None,
    )


def owner_message(
    user: User, addresses: Addresses, *, full: bool
) -> messages.User | messages.MiniUser:
    """Return *user* as he is shown inside another message, *full* or not."""
    if full:
        return user_message(user, addresses, scopes=frozenset())
    return mini_user(user, addresses)


def mini_thing(
    thing: Thing, addresses: Addresses, *, flattrs: int, owner: User | None
) -> messages.MiniThing:
    """Return *thing* as it is shown inside other messages."""
    return messages.MiniThing(
        resource=addresses.thing_resource(thing.id),
        link=addresses.thing(thing.id),
        id=thing.id,
        url=thing.url,
        title=thing.title,
        image="",
        flattrs=flattrs,
        owner=None if owner is None else mini_user(owner, addresses),
    )


def thing_message(
    shown: ShownThing,
    addresses: Addresses,
    *,
    owner: messages.User | messages.MiniUser,
) -> messages.Thing:
    """Return a thing as it is *shown*."""
    thing = shown.thing
    return messages.Thing(
        resource=addresses.thing_resource(thing.id),
        link=addresses.thing(thing.id),
        id=thing.id,
        url=thing.url,
        title=thing.title,
        description=thing.description,
        tags=list(thing.tags),
        language=thing.language,
        category=thing.category,
        created_at=int(thing.created_at.timestamp()),
        owner=owner,
        hidden=thing.hidden,
        image="",
        flattrs=shown.flattrs,
        flattrs_user_count=shown.patrons,
        flattred=shown.flattred,
        subscribed=shown.subscribed,
        hosts=shown.hosts,
    )


def activity_message(
    activity: Activity, user: User, addresses: Addresses
) -> messages.Activity:
    """Return what *user* has done."""
    thing, (told, named) = activity.thing, _DEEDS[activity.verb]
    return messages.Activity(
        published=activity.done_at.isoformat(),
        title=f'{user.username} {told} "{thing.title}"',
        actor=messages.ActivityObject(
            displayName=user.username,
            url=addresses.profile(user.username),
            objectType="person",
        ),
        verb=activity.verb.value,
        object=messages.ActivityObject(
            displayName=thing.title,
            url=addresses.thing(thing.id),
            objectType="bookmark",
        ),
        id=addresses.tag(activity.done_at, f"{user.username}/{named}/{thing.id}"),
    )


def payout_message(payout: Payout) -> messages.Payout:
    """Return *payout* as its owner may see it."""
    return messages.Payout(
        reference=payout.reference,
        state=str(payout.state),
        amount_minor=payout.amount.minor,
        currency=payout.amount.currency,
        iban=payout.iban,
        name=payout.name,
        requested_at=int(payout.requested_at.timestamp()),
        changed_at=int(payout.changed_at.timestamp()),
        reason=payout.reason or None,
    )
