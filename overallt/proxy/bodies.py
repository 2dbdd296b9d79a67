"""A page's body on its way: decoded, rewritten, encoded again, passed on at once.

```
network ─▶ decoder ─▶ rewriter ─▶ encoder ─▶ browser   all is well
network ─▶ decoder ─────────────▶ encoder ─▶ browser   the rewriter failed: plain text
network ───────────────────────────────────▶ browser   the decoder failed: raw bytes
```

Whoever feeds it catches what it raises and calls ``bail_out``; nothing is lost
by that and nothing sent twice. A body that came whole is rewritten whole, or stays.

A few bytes can become a flood of text that takes a minute to read, while everybody else
waits. What becomes that much passes on unread, in whatever way it is encoded.
"""

from typing import Final, Protocol

from overallt.proxy.decoding import Decoder, DecodingError
from overallt.proxy.encoding import Encoder

# One piece from the network is 64 KB: pages of text become ten times as much.
MOST_READ_BYTES: Final = 4 * 1024 * 1024
# A body that has not become a single byte of text by then has none. (zstd tells
# nothing of a block before its end, at most 128 KB: RFC 8878, 3.1.1.2.4.)
MOST_UNDECODED_BYTES: Final = 1024 * 1024


class Rewriting(Protocol):
    """What a rewriter must be able to do; ``tagging.rewriter`` has one."""

    def feed(self, data: bytes) -> bytes:
        """Return what is certain so far."""
        ...  # pragma: no cover

    def close(self) -> bytes:
        """Return the rest at the end of the page."""
        ...  # pragma: no cover

    def bail_out(self) -> bytes:
        """Return the rest unchanged and pass on unchanged from now on."""
        ...  # pragma: no cover


def rewritten(
    data: bytes, decoder: Decoder, rewriter: Rewriting, encoder: Encoder
) -> bytes | None:
    """Return what the whole body *data* becomes; ``None`` if its text stays as it is.

    Raises:
        DecodingError: it is not encoded as it says.
    """
    before = decoder.feed(data)
    if len(before) > MOST_READ_BYTES:
        return None
    after = rewriter.feed(before) + rewriter.close()
    return None if after == before else encoder.feed(after) + encoder.close()


class Body:
    """One page's body that comes in pieces."""

    def __init__(self, decoder: Decoder, rewriter: Rewriting, encoder: Encoder) -> None:
        self._decoder: Decoder | None = decoder
        self._rewriter: Rewriting | None = rewriter
        self._encoder = encoder
        # Until the first decoded byte, all that came: a body whose encoding is
        # a lie passes on whole.
        self._undecoded = b""
        self._decoded_any = False
        self._rewriting = False

    def feed(self, data: bytes) -> bytes:
        """Return what of the page can be passed on after *data*."""
        if self._decoder is None:
            return data
        if not self._decoded_any:
            self._undecoded += data
        else:
            self._undecoded = data
        decoded = self._decoder.feed(data)
        if not decoded:
            if len(self._undecoded) > MOST_UNDECODED_BYTES:
                raise DecodingError("no text")
            return b""
        self._decoded_any = True
        self._undecoded = b""
        if self._rewriter is not None and len(decoded) > MOST_READ_BYTES:
            rewriter, self._rewriter = self._rewriter, None
            decoded = rewriter.bail_out() + decoded
        if self._rewriter is not None:
            self._rewriting = True
            decoded = self._rewriter.feed(decoded)
            self._rewriting = False
        return self._encoded(decoded)

    def close(self) -> bytes:
        """Return the rest when the body has ended."""
        text = b""
        if self._rewriter is not None:
            self._rewriting = True
            text = self._rewriter.close()
            self._rewriting = False
        if not self._decoded_any:
            return self._undecoded
        rest = self._encoded(text)
        return rest if self._decoder is None else rest + self._encoder.close()

    def bail_out(self) -> bytes:
        """Return what is still held, unchanged, after ``feed`` or ``close`` raised.

        Where it was ``close``, it has to be called again.
        """
        rewriter, self._rewriter = self._rewriter, None
        held = self._encoded(rewriter.bail_out() if rewriter is not None else b"")
        if self._rewriting:
            # The decoder is well: the page goes on as readable text.
            self._rewriting = False
            return held
        self._decoder = None
        undecoded, self._undecoded = self._undecoded, b""
        return held + undecoded

    def _encoded(self, text: bytes) -> bytes:
        return self._encoder.feed(text) if text else b""
