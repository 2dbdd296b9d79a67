"""Fetches one page of the web, as a reader's browser would get it."""

import asyncio
from typing import Final

import aiohttp

from overallt.cli.pages import Page, Unreadable
from overallt.proxy.eligibility import Decision, decide

LARGEST_PAGE_BYTES: Final = 32 * 1024 * 1024
ANSWER_SECONDS: Final = 30.0
_CHUNK_BYTES: Final = 1 << 16

# What the proxy decides by the head of an answer, in words for the site's owner.
_LEFT_ALONE: Final = {
    Decision.NO_HTML: "the site does not say Content-Type: text/html",
    Decision.DOWNLOAD: "the site gives the page as a download",
    Decision.NO_TRANSFORM: "the site says Cache-Control: no-transform",
}


def fetch(url: str) -> Page:
    """Fetch the page at *url*, wherever it is redirected to.

    Raises:
        Unreadable: there is none, or it is too large or too slow.
    """
    try:
        return asyncio.run(_fetch(url))
    except aiohttp.InvalidURL:
        raise Unreadable("this is not an address.") from None
    except aiohttp.TooManyRedirects:
        raise Unreadable("the site redirects without end.") from None
    except TimeoutError:
        raise Unreadable(
            f"the site took longer than {ANSWER_SECONDS:.0f} seconds."
        ) from None
    except (aiohttp.ClientError, OSError) as error:
        raise Unreadable(f"the page cannot be fetched ({error}).") from None


async def _fetch(url: str) -> Page:
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(url, headers={"Accept": "text/html"}) as response,
    ):
        decision = decide(
            method="GET",
            request_headers={},
            status=response.status,
            response_headers=response.headers,
        )
        if decision is Decision.NO_PAGE:
            raise Unreadable(f"the site answered with status {response.status}.")
        content = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            content += chunk
            if len(content) > LARGEST_PAGE_BYTES:
                raise Unreadable(
                    f"the page is larger than {LARGEST_PAGE_BYTES:,} bytes."
                )
        content_type = response.headers.get("Content-Type")
        return Page(bytes(content), content_type, _LEFT_ALONE.get(decision))
