"""The PAC file, run as a browser runs it."""

import json
import shutil
import subprocess

import pytest

from overallt.cli.pac import pac

SCRIPT = """
function isPlainHostName(host) { return !host.includes("."); }
%s
console.log(JSON.stringify(%s.map((host) => FindProxyForURL("", host))));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is missing")
def test_this_machine_and_its_network_are_reached_directly() -> None:
    direct = ["localhost", "intranet", "127.0.0.1", "10.1.2.3", "192.168.0.1"]
    direct += ["172.16.0.1", "172.31.0.1", "169.254.1.1", "[::1]"]
    proxied = ["site.test", "flattr.internal", "172.32.0.1", "10.example", "8.8.8.8"]
    hosts = json.dumps(direct + proxied)

    found = subprocess.run(
        ["node", "-e", SCRIPT % (pac("127.0.0.1:8080"), hosts)],
        capture_output=True,
        check=True,
    )

    assert json.loads(found.stdout) == (
        ["DIRECT"] * len(direct) + ["PROXY 127.0.0.1:8080"] * len(proxied)
    )
