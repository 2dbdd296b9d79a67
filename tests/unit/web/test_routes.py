"""The table of addresses."""

from overallt_server.web.endpoints import Described
from overallt_server.web.routes import PAGES, PROGRAMS


def test_no_address_is_given_twice() -> None:
    routes = [(route.method, route.path) for route in (*PAGES, *PROGRAMS)]

    assert len(routes) == len(set(routes))


def test_every_address_is_explained_by_its_handler() -> None:
    for route in (*PAGES, *PROGRAMS):
        handler = route.handler
        handle = handler.handle if isinstance(handler, Described) else handler

        assert handle.__doc__, route.path
