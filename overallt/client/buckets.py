"""The parts of a large index that the patron needs, asked for so that they say little.

Where there are too many things for one list, the server divides its index by the
first bits of the keys. The first time that a page says a name whose bucket is not
here, the name stays text and the bucket is *wanted*. It is asked for

- by nobody: without access token, cookie and whatever else the server may have told
  this client alone, and about at least ``LEAST_THINGS``;
- not then: one wanted bucket after the other, after a while that chance decides and
  in an order that chance decides, so that the server cannot put a page together;
- once: it is kept on the disk, and all that are kept are asked for again each day,
  whether they were needed that day or not.

So the server learns once that somebody has read one of a thousand things, sometime.
A server that divides finer than that is asked for nothing.

Of buckets that were kept the last ones needed stay, if they get too many. Without a
word of the server about it each is forgotten like the index itself.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from overallt.client.bucket_files import BucketFiles
from overallt.client.index_file import LIFETIME, HeardIndex
from overallt.client.pauses import Pauses
from overallt.client.server import Refused, Server, ServerUnreachable
from overallt.protocol.buckets import KEY_BITS, LEAST_THINGS, prefix_of, span_of
from overallt.protocol.index_keys import IndexKeys, MalformedKeys, version_of

FIRST_PAUSE_SECONDS: Final = 1.0
LAST_PAUSE_SECONDS: Final = 60.0
# Before each question, up to this long.
LONGEST_DELAY_SECONDS: Final = 10.0
# How often it is looked whether a bucket has become old.
LOOK_EVERY_SECONDS: Final = 600.0

REFRESH_AFTER: Final = timedelta(days=1)
# Some 20 MB in memory, and a patron's few hundred questions a day.
MOST_BUCKETS: Final = 512
# A page that says thousands of names is not waited for.
MOST_WANTED: Final = 64

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The keys of one bucket, and when the server last spoke of it."""

    keys: IndexKeys
    heard_at: datetime


