"""A page's body on its way: decoded, rewritten, passed on at once.

```
network ─▶ decoder ─▶ rewriter ─▶ browser      all is well
network ─▶ decoder ─────────────▶ browser      the rewriter failed: text as it was
network ────────────────────────▶ browser      the decoder failed: bytes as they came
```

Whoever feeds it catches what it raises and calls ``bail_out``; nothing is lost
by that and nothing sent twice.
"""

from typing import Protocol

from overallt.proxy.decoding import Decoder


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


class Body:
    """One page's body."""

    def __init__(self, decoder: Decoder, rewriter: Rewriting) -> None:
        self._decoder: Decoder | None = decoder
        self._rewriter: Rewriting | None = rewriter
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
            return b""
        self._decoded_any = True
        self._undecoded = b""
        if self._rewriter is None:
            return decoded
        self._rewriting = True
        rewritten = self._rewriter.feed(decoded)
        self._rewriting = False
        return rewritten

    def close(self) -> bytes:
        """Return the rest when the body has ended."""
        rest = b"" if self._decoded_any else self._undecoded
        if self._rewriter is None:
            return rest
        self._rewriting = True
        rewritten = self._rewriter.close()
        self._rewriting = False
        return rewritten + rest

    def bail_out(self) -> bytes:
        """Return what is still held, unchanged, after ``feed`` or ``close`` raised."""
        rewriter, self._rewriter = self._rewriter, None
        held = rewriter.bail_out() if rewriter is not None else b""
        if self._rewriting:
            # The decoder is well: the page goes on as readable text.
            self._rewriting = False
            return held
        self._decoder = None
        undecoded, self._undecoded = self._undecoded, b""
        return held + undecoded
