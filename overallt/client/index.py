"""Which things exist, known without asking about any one of them.

The server sends eight bytes for each thing there is: the whole list, so it
learns nothing about what is read. One question is always open: the server
answers it when the list has changed, with what has come since. So a new thing
is known at once, and so is a server that stopped, and one that is back.

A difference is joined to what is here, and the version tells whether the two
make the server's index; where they do not, the whole one is asked for. So a
server may send too much, and what is erased there is erased here.

A tag or date that is sent back as it came is a name, if the server gives each client
its own. So the version in a question is computed here from the bytes, and its time
is a full hour: the one before that in which the server was last heard of.

A server with too many things for one list says so; then ``client.buckets`` gets the
parts that are needed, and this asks every minute whether the server is there.

What was heard is kept in a file. Without a server the index of yesterday serves:
it lacks only what is new, and clicks are kept until they can be sent. After a
week without a word it is forgotten: nobody should press buttons of a server that
is gone.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from overallt.client.bucket_files import BucketFiles
from overallt.client.buckets import Buckets
from overallt.client.index_file import LIFETIME, HeardIndex, IndexFile
from overallt.client.pauses import Pauses
from overallt.client.server import (
    IndexAnswer,
    Refused,
    Server,
    ServerUnreachable,
)
from overallt.protocol.ids import index_number
from overallt.protocol.index_keys import IndexKeys, MalformedKeys, version_of
from overallt.protocol.refusals import RefusalCode

FIRST_PAUSE_SECONDS: Final = 1.0
LAST_PAUSE_SECONDS: Final = 30.0
# A server that does not keep the question open is asked no faster than this.
PACE_SECONDS: Final = 1.0
# One that has only buckets to give keeps no question open.
DIVIDED_PACE_SECONDS: Final = 60.0

# Neither that the server still answers need be written down each time it does,
# nor each thing that comes to a large index.
WRITE_EVERY: Final = timedelta(hours=1)
# So much this clock may be ahead of the server's without missing a thing.
CLOCKS_APART: Final = timedelta(hours=1)

logger = logging.getLogger(__name__)


class Index:
    """The index of *server*, followed while ``follow`` runs.

    It begins with what *file* has; *on_return* is called whenever the server is
    heard of for the first time, or again.
    """

    def __init__(
        self,
        server: Server,
        file: IndexFile,
        *,
        clock: Callable[[], datetime],
        on_return: Callable[[], None],
    ) -> None:
        self._server = server
        self._file = file
        self._clock = clock
        self._on_return = on_return
        files = BucketFiles(file.bucket_folder, file.server_url)
        self._buckets = Buckets(server, files, clock=clock)
        self._pace_seconds = PACE_SECONDS
        self._keys = IndexKeys()
        self._version: str | None = None
        self._heard_at: datetime | None = None
        self._written_at: datetime | None = None
        self._unwritten = False
        self._writing = threading.Lock()
        self.reachable = False
        self._load()

    def knows(self, tag_id: str) -> bool:
        """Tell whether a thing exists for what a text tag says, as far as is known."""
        number = index_number(tag_id)
        return number in self._keys or self._buckets.knows(number)

    def __len__(self) -> int:
        return max(len(self._keys), self._buckets.things)

    async def follow(self) -> None:
        """Keep the index as the server's is, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._buckets.follow())
            await self._follow_whole()

    async def _follow_whole(self) -> None:
        pauses = Pauses(
            first_seconds=FIRST_PAUSE_SECONDS, last_seconds=LAST_PAUSE_SECONDS
        )
        try:
            while True:
                asked_at = time.monotonic()
                try:
                    await self.ask_once()
                except (ServerUnreachable, Refused):
                    self._miss()
                    await asyncio.sleep(pauses.next())
                    continue
                pauses.start_over()
                took = time.monotonic() - asked_at
                await asyncio.sleep(max(0.0, self._pace_seconds - took))
        finally:
            self.save()

    def save(self) -> None:
        """Write down at once what was heard, unless that is so."""
        if self._unwritten and self._heard_at is not None:
            self._write(self._heard_at)

    async def ask_once(self) -> None:
        """Take the server's next answer over.

        Raises:
            ServerUnreachable: there is none, or it is no index.
            Refused: the server does not give its index.
        """
        try:
            await self._ask_for_whole()
        except Refused as refused:
            if refused.code != RefusalCode.INDEX_TOO_LARGE:
                raise
            await self._buckets.learn()
            self._pace_seconds = DIVIDED_PACE_SECONDS
            self._forget_if_old()
        if not self.reachable:
            self.reachable = True
            logger.info("index reachable=yes things=%d", len(self))
            self._on_return()

    async def _ask_for_whole(self) -> None:
        # Who does not know whether the server is there must not wait to hear it.
        since = None if self._heard_at is None else _hour_before(self._heard_at)
        answer = await self._server.index(
            self._version, since=since, wait=self.reachable
        )
        if answer.content is not None:
            await self._take(answer, answer.content)
        self._buckets.clear()
        self._pace_seconds = PACE_SECONDS
        self._heard_at = now = self._clock()
        if self._written_at is None or now - self._written_at > WRITE_EVERY:
            await asyncio.to_thread(self._write, now)

    async def _take(self, answer: IndexAnswer, content: bytes) -> None:
        """Make what the server sent the index: a difference, or the whole of it."""
        # A large index takes a while: pages must not wait for it.
        if self._version is not None:
            keys, version = await asyncio.to_thread(_joined, self._keys, content)
            if version == answer.version:
                self._set(keys, version)
                return
            answer = await self._server.index(None, since=None, wait=False)
            content = answer.content or b""
        self._set(*await asyncio.to_thread(_parse, content))
        self._written_at = None

    def _set(self, keys: IndexKeys, version: str) -> None:
        self._keys = keys
        self._version = version
        self._unwritten = True

    def _load(self) -> None:
        heard = self._file.read()
        if heard is None:
            return
        try:
            self._keys, self._version = _parse(heard.content)
        except ServerUnreachable:
            return  # Whatever has happened to the file, the server has a good one.
        self._heard_at = self._written_at = heard.heard_at
        self._forget_if_old()

    def _write(self, now: datetime) -> None:
        """Write down what was heard, or that it is still so."""
        self._written_at = now
        try:
            # A large index is written in a thread, and may be saved meanwhile.
            with self._writing:
                if self._unwritten:
                    self._unwritten = False
                    self._file.write(HeardIndex(self._keys.content, now))
                else:
                    self._file.confirm(now)
        except OSError as error:
            self._unwritten = True
            logger.warning("index written=no reason=%s", type(error).__name__)

    def _miss(self) -> None:
        if self.reachable:
            logger.warning("index reachable=no")
        self.reachable = False
        self._forget_if_old()

    def _forget_if_old(self) -> None:
        self._buckets.forget_old()
        if self._heard_at is None or self._clock() - self._heard_at <= LIFETIME:
            return
        self._keys = IndexKeys()
        self._version = None
        self._heard_at = None
        self._unwritten = False


def _parse(content: bytes) -> tuple[IndexKeys, str]:
    """Return the keys that *content* prints, and their version."""
    try:
        return IndexKeys.parse(content), version_of(content)
    except MalformedKeys as error:
        raise ServerUnreachable("What the server sent is no index.") from error


def _joined(keys: IndexKeys, content: bytes) -> tuple[IndexKeys, str]:
    """Join the difference *content* to *keys*; return also the version of that."""
    joined = keys.joined(_parse(content)[0])
    return joined, version_of(joined.content)


def _hour_before(heard_at: datetime) -> int:
    """Return a time before *heard_at* that many clients say, in Unix seconds."""
    hour = heard_at.replace(minute=0, second=0, microsecond=0)
    return int((hour - CLOCKS_APART).timestamp())
