"""Sources of packages on PyPI that tests need, pinned by hash and never committed.

``pip download`` would build what it fetches, so the index is asked as pip asks it: by
the simple API's JSON, at the address that pip is configured for.
"""

import asyncio
import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from npm import PATIENCE_SECONDS, run
from yarl import URL

PYPI: Final = "https://pypi.org/simple"
SIMPLE: Final = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True, slots=True)
class PypiPackage:
    """A source distribution on PyPI, by the SHA-256 of its archive."""

    name: str
    version: str
    sha256: str

    @property
    def archive(self) -> str:
        """The archive's file name, as the packaging guide spells it."""
        return f"{self.name.replace('-', '_')}-{self.version}.tar.gz"


def download(package: PypiPackage, folder: Path) -> Path:
    """Fetch *package* into *folder* and return its archive.

    Raises:
        FileNotFoundError: The index does not have it.
        SubprocessError: There is no pip that knows which index to ask.
        aiohttp.ClientError: The index cannot be reached, or speaks no JSON.
        TimeoutError: The index takes too long.
    """
    content = asyncio.run(_fetched(package, _index(folder)))
    found = hashlib.sha256(content).hexdigest()
    if found != package.sha256:
        raise ValueError(f"{package.archive} is another one: SHA-256 {found}")
    archive = folder / package.archive
    archive.write_bytes(content)
    return archive


def _index(folder: Path) -> str:
    """Return the index that pip asks; the environment counts more than its files."""
    settings = run([sys.executable, "-m", "pip", "config", "list"], folder)
    found = dict(re.findall(r"^(.+)\.index-url='(.+)'$", settings, re.MULTILINE))
    address: str = found.get(":env:") or found.get("global") or PYPI
    return address.rstrip("/")


async def _fetched(package: PypiPackage, index: str) -> bytes:
    patience = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    async with aiohttp.ClientSession(
        raise_for_status=True, timeout=patience, trust_env=True
    ) as session:
        async with session.get(
            f"{index}/{package.name}/", headers={"Accept": SIMPLE}
        ) as answer:
            files = (await answer.json(content_type=SIMPLE))["files"]
            # PEP 503: a link may be relative to the page that holds it.
            links = {
                each["filename"]: answer.url.join(URL(each["url"])) for each in files
            }
        if package.archive not in links:
            raise FileNotFoundError(f"the index has no {package.archive}")
        async with session.get(links[package.archive]) as answer:
            return await answer.read()
