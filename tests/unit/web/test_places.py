"""A session is named so that its user knows it again, and no finer."""

import pytest
from aiohttp.test_utils import make_mocked_request

from overallt_server.web.places import place

GECKO = "Mozilla/5.0 (%s) Gecko/20100101 Firefox/140.0"
WEBKIT = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Safari/605.1.15"
)
BLINK = "Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 %s"


@pytest.mark.parametrize(
    ("agent", "program"),
    [
        (GECKO % "X11; Linux x86_64; rv:140.0", "Firefox on Linux"),
        (GECKO % "Android 15; Mobile; rv:140.0", "Firefox on Android"),
        (BLINK % ("Windows NT 10.0; Win64; x64", "Safari/537.36"), "Chrome on Windows"),
        (BLINK % ("Linux; Android 15", "Mobile Safari/537.36"), "Chrome on Android"),
        (
            BLINK % ("Windows NT 10.0", "Safari/537.36 Edg/150.0"),
            "Edge on Windows",
        ),
        (WEBKIT, "Safari on Mac OS X"),
        ("curl/8.5.0", "a program"),
        ("<script>", "a program"),
        ("", "a program"),
    ],
)
def test_a_browser_and_its_system_are_named_without_their_versions(
    agent: str, program: str
) -> None:
    request = make_mocked_request("POST", "/signin", headers={"User-Agent": agent})

    assert program == place(request).program
