"""The table of addresses."""

from aiohttp import web

from overallt_server.web.routes import PAGES, PROGRAMS


def test_no_address_is_given_twice() -> None:
    routes = [
        (route.method, route.path)
        for route in (*PAGES, *PROGRAMS)
        if isinstance(route, web.RouteDef)
    ]

    assert len(PAGES) + len(PROGRAMS) == len(routes)
    assert len(routes) == len(set(routes))


def test_every_address_is_explained_by_its_handler() -> None:
    for route in (*PAGES, *PROGRAMS):
        assert isinstance(route, web.RouteDef)

        assert route.handler.__doc__, route.path
