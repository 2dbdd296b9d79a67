"""Hosts that some program takes no certificate for but the site's own.

Such a program breaks the greeting off. Most say why, by an alert, and are believed at
once, for a day. Others just end the connection, as a browser does whose reader goes
elsewhere; so they are believed the second time in a row, and for an hour.

A program is known again by where it calls from and by how it greets: which ciphers and
extensions it offers is the same each time and differs from one TLS library to another.
So a mail program that is let through to a host takes no buttons from the browser beside
it. Not recognised are programs that first look at our certificate when the greeting is
over. Their hosts belong on the opt-out list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mitmproxy.tls import ClientHello

AFTER_AN_ALERT: Final = timedelta(days=1)
AFTER_SILENCE: Final = timedelta(hours=1)
MOST_REMEMBERED: Final = 1000

# RFC 8446, 6.2, as OpenSSL words the alerts.
ALERTS: Final = ("unknown ca", "bad certificate", "certificate unknown")
# As mitmproxy words it that the connection ended within the greeting.
SILENCE: Final = "disconnected during the handshake"

# RFC 8446, 4.2, and RFC 7685: present or not, depending on what was said before or how
# long the greeting is: padding, pre-shared key, early data, session ticket, cookie.
CHANGING_EXTENSIONS: Final = frozenset({21, 35, 41, 42, 44})
# RFC 8701: both bytes of what means nothing and is drawn by lot end so.
GREASE: Final = 0x0A


@dataclass(frozen=True, slots=True)
class Caller:
    """Who greeted whom; *greeting* is what his TLS library always says."""

    address: str
    hosts: frozenset[str]
    greeting: tuple[tuple[int, ...], tuple[int, ...], tuple[bytes, ...]]


class PinnedHosts:
    """Remembers for a while who does not take our certificate."""

    def __init__(self) -> None:
        self._until: dict[Caller, datetime] = {}
        self._doubted: dict[Caller, None] = {}

    def accept(self, caller: Caller) -> None:
        """Note that *caller* took our certificate."""
        self._doubted.pop(caller, None)

    def break_off(self, caller: Caller, error: str, now: datetime) -> None:
        """Note that *caller* broke the greeting off, with what mitmproxy says of it."""
        if any(alert in error for alert in ALERTS):
            _put(self._until, caller, now + AFTER_AN_ALERT)
        elif SILENCE in error and caller in self._doubted:
            _put(self._until, caller, now + AFTER_SILENCE)
        elif SILENCE in error:
            _put(self._doubted, caller, None)

    def knows(self, caller: Caller, now: datetime) -> bool:
        """Tell whether *caller* would not take our certificate now either."""
        until = self._until.get(caller)
        return until is not None and now < until


def caller_of(address: str, hosts: Iterable[str], hello: ClientHello) -> Caller:
    """Return who says *hello* from *address* to *hosts*."""
    kinds = {kind for kind, _ in hello.extensions} - CHANGING_EXTENSIONS
    greeting = (
        tuple(each for each in hello.cipher_suites if not _is_grease(each)),
        # Browsers shuffle them.
        tuple(sorted(each for each in kinds if not _is_grease(each))),
        tuple(hello.alpn_protocols),
    )
    return Caller(address, frozenset(hosts), greeting)


def _is_grease(number: int) -> bool:
    """Tell whether *number* means nothing, whatever greets with it."""
    return number >> 8 == number & 0xFF and number & 0x0F == GREASE


def _put[T](noted: dict[Caller, T], caller: Caller, value: T) -> None:
    """Note *value* as the newest; the oldest gives way to it."""
    noted.pop(caller, None)
    while len(noted) >= MOST_REMEMBERED:
        del noted[next(iter(noted))]
    noted[caller] = value
