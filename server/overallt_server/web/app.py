"""The joining place of the server: settings and a database become an application."""

from pathlib import Path

from aiohttp import web

from overallt_server.outside.descriptions import Descriptions
from overallt_server.outside.fetching import WayOut
from overallt_server.outside.names import Names
from overallt_server.outside.proofs import Proofs
from overallt_server.settings import Settings
from overallt_server.storage.database import Database
from overallt_server.use_cases.authorizing import Authorizing
from overallt_server.use_cases.authorizing_devices import AuthorizingDevices
from overallt_server.use_cases.changing_passwords import ChangingPasswords
from overallt_server.use_cases.changing_things import ChangingThings
from overallt_server.use_cases.claiming_hosts import ClaimingHosts
from overallt_server.use_cases.confirming import Confirming
from overallt_server.use_cases.describing_things import DescribingThings
from overallt_server.use_cases.earning import Earning
from overallt_server.use_cases.flattring import Flattring
from overallt_server.use_cases.gathering import Room
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.giving_gifts import GivingGifts
from overallt_server.use_cases.indexing_things import IndexingThings
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.inviting import Inviting
from overallt_server.use_cases.looking_up import LookingUp
from overallt_server.use_cases.metering import Metering
from overallt_server.use_cases.passkeys import Passkeys
from overallt_server.use_cases.passwords import Passwords
from overallt_server.use_cases.paying_by_card import PayingByCard
from overallt_server.use_cases.paying_out import PayingOut
from overallt_server.use_cases.registering_apps import RegisteringApps
from overallt_server.use_cases.registering_things import RegisteringThings
from overallt_server.use_cases.reporting import Reporting
from overallt_server.use_cases.reviewing import Reviewing
from overallt_server.use_cases.second_factors import SecondFactors
from overallt_server.use_cases.signing_in import SigningIn
from overallt_server.use_cases.signing_up import SigningUp
from overallt_server.use_cases.submitting import Submitting
from overallt_server.use_cases.subscribing import Subscribing
from overallt_server.use_cases.taking_clicks_in import TakingClicksIn
from overallt_server.web.addresses import Addresses
from overallt_server.web.allowances import (
    METERS,
    Meters,
    add_allowance,
    close_meters,
    count_requests,
)
from overallt_server.web.answers import answer_refusals
from overallt_server.web.checks import (
    MAX_BODY_BYTES,
    add_headers,
    answer_preflights,
    refuse_other_hosts,
)
from overallt_server.web.endpoints import ENDPOINTS
from overallt_server.web.flattrs import answer_all_flattrs
from overallt_server.web.formats import answer_in_form
from overallt_server.web.index import INDEX_WATCH, IndexWatch, stop_waiting
from overallt_server.web.keys import SETTINGS, USE_CASES, UseCases
from overallt_server.web.mailing import sending
from overallt_server.web.metrics import METRICS, Metrics, measure
from overallt_server.web.pages import set_up_pages
from overallt_server.web.readers import READERS, Readers, refuse_too_many_readers
from overallt_server.web.routes import PAGES, PROGRAMS
from overallt_server.web.sessions import find_session, refuse_forged_forms


def make_app(
    settings: Settings,
    database: Database,
    passwords: Passwords,
    way_out: WayOut | None = None,
) -> web.Application:
    """Put the server together; the *database* is migrated, and closed by the caller.

    Without a *way_out* of its own it fetches from the real internet.
    """
    way_out = way_out or WayOut(Names())
    app = web.Application(
        client_max_size=MAX_BODY_BYTES,
        middlewares=[
            measure,
            answer_refusals,
            refuse_other_hosts,
            refuse_too_many_readers,
            answer_preflights,
            answer_in_form,
            find_session,
            refuse_forged_forms,
            count_requests,
        ],
    )
    app[SETTINGS] = settings
    app[METRICS] = Metrics()
    indexing = IndexingThings(database, most_things=settings.index_max_things)
    room = Room(waiting=settings.flattrs_waiting, at_once=settings.flattrs_at_once)
    flattring = Flattring(database, settings.rules, room)
    intending = Intending(database, settings.rules)
    submitting = Submitting(
        database, flattring, intending, public_url=settings.public_url
    )
    looking_up = LookingUp(database)
    app[USE_CASES] = UseCases(
        authorizing=Authorizing(database),
        authorizing_devices=AuthorizingDevices(database),
        changing_passwords=ChangingPasswords(database, passwords),
        changing_things=ChangingThings(database),
        confirming=Confirming(database, required=settings.mail_account is not None),
        claiming_hosts=ClaimingHosts(
            database, Proofs(way_out), profile_of=Addresses(settings.public_url).profile
        ),
        describing_things=DescribingThings(database, Descriptions(way_out)),
        earning=Earning(database, settings.rules),
        flattring=flattring,
        giving=Giving(database, settings.rules),
        giving_gifts=GivingGifts(database, settings.rules),
        indexing_things=indexing,
        intending=intending,
        inviting=Inviting(database, settings.registration),
        looking_up=looking_up,
        passkeys=Passkeys(database, public_url=settings.public_url),
        paying_out=PayingOut(database, settings.rules),
        paying_by_card=_paying_by_card(settings, database),
        registering_apps=RegisteringApps(database),
        registering_things=RegisteringThings(database),
        reporting=Reporting(database, settings.rules),
        reviewing=Reviewing(database, settings.rules),
        second_factors=SecondFactors(database),
        signing_in=SigningIn(database, passwords),
        signing_up=SigningUp(database, passwords, settings.registration),
        submitting=submitting,
        subscribing=Subscribing(database),
        taking_clicks_in=TakingClicksIn(looking_up, flattring, submitting),
    )
    readers = app[READERS] = Readers(settings.readers_at_once)
    app[INDEX_WATCH] = IndexWatch(indexing, readers)
    app[METERS] = Meters(
        tokens=Metering(database, limit=settings.requests_per_hour),
        lines=Metering(database, limit=settings.anonymous_requests_per_hour),
    )
    app.on_shutdown.append(stop_waiting)
    app.on_cleanup.append(answer_all_flattrs)
    app.on_cleanup.append(close_meters)
    app.on_response_prepare.append(add_headers)
    app.on_response_prepare.append(add_allowance)
    app.cleanup_ctx.append(sending(settings, database))
    set_up_pages(app)
    app[ENDPOINTS] = PROGRAMS
    app.add_routes([*PAGES, *PROGRAMS])
    app.add_routes([web.static("/static", Path(__file__).parent / "static")])
    return app


def _paying_by_card(settings: Settings, database: Database) -> PayingByCard | None:
    if settings.card_account is None:
        return None
    # The provider's library takes half a second to load: only for who needs it.
    from overallt_server.payments.stripe import Stripe

    return PayingByCard(database, settings.rules, Stripe(settings.card_account))
