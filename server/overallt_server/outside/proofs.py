"""Proofs as they are read outside: records, files and pages that say whose they are."""

from urllib.parse import urljoin

from bs4 import BeautifulSoup

from overallt_server.core.found_pages import FoundPage, Unreachable
from overallt_server.core.proofs import META_NAME, HostClaim, text_naming
from overallt_server.core.refusals import InvalidThing, NotProved
from overallt_server.core.urls import normal_url
from overallt_server.outside.fetching import WayOut
from overallt_server.outside.soups import attribute, soup_of


class Proofs:
    """Looks whether hosts and pages name an owner by the address of his profile."""

    def __init__(self, way_out: WayOut) -> None:
        self._way_out = way_out

    async def of_host(self, claim: HostClaim, profile: str) -> None:
        """Go on only if the host of *claim* says, by record or file, whose it is.

        Raises:
            NotProved: it does not; the sentences say what is there instead.
        """
        wanted = text_naming(profile)
        record = await self._record(claim, wanted)
        file = record and await self._file(claim, wanted)
        if record and file:
            raise NotProved(
                f"The record {claim.record_name}: {record} The file: {file}"
            )

    async def of_page(self, url: str, profile: str) -> None:
        """Go on only if the page at *url* itself says whose it is.

        Raises:
            NotProved: it does not; the sentence says why.
        """
        try:
            page = await self._way_out.fetch(url, leaves_host=False)
        except Unreachable as error:
            raise NotProved(f"The page: {error}") from error
        if not await _names(page, profile):
            raise NotProved("The page does not say whose it is.")

    async def _record(self, claim: HostClaim, wanted: str) -> str:
        """Return why the record proves nothing; empty if it proves it."""
        try:
            texts = await self._way_out.names.texts(claim.record_name)
        except Unreachable as error:
            return str(error)
        if wanted in (text.strip() for text in texts):
            return ""
        return "It says something else." if texts else "There is none."

    async def _file(self, claim: HostClaim, wanted: str) -> str:
        """Return why the file proves nothing; empty if it proves it."""
        try:
            page = await self._way_out.fetch(claim.file_url, leaves_host=False)
        except Unreachable as error:
            return str(error)
        lines = page.body.decode(errors="replace").splitlines()
        if wanted in (line.strip() for line in lines):
            return ""
        return "It says something else."


async def _names(page: FoundPage, profile: str) -> bool:
    soup = await soup_of(page, "head", "a", "link")
    return _says(soup, profile) or _links(soup, page.url, profile)


def _says(soup: BeautifulSoup, profile: str) -> bool:
    # Who may write a comment may not write into the head.
    return any(
        attribute(each, "content") == profile
        for each in soup.select(f'head meta[name="{META_NAME}" i]')
    )


def _links(soup: BeautifulSoup, base: str, profile: str) -> bool:
    return any(
        _leads_to(attribute(each, "href"), base, profile)
        for each in soup.select('a[rel~="me" i][href], link[rel~="me" i][href]')
    )


def _leads_to(target: str, base: str, profile: str) -> bool:
    try:
        return normal_url(urljoin(base, target)) == normal_url(profile)
    except (InvalidThing, ValueError):
        return False
