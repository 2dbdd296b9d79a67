"""What every handler can reach: the settings and the use cases, by typed keys."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from overallt_server.settings import Settings
from overallt_server.use_cases.authorizing import Authorizing
from overallt_server.use_cases.authorizing_devices import AuthorizingDevices
from overallt_server.use_cases.changing_passwords import ChangingPasswords
from overallt_server.use_cases.changing_things import ChangingThings
from overallt_server.use_cases.claiming_hosts import ClaimingHosts
from overallt_server.use_cases.confirming import Confirming
from overallt_server.use_cases.describing_things import DescribingThings
from overallt_server.use_cases.earning import Earning
from overallt_server.use_cases.flattring import Flattring
from overallt_server.use_cases.giving import Giving
from overallt_server.use_cases.giving_gifts import GivingGifts
from overallt_server.use_cases.indexing_things import IndexingThings
from overallt_server.use_cases.intending import Intending
from overallt_server.use_cases.inviting import Inviting
from overallt_server.use_cases.looking_up import LookingUp
from overallt_server.use_cases.passkeys import Passkeys
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


@dataclass(frozen=True, slots=True)
class UseCases:
    """All that the server does for people and programs, one field for each."""

    authorizing: Authorizing
    authorizing_devices: AuthorizingDevices
    changing_passwords: ChangingPasswords
    changing_things: ChangingThings
    confirming: Confirming
    claiming_hosts: ClaimingHosts
    describing_things: DescribingThings
    earning: Earning
    flattring: Flattring
    giving: Giving
    giving_gifts: GivingGifts
    indexing_things: IndexingThings
    intending: Intending
    inviting: Inviting
    looking_up: LookingUp
    passkeys: Passkeys
    paying_out: PayingOut
    paying_by_card: PayingByCard | None
    registering_apps: RegisteringApps
    registering_things: RegisteringThings
    reporting: Reporting
    reviewing: Reviewing
    second_factors: SecondFactors
    signing_in: SigningIn
    signing_up: SigningUp
    submitting: Submitting
    subscribing: Subscribing
    taking_clicks_in: TakingClicksIn


SETTINGS: Final = web.AppKey("SETTINGS", Settings)
USE_CASES: Final = web.AppKey("USE_CASES", UseCases)


def use_cases(request: web.Request) -> UseCases:
    """Return the use cases of the server that got *request*."""
    return request.app[USE_CASES]


def settings(request: web.Request) -> Settings:
    """Return the settings of the server that got *request*."""
    return request.app[SETTINGS]
