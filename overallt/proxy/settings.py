"""What whoever starts the proxy decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from overallt.proxy.opt_out import OptOut


class Mode(StrEnum):
    """How what browsers send gets to the proxy, in mitmproxy's words."""

    HTTP = "regular"
    SOCKS = "socks5"
    WIREGUARD = "wireguard"
    LOCAL = "local"


# Here no request says a name, only an address that was looked up before.
BY_ADDRESS: Final = frozenset({Mode.WIREGUARD, Mode.LOCAL})


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """The proxy's settings; all are given, none is found out.

    *mode_detail* is the file of keys for WireGuard, the programs to capture for local
    capture, where nothing is listened to, and empty else;
    *authority_folder* holds the CA; *local_sites* maps names to addresses on
    this machine that the proxy may reach all the same; *upstream_ca* is a file
    with CAs that sites may have beside the public ones; *opt_out* tells which
    hosts are left alone; *one_clicks_a_day* is how often at most the sites that the
    patron trusts may give in 24 hours; *legacy* says whether Flattr's old markup
    comes back to life; *sign_in* is the ``name:password`` that every client has to
    send, where the proxy is not for this machine alone.
    """

    mode: Mode
    mode_detail: str
    listen_host: str
    listen_port: int
    authority_folder: Path
    local_sites: Mapping[str, tuple[str, int]]
    upstream_ca: Path | None
    opt_out: OptOut
    max_buttons: int
    one_clicks_a_day: int
    legacy: bool
    sign_in: str | None = field(repr=False)
