"""Parameters of commands that are addresses."""

from collections.abc import Callable
from typing import Any, override

import click

from overallt.cli import addresses
from overallt.client.opt_out_file import read_host
from overallt.proxy.site_settings import Upstream


class Parsed(click.ParamType[Any]):
    """A parameter that *parse* takes apart; what it refuses is a usage error."""

    def __init__(self, name: str, parse: Callable[[str], object]) -> None:
        self.name = name
        self._parse = parse

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """Parse what was typed; a default may have been parsed already."""
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


SERVER = Parsed("server", addresses.parse_server)
HOST_PORT = Parsed("host:port", addresses.parse_host_port)
UPSTREAM = Parsed("http://host:port", Upstream.parse)
LOCAL_SITE = Parsed("name=host:port", addresses.parse_local_site)
OPT_OUT_HOST = Parsed("host", read_host)

listen_option = click.option(
    "--listen",
    type=HOST_PORT,
    default=addresses.DEFAULT_LISTEN,
    show_default=True,
    help="Where the proxy listens.",
)