class Buckets:
    """The buckets of *server* that the patron needs, kept in *files*.

    ``things`` is how many things there are on the server, ``prefix_bits`` how many
    bits name a bucket; ``None`` as long as the server has not said that it divides.
    """

    def __init__(
        self, server: Server, files: BucketFiles, *, clock: Callable[[], datetime]
    ) -> None:
        self._server = server
        self._files = files
        self._clock = clock
        # The one that was not needed for longest stands first.
        self._kept: dict[str, Bucket] = {}
        self._wanted: set[str] = set()
        self._wake = asyncio.Event()
        self._trusted = True
        self.prefix_bits: int | None = None
        self.things = 0
        self._load()

    def knows(self, number: int) -> bool:
        """Tell whether there is a name with the key *number*, as far as is known.

        Where its bucket is not here it is wanted from now on.
        """
        if self.prefix_bits is None:
            return False
        prefix = prefix_of(number, self.prefix_bits)
        bucket = self._kept.pop(prefix, None)
        if bucket is None:
            self._want(prefix)
            return False
        self._kept[prefix] = bucket
        return number in bucket.keys

    async def follow(self) -> None:
        """Get the buckets that are wanted and refresh the others, until cancelled."""
        pauses = Pauses(
            first_seconds=FIRST_PAUSE_SECONDS, last_seconds=LAST_PAUSE_SECONDS
        )
        while True:
            await self._wait_until_one_is_due()
            delay = secrets.SystemRandom().uniform(0, LONGEST_DELAY_SECONDS)
            await asyncio.sleep(delay)
            try:
                await self.ask_once()
            except (ServerUnreachable, Refused):
                await asyncio.sleep(pauses.next())
            else:
                pauses.start_over()

    async def learn(self) -> None:
        """Ask how the server divides its index now; if otherwise, begin anew.

        Raises:
            ServerUnreachable: it does not say so, or divides too finely.
            Refused: it does not want to say.
        """
        told = await self._server.buckets()
        bits = told.prefix_bits
        if not 0 <= bits <= KEY_BITS or (bits and told.things >> bits < LEAST_THINGS):
            raise ServerUnreachable("The server's buckets are too small to ask for.")
        if bits != self.prefix_bits:
            self.clear()
            self.prefix_bits = bits
        self.things = told.things
        self.forget_old()

    async def ask_once(self) -> None:
        """Ask for one of the buckets that are due, whichever it may be.

        Raises:
            ServerUnreachable: there is no answer, or it is not that bucket.
            Refused: there is no such bucket any more.
        """
        due = self._due()
        if not due:
            return
        prefix = secrets.choice(due)
        known = self._kept.get(prefix)
        version = None if known is None else version_of(known.keys.content)
        try:
            answer = await self._server.bucket(prefix, version)
        except Refused:
            self._wanted.discard(prefix)
            raise
        now = self._clock()
        if answer.content is not None:
            bucket = Bucket(self._parsed(prefix, answer.content), now)
        elif known is not None:
            bucket = replace(known, heard_at=now)
        else:
            raise ServerUnreachable("The server keeps the bucket to itself.")
        if len(prefix) == self.prefix_bits:  # Else it was divided anew meanwhile.
            await self._keep(prefix, bucket)

    def forget_old(self) -> None:
        """Forget those of which the server has not spoken for too long."""
        now = self._clock()
        for prefix, bucket in list(self._kept.items()):
            if now - bucket.heard_at > LIFETIME:
                self._drop(prefix)

    def clear(self) -> None:
        """Forget all: the index is whole, or divided otherwise."""
        for prefix in list(self._kept):
            self._drop(prefix)
        self._wanted.clear()
        self.prefix_bits = None
        self.things = 0

    def _load(self) -> None:
        for prefix, heard in self._files.read().items():
            try:
                keys = IndexKeys.parse(heard.content)
            except MalformedKeys:
                continue  # The server has a good one.
            self._kept[prefix] = Bucket(keys, heard.heard_at)
        self.forget_old()
        if len({len(prefix) for prefix in self._kept}) > 1:
            self.clear()  # The program ended between two ways to divide.
        for prefix, bucket in self._kept.items():
            self.prefix_bits = len(prefix)
            self.things += len(bucket.keys)

    def _want(self, prefix: str) -> None:
        if len(self._wanted) < MOST_WANTED:
            self._wanted.add(prefix)
            self._wake.set()

    async def _wait_until_one_is_due(self) -> None:
        while not self._due():
            self._wake.clear()
            try:
                async with asyncio.timeout(LOOK_EVERY_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _due(self) -> list[str]:
        """Return the buckets to ask for: what is wanted, else what has become old."""
        if not self._trusted:
            return []
        now = self._clock()
        return sorted(self._wanted) or [
            prefix
            for prefix, bucket in self._kept.items()
            if now - bucket.heard_at >= REFRESH_AFTER
        ]

    def _parsed(self, prefix: str, content: bytes) -> IndexKeys:
        """Read what the server sent as the bucket *prefix*."""
        try:
            keys = IndexKeys.parse(content)
        except MalformedKeys as error:
            raise ServerUnreachable("What the server sent is no bucket.") from error
        if len(keys.between(*span_of(prefix))) != len(keys):
            raise ServerUnreachable("What the server sent is another bucket.")
        if prefix and len(keys) < LEAST_THINGS:
            self._trusted = False
            logger.warning("buckets asked=no reason=too_small")
            raise ServerUnreachable("The server's buckets are too small to ask for.")
        return keys

    async def _keep(self, prefix: str, bucket: Bucket) -> None:
        is_new = prefix not in self._kept
        self._kept[prefix] = bucket
        self._wanted.discard(prefix)
        if is_new and len(self._kept) > MOST_BUCKETS:
            self._drop(next(iter(self._kept)))
        heard = HeardIndex(bucket.keys.content, bucket.heard_at)
        try:
            await asyncio.to_thread(self._files.write, prefix, heard)
        except OSError as error:
            logger.warning("buckets written=no reason=%s", type(error).__name__)

    def _drop(self, prefix: str) -> None:
        del self._kept[prefix]
        self._files.remove(prefix)
