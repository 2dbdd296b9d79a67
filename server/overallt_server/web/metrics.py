"""Metrics: what the server tells about itself to a program that watches over it.

They count and time what is asked, by the pattern of its address (``/thing/{id}``), and
tell whether the database answers. Nothing in them is about a person or a page. Several
workers share a folder in which each keeps its counts, so that any of them can tell the
sum; prometheus_client finds it by the environment, as its own documentation has it:
https://prometheus.github.io/client_python/multiprocess/
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from overallt_server.core.refusals import NotFound
from overallt_server.web.endpoints import answers
from overallt_server.web.formats import TEXT
from overallt_server.web.keys import settings, use_cases
from overallt_server.web.networks import comes_from

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
# What people wait for, and what they give up.
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
# Whoever invents methods or addresses is counted, but not by what he invents.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_OTHER: Final = "other"


class Metrics:
    """What is counted by this process, or by all that share its folder."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "overallt_requests",
            "Requests answered, by method, pattern of the address, and status",
            ("method", "path", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "overallt_request_seconds",
            "How long they took",
            ("method", "path"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        if SHARED_FOLDER not in os.environ:
            ProcessCollector(registry=self._registry)

    def count(self, request: web.Request, status: int, seconds: float) -> None:
        """Count that *request* was answered so."""
        method = request.method if request.method in _METHODS else _OTHER
        resource = request.match_info.route.resource
        path = _OTHER if resource is None else resource.canonical
        self._requests.labels(method, path, str(status)).inc()
        self._seconds.labels(method, path).observe(seconds)

    def text(self, *, database_answers: bool) -> str:
        """Return all of it in Prometheus' text format."""
        registry = self._registry
        if SHARED_FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
        now = CollectorRegistry()
        Gauge(
            "overallt_database_answers",
            "Whether the database could be read just now",
            registry=now,
        ).set(database_answers)
        return (generate_latest(registry) + generate_latest(now)).decode()


METRICS: Final = web.AppKey("METRICS", Metrics)


@web.middleware
async def measure(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count every answer and how long it took."""
    began = time.perf_counter()
    status = 500
    try:
        response = await handler(request)
        status = response.status
    except web.HTTPException as redirect:
        status = redirect.status
        raise
    finally:
        seconds = time.perf_counter() - began
        request.app[METRICS].count(request, status, seconds)
    return response


@answers(forms=(TEXT,), refusals=(NotFound,))
async def show(request: web.Request) -> web.Response:
    """Answer figures about the server, to networks that the operator has named."""
    if not comes_from(request, settings(request).metrics_networks):
        raise NotFound
    is_possible = await use_cases(request).looking_up.is_possible()
    text = request.app[METRICS].text(database_answers=is_possible)
    return web.Response(text=text, content_type=TEXT)


@contextmanager
def shared_by_workers() -> Iterator[None]:
    """Give the processes that are started meanwhile a folder to count in."""
    with tempfile.TemporaryDirectory(prefix="overallt-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[SHARED_FOLDER]
