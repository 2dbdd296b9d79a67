"""Signs a person in at the server's pages and approves a device code there.

It fills in the same forms that a person would fill in, hidden fields and all.
"""

import aiohttp
from bs4 import BeautifulSoup, Tag

from overallt.client.device_flow import sign_in
from overallt.client.server import Server
from overallt.protocol.messages import AccessToken, DeviceAuthorization


async def get_token(server_url: str, name: str, password: str) -> AccessToken:
    """Get *name* an access token by the device code, approved by himself.

    Raises:
        Refused, ServerUnreachable: as ``client.device_flow.sign_in``.
        LookupError: a page of the server has not the form expected.
    """
    asked: list[DeviceAuthorization] = []
    async with (
        Server(server_url, None) as server,
        aiohttp.ClientSession(server_url) as person,
    ):

        async def approve(_seconds: float) -> None:
            # Where a person would wait for himself; each code is approved once.
            while asked:
                code = asked.pop().user_code
                page = await _fill_in(
                    person,
                    "/signin",
                    await _get(person, "/signin"),
                    name=name,
                    password=password,
                )
                page = await _fill_in(
                    person, "/device", await _get(person, "/device"), user_code=code
                )
                await _fill_in(person, "/device", page, decision="allow")

        return await sign_in(server, asked.append, sleep=approve)


async def _get(person: aiohttp.ClientSession, path: str) -> str:
    async with person.get(path) as response:
        return await response.text()


async def _fill_in(
    person: aiohttp.ClientSession, path: str, page: str, **fields: str
) -> str:
    """Send the form of *page* that has all *fields*; return the page after it."""
    for form in BeautifulSoup(page, "html.parser").find_all("form"):
        named = {
            str(field["name"]): str(field.get("value", ""))
            for field in form.find_all(["input", "button"])
            if isinstance(field, Tag) and field.get("name")
        }
        if set(fields) <= set(named):
            action = str(form.get("action") or path)
            async with person.post(action, data=named | fields) as response:
                return await response.text()
    raise LookupError(f"no form with {', '.join(fields)} at {path}")
