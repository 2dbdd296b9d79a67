"""The PAC file: which addresses a browser asks the proxy for.

The proxy refuses this machine and the network around it, so a browser goes
there directly, as it would without a proxy. Names are not resolved for that: the
browser's own look at the address decides, the proxy's look holds.
"""

from string import Template
from typing import Final

_PAC: Final = Template(
    """// Made by overallt; it is written anew by every "overallt setup".
function FindProxyForURL(url, host) {
  if (isPlainHostName(host) || host.charAt(0) === "[") {
    return "DIRECT";
  }
  const local = /^(127|10|192\\.168|169\\.254|172\\.(1[6-9]|2\\d|3[01]))\\.[\\d.]+$$/;
  if (local.test(host)) {
    return "DIRECT";
  }
  return "PROXY $address";
}
"""
)


def pac(address: str) -> str:
    """Print the PAC file for the proxy at *address*, ``host:port``."""
    return _PAC.substitute(address=address)
