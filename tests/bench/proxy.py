"""What rewriting costs on the way: our proxy beside mitmproxy's own, and others.

Ours is ``overallt proxy`` as a patron runs it; mitmproxy's is ``mitmdump -q``, which
looks at nothing. Both fetch the same pages in turn from one nginx on this machine, and
of the ratios the medians count. Others rewrite the same text tag as well as they can.
"""

import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

import page_loads
from figures import Figure
from loopback import HOST, free_port
from origin import Origin, origin
from programs import START_SECONDS, cpu_seconds, memory_bytes, open_files, running
from proxies import (
    NAME,
    Proxy,
    has_proxy_py,
    mitmdump,
    modifying,
    ours,
    privoxy,
    proxy_py,
)

CONNECTIONS: Final = 8
REQUESTS: Final = 240
# Of what takes long fewer; of what is timed many, beside which eight greetings by TLS
# are little.
COUNTS: Final = {"/gzip/1000-tag": REQUESTS // 4, "/gzip/100": REQUESTS * 2}
ROUNDS: Final = 5
HTTP: Final = {"HTTP": "--http1.1", "HTTPS": "--http1.1", "HTTP/2": "--http2"}
# Path, its name, what CPU per request may be over mitmdump -q.
PAGES: Final = (
    ("/gzip/20", "20 KB gzip", 0.85),
    ("/plain/100", "100 KB", 0.85),
    ("/gzip/100", "100 KB gzip", 0.85),
    ("/script/2", "2 KB script", 0.65),
    ("/plain/100-tag", "100 KB, a tag", 1.4),
    ("/gzip/100-tag", "100 KB gzip, a tag", 1.4),
    ("/gzip/1000-tag", "1 MB gzip, a tag", 2.0),
)
FASTER: Final = 1.3
MANY_PAGES: Final = 10_000
READINGS: Final = 10
MANY_CONNECTIONS: Final = 1_000


def figures() -> list[Figure]:
    """Measure all of it; without nginx there is nothing to fetch from."""
    if not shutil.which("nginx"):
        print("proxy: nginx is not installed (.ci/packages)", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory() as name, origin(Path(name)) as site:
        folder = Path(name)
        return [
            *(row for http in HTTP for row in _over_mitmdump(folder, site, http)),
            *_over_others(folder, site),
            *page_loads.figures(folder / "loads", site, _wait_for_index),
            *_slow_page(folder, site),
            *_memory(folder, site),
        ]


def _over_mitmdump(folder: Path, site: Origin, http: str) -> list[Figure]:
    secure = http != "HTTP"
    rows = []
    with (
        ours(folder, site, site.secure_port if secure else site.port) as we,
        mitmdump(folder, site) as they,
    ):
        _wait_for_index(we, site.url(NAME, "/plain/20-tag", secure=secure))
        both = (we, they)
        for path, name, must in PAGES:
            count = COUNTS.get(path, REQUESTS)
            ways = [(each, site.url(each.site, path, secure=secure)) for each in both]
            rounds = [
                [_load(proxy, url, HTTP[http], count) for proxy, url in ways]
                for _ in range(ROUNDS + 1)
            ][1:]
            cpu = statistics.median(us[0] / them[0] for us, them in rounds)
            speed = statistics.median(them[1] / us[1] for us, them in rounds)
            rows.append(
                Figure(
                    f"proxy: {http}, {name}, CPU over mitmdump -q",
                    cpu,
                    must=must,
                    at_least=False,
                )
            )
            if path == "/gzip/100":
                bound = FASTER if secure else None
                rows.append(
                    Figure(
                        f"proxy: {http}, {name}, requests/s over mitmdump -q",
                        speed,
                        must=bound,
                    )
                )
    return rows


def _load(proxy: Proxy, url: str, http: str, count: int) -> tuple[float, float]:
    """Fetch *url* *count* times; return the proxy's CPU seconds and all seconds."""
    before, begin = cpu_seconds(proxy.process), time.perf_counter()
    _curl(
        *(http, "-Z", "--parallel-max", str(CONNECTIONS), "-o", "/dev/null"),
        *("-x", proxy.url, f"{url}?[1-{count}]"),
    )
    return cpu_seconds(proxy.process) - before, time.perf_counter() - begin


def _over_others(folder: Path, site: Origin) -> list[Figure]:
    """Compare the first byte and the whole of four pages, one after the other."""
    with ExitStack() as stack:
        we = stack.enter_context(ours(folder, site, site.port))
        they = {"mitmdump --modify-body": stack.enter_context(modifying(folder, site))}
        if shutil.which("privoxy"):
            they["Privoxy"] = stack.enter_context(privoxy(folder, site))
        if has_proxy_py():
            they["proxy.py"] = stack.enter_context(proxy_py(folder))
        else:
            print("proxy: proxy.py is not installed", file=sys.stderr)
        _wait_for_index(we, site.url(NAME, "/plain/20-tag", secure=False))
        rows = []
        for path in ("/gzip/20", "/plain/100-tag", "/gzip/1000-tag", "/script/2"):
            for name, other in they.items():
                times = [
                    [_times(each, site, path) for each in (we, other)]
                    for _ in range(ROUNDS)
                ]
                for at, what in enumerate(("first byte", "all")):
                    value = statistics.median(us[at] / them[at] for us, them in times)
                    figure = f"proxy: {path[1:]}, time to {what}, over {name}"
                    rows.append(Figure(figure, value, must=None))
    return rows


def _times(proxy: Proxy, site: Origin, path: str) -> tuple[float, float]:
    """Return the median seconds to the first byte and to the last."""
    url = site.url(proxy.site, path, secure=False)
    out = _curl(
        *("-x", proxy.url, "-o", "/dev/null", f"{url}?[1-20]"),
        *("-w", "[%{time_starttransfer}, %{time_total}]\\n"),
    )
    each = [json.loads(line) for line in out.splitlines()]
    first, whole = (statistics.median(column) for column in zip(*each, strict=True))
    return first, whole


def _slow_page(folder: Path, site: Origin) -> list[Figure]:
    """Compare the first byte of a page that comes in ten slow pieces."""
    port = free_port()
    program = [sys.executable, str(Path(__file__).with_name("slow_site.py")), str(port)]
    with running(program, port), ours(folder, site, port) as we:
        url = f"http://{NAME}:{port}/"
        _wait_for_index(we, url)
        through, direct = (
            statistics.median(_first_byte(url, *way) for _ in range(ROUNDS))
            for way in (("-x", we.url), ("--resolve", f"{NAME}:{port}:{HOST}"))
        )
    name = "proxy: first byte of a slow page, ms more than without a proxy"
    return [Figure(name, (through - direct) * 1000, must=10, at_least=False)]


def _first_byte(url: str, *way: str) -> float:
    out = _curl(*way, "-o", "/dev/null", "-w", "%{time_starttransfer}", url)
    return float(out)


def _memory(folder: Path, site: Origin) -> list[Figure]:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    url = site.url(NAME, "/gzip/100-tag", secure=False)
    with ours(folder, site, site.port) as we:
        _wait_for_index(we, site.url(NAME, "/plain/20-tag", secure=False))
        before, after = (_peak_after_many_pages(we, url) for _ in range(2))
        pages = after / before
        _open_and_close(we, url)
        _open_and_close(we, url)
        opened = memory_bytes(we.process)
        _open_and_close(we, url)
        connections = memory_bytes(we.process) / opened
    names = (f"{MANY_PAGES} more pages", f"{MANY_CONNECTIONS} open connections")
    return [
        Figure(f"proxy: memory after {name} over before", value, 1.1, at_least=False)
        for name, value in zip(names, (pages, connections), strict=True)
    ]


def _peak_after_many_pages(proxy: Proxy, url: str) -> int:
    """Return the most memory held meanwhile: Python gives it back in leaps."""
    peak = 0
    for _ in range(READINGS):
        _load(proxy, url, "--http1.1", MANY_PAGES // READINGS)
        peak = max(peak, memory_bytes(proxy.process))
    return peak


def _open_and_close(proxy: Proxy, url: str) -> None:
    """Have many connections open at once, each of which gets a page and waits."""
    place = proxy.url.removeprefix("http://")
    with ExitStack() as stack:
        connections = [
            stack.enter_context(closing(HTTPConnection(place)))
            for _ in range(MANY_CONNECTIONS)
        ]
        for each in connections:
            each.request("GET", url)
        for each in connections:
            each.getresponse().read()
        opened = open_files(proxy.process)
        # Each has one to the browser and one to the site.
        if opened < MANY_CONNECTIONS * 2:
            raise RuntimeError(f"only {opened} files were open")
    end = time.monotonic() + START_SECONDS
    while open_files(proxy.process) > MANY_CONNECTIONS // 10:
        if time.monotonic() > end:
            raise TimeoutError("connections stay open")
        time.sleep(0.1)


def _wait_for_index(proxy: Proxy, url: str) -> None:
    """Wait until our proxy knows of thing 7, so that it really rewrites *url*."""
    end = time.monotonic() + START_SECONDS
    while "flattr.internal/give/7" not in _curl("-x", proxy.url, url):
        if time.monotonic() > end:
            raise TimeoutError(url)
        time.sleep(0.1)


def _curl(*arguments: str) -> str:
    done = subprocess.run(
        ["curl", "-s", "-S", "-f", "-k", "--no-progress-meter", *arguments],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout
