"""A site that says over HTTP/1 what was written beforehand, byte for byte."""

import asyncio
import contextlib

type Pieces = list[bytes | float]


class Site:
    """An HTTP server that answers each path with bytes written beforehand.

    ``pieces[path]`` is what is sent; a number in it is a pause in seconds, and what
    stands between two is sent at once. ``heads`` are the request heads that came.
    With a ``pause`` what is added comes in two pieces, else whole with its head.
    """

    def __init__(self) -> None:
        self.pieces: dict[str, Pieces] = {}
        self.heads: list[str] = []
        self.port = 0
        self.secure_port = 0
        self.pause: float | None = None

    def add(
        self,
        path: str,
        body: bytes,
        *headers: str,
        status: str = "200 OK",
        content_type: str = "text/html; charset=utf-8",
    ) -> None:
        head = (f"HTTP/1.1 {status}", f"Content-Type: {content_type}", *headers)
        length = f"Content-Length: {len(body)}"
        lines = [*head, length, "Connection: close", "", ""]
        pause = [] if self.pause is None else [self.pause]
        self.pieces[path] = ["\r\n".join(lines).encode(), *pause, body]

    async def answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            pieces = self.pieces[head.split(" ", 2)[1]]
            at_once = b""
            for piece in [*pieces, 0.0]:
                if isinstance(piece, bytes):
                    at_once += piece
                    continue
                writer.write(at_once)
                at_once = b""
                await writer.drain()
                await asyncio.sleep(piece)
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()
