"""Every address of the server and who answers it: the table of contents of web.

Addresses of the API may end in ``.json``, as Flattr's did; streams of activities in
``.as`` and ``.atom``, too.
"""

from typing import Final

from aiohttp import web

from overallt_server.web import (
    account,
    accounts,
    activities,
    allowances,
    apps,
    buckets,
    budgets,
    cards,
    confirming,
    dashboard,
    devices,
    flattrs,
    front,
    gifts,
    index,
    intents,
    oauth,
    operations,
    payouts,
    public,
    revenue,
    settlements,
    subscriptions,
    things,
    users,
    words,
)
from overallt_server.web.addresses import API

_JSON: Final = r"{json:(?:\.json)?}"
_STREAM: Final = r"{form:(?:\.json|\.as|\.atom)?}"
# Flattr's clients wrote it with a slash and without.
_SLASH: Final = "{slash:/?}"
# As short as it can be, so that a ".json" is left to the suffix.
_ID: Final = "{id:[^/]+?}"
_IDS: Final = "{ids:[^/,]*,[^/]*?}"

PAGES: Final[tuple[web.AbstractRouteDef, ...]] = (
    web.get("/", front.show),
    web.get("/errors", front.show_errors),
    web.get("/signup", accounts.show_sign_up),
    web.post("/signup", accounts.sign_up),
    web.get("/signin", accounts.show_sign_in),
    web.post("/signin", accounts.sign_in),
    web.post("/signout", accounts.sign_out),
    web.get("/confirm", confirming.show),
    web.post("/confirm", confirming.confirm),
    web.get("/account", account.show),
    web.post("/account/confirmation", account.ask_for_confirmation),
    web.get("/dashboard", dashboard.show),
    web.get("/budget", budgets.show),
    web.post("/budget", budgets.change),
    web.get("/gifts", gifts.show),
    web.post("/gifts", gifts.give),
    web.post("/gifts/{id}/undo", gifts.undo),
    web.get("/payouts", payouts.show),
    web.post("/payouts", payouts.ask),
    web.post("/payouts/account", payouts.name_account),
    web.get("/things/new", public.show_new_thing),
    web.post("/things/new", public.new_thing),
    web.get("/t/{id}", public.show_thing),
    web.get("/thing/{id}", public.show_thing),
    web.post("/thing/{id}/flattr", public.flattr_thing),
    web.post("/thing/{id}/undo", public.undo_flattr),
    web.get("/profile/{username}", public.show_profile),
    web.get("/apps", apps.show),
    web.post("/apps/revoke", apps.revoke),
    web.get("/apps/new", apps.show_new),
    web.post("/apps/new", apps.register),
    web.get("/device", devices.show),
    web.post("/device", devices.show_asking),
    web.post("/device/decision", devices.decide),
    web.get("/oauth/authorize", oauth.show),
    web.post("/oauth/authorize", oauth.decide),
    web.post("/card", cards.begin),
    web.get("/card/back", cards.come_back),
)

PROGRAMS: Final[tuple[web.AbstractRouteDef, ...]] = (
    web.post("/oauth/token", oauth.token),
    web.post("/oauth/device", devices.begin),
    web.get("/.well-known/oauth-authorization-server", oauth.metadata),
    web.get("/healthz", operations.healthy),
    web.get("/readyz", operations.ready),
    web.post("/webhooks/stripe", cards.hear),
    # Before the things by id, of which these words would be some.
    web.get(f"{API}/things/lookup{_SLASH}{_JSON}", things.lookup),
    web.get(f"{API}/things/search{_SLASH}{_JSON}", things.search),
    web.get(f"{API}/things/index", index.things_index),
    web.get(f"{API}/things/range{_JSON}", buckets.show),
    web.get(f"{API}/things/range/{{prefix:[01]*}}{_JSON}", buckets.show_one),
    web.post(f"{API}/things{_SLASH}{_JSON}", things.register),
    web.get(f"{API}/things/{_IDS}{_JSON}", things.show_many),
    web.get(f"{API}/things/{_ID}{_JSON}", things.show),
    web.patch(f"{API}/things/{_ID}{_JSON}", things.change),
    web.post(f"{API}/things/{_ID}{_JSON}", things.change),
    web.delete(f"{API}/things/{_ID}{_JSON}", things.delete),
    web.get(f"{API}/things/{_ID}/flattrs{_JSON}", flattrs.list_of_thing),
    web.post(f"{API}/flattr{_JSON}", flattrs.flattr_address),
    web.post(f"{API}/things/{_ID}/flattr{_JSON}", flattrs.flattr_thing),
    web.delete(f"{API}/things/{_ID}/flattr{_JSON}", flattrs.undo_flattr),
    web.post(f"{API}/things/{_ID}/subscriptions{_JSON}", subscriptions.subscribe),
    web.put(f"{API}/things/{_ID}/subscriptions{_JSON}", subscriptions.toggle),
    web.patch(f"{API}/things/{_ID}/subscriptions{_JSON}", subscriptions.change),
    web.delete(f"{API}/things/{_ID}/subscriptions{_JSON}", subscriptions.end),
    web.get(f"{API}/user{_JSON}", users.show_me),
    web.get(f"{API}/user/flattrs{_JSON}", flattrs.list_mine),
    web.get(f"{API}/user/activities{_STREAM}", activities.list_mine),
    web.get(f"{API}/user/things{_JSON}", things.list_mine),
    web.get(f"{API}/user/subscriptions{_JSON}", subscriptions.list_mine),
    web.get(f"{API}/user/intents{_JSON}", intents.list_mine),
    web.post(f"{API}/user/intents{_JSON}", intents.intend),
    web.delete(f"{API}/user/intents{_JSON}", intents.take_back),
    web.get(f"{API}/user/means{_JSON}", users.show_means),
    web.put(f"{API}/user/budget{_JSON}", users.set_budget),
    web.get(f"{API}/user/settlements{_JSON}", settlements.list_mine),
    web.get(f"{API}/user/revenue.csv", revenue.download),
    web.get(f"{API}/user/revenue{_JSON}", revenue.show),
    web.get(f"{API}/user/payouts{_JSON}", payouts.list_mine),
    web.post(f"{API}/user/payouts{_JSON}", payouts.ask_by_api),
    web.get(f"{API}/users/{_ID}{_JSON}", users.show),
    web.get(f"{API}/users/{_ID}/things{_JSON}", things.list_of_user),
    web.get(f"{API}/users/{_ID}/flattrs{_JSON}", flattrs.list_of_user),
    web.get(f"{API}/users/{_ID}/activities{_STREAM}", activities.list_of_user),
    web.get(f"{API}/rate_limit{_JSON}", allowances.show),
    web.get(f"{API}/languages.txt", words.print_languages),
    web.get(f"{API}/languages{_JSON}", words.show_languages),
    web.get(f"{API}/categories.txt", words.print_categories),
    web.get(f"{API}/categories{_JSON}", words.show_categories),
)
