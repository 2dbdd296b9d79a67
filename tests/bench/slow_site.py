"""A site whose page takes 700 ms, in ten pieces; run with a port to listen on."""

import asyncio
import sys
from typing import Final

PIECES: Final = 10
PIECE: Final = b"<p>[Flattr=7]".ljust(1000, b"x")
PIECE_SECONDS: Final = 0.07


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request."""
    await reader.readuntil(b"\r\n\r\n")
    length = f"Content-Length: {PIECES * len(PIECE)}"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{length}\r\n\r\n"
    writer.write(head.encode())
    for _ in range(PIECES):
        writer.write(PIECE)
        await writer.drain()
        await asyncio.sleep(PIECE_SECONDS)
    writer.close()


async def main() -> None:
    """Serve until somebody ends it."""
    server = await asyncio.start_server(answer, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
