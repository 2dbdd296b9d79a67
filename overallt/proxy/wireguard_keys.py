"""The keys of the tunnel between a phone and its proxy, in a file for the user only.

Who has the phone's key can use the proxy: it is what a password is for the proxy that
speaks HTTP. The file is of mitmproxy's form.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from mitmproxy_rs.wireguard import genkey, pubkey

from overallt.client.private_files import replace_private
from overallt.proxy.names import NAME_SERVER, PHONE

_OTHERS: Final = 0o077


class UnusableKeys(ValueError):
    """The keys cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class WireGuardKeys:
    """The private keys of the *proxy* and of the *phone*."""

    proxy: str = field(repr=False)
    phone: str = field(repr=False)

    @classmethod
    def ensure(cls, path: Path) -> Self:
        """Return the keys in the file at *path*, made where there is none.

        Raises:
            UnusableKeys: there is one, but it cannot be used.
        """
        if not path.exists():
            keys = {"server_key": genkey(), "client_key": genkey()}
            replace_private(path, json.dumps(keys).encode())
        try:
            readable = path.stat().st_mode & _OTHERS
            keys = json.loads(path.read_bytes())
            for key in (keys["server_key"], keys["client_key"]):
                pubkey(key)
        except (OSError, ValueError, LookupError, TypeError):
            raise UnusableKeys(f"{path} holds no keys: delete it.") from None
        if readable:
            raise UnusableKeys(f"Others can read {path}: run chmod 600 {path}")
        return cls(proxy=keys["server_key"], phone=keys["client_key"])

    def phone_settings(self, host: str, port: int) -> str:
        """Say what a phone has to know to reach the proxy at *host* and *port*."""
        # Both families go in, or a site with both would be read beside the proxy.
        return f"""\
[Interface]
PrivateKey = {self.phone}
Address = {PHONE[0]}/32, {PHONE[1]}/128
DNS = {NAME_SERVER}

[Peer]
PublicKey = {pubkey(self.proxy)}
AllowedIPs = 0.0.0.0/0, ::/0
Endpoint = {f"[{host}]" if ":" in host else host}:{port}
"""
