"""A phone's end of a WireGuard tunnel, without a kernel: packets in, packets out.

The handshake is Noise's IKpsk2 as in "WireGuard: Next Generation Kernel Network
Tunnel", section 5.4. What a real peer also does is not needed over loopback: it greets
once, keeps its key and never answers a cookie.
"""

import asyncio
import hmac
import struct
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import blake2s
from typing import Final, override

from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from loopback import HOST

CONSTRUCTION: Final = b"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"
IDENTIFIER: Final = b"WireGuard v1 zx2c4 Jason@zx2c4.com"
GREETING, ANSWER, DATA = 1, 2, 4
# TAI64's label of 1970, without its leap seconds: greetings need only grow.
EPOCH: Final = 1 << 62
HEAD: Final = struct.Struct("<IIQ")
PADDED_TO: Final = 16
PATIENCE_SECONDS: Final = 20

type Took = Callable[[bytes], None]


class Noise:
    """What both sides of a handshake have in common so far."""

    def __init__(self, server: bytes) -> None:
        self._chain = _hash(CONSTRUCTION)
        self._seen = _hash(_hash(self._chain + IDENTIFIER) + server)

    def take(self, public: bytes) -> None:
        """Mix in a key that was sent in the clear."""
        self._seen = _hash(self._seen + public)
        (self._chain,) = _keys(self._chain, public, 1)

    def mix(self, secret: bytes) -> None:
        """Mix in what both sides know, and nobody else."""
        (self._chain,) = _keys(self._chain, secret, 1)

    def seal(self, secret: bytes, text: bytes) -> bytes:
        """Mix *secret* in and encrypt *text* by it."""
        self._chain, key = _keys(self._chain, secret, 2)
        sealed = ChaCha20Poly1305(key).encrypt(bytes(12), text, self._seen)
        self._seen = _hash(self._seen + sealed)
        return sealed

    def finish(self, sealed: bytes) -> tuple[bytes, bytes]:
        """Check the other side's proof; return the keys to send and to receive by."""
        self._chain, common, key = _keys(self._chain, bytes(32), 3)
        self._seen = _hash(self._seen + common)
        ChaCha20Poly1305(key).decrypt(bytes(12), sealed, self._seen)
        sending, receiving = _keys(self._chain, b"", 2)
        return sending, receiving


class Tunnel(asyncio.DatagramProtocol):
    """The tunnel to *server*, by keys as WireGuard writes them; *take* gets packets."""

    def __init__(self, private: str, server: str) -> None:
        self._own = X25519PrivateKey.from_private_bytes(b64decode(private))
        self._server = b64decode(server)
        self._moment = X25519PrivateKey.generate()
        self._noise = Noise(self._server)
        self._sent = 0
        self.ready = asyncio.Event()
        self.take: Took = _nowhere

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport
        server = X25519PublicKey.from_public_bytes(self._server)
        moment = self._moment.public_key().public_bytes_raw()
        now = time.time_ns()
        stamp = struct.pack(">QI", EPOCH + now // 10**9, now % 10**9)
        self._noise.take(moment)
        own = self._own.public_key().public_bytes_raw()
        sealed = self._noise.seal(self._moment.exchange(server), own)
        stamped = self._noise.seal(self._own.exchange(server), stamp)
        said = struct.pack("<II", GREETING, 1) + moment + sealed + stamped
        key = _hash(b"mac1----" + self._server)
        proof = blake2s(said, key=key, digest_size=16).digest()
        transport.sendto(said + proof + bytes(16))

    @override
    def datagram_received(self, data: bytes, addr: object) -> None:
        """Finish the handshake, or hand the packet on."""
        if data[0] == ANSWER and not self.ready.is_set():
            (self._receiver,) = struct.unpack_from("<I", data, 4)
            theirs = data[12:44]
            key = X25519PublicKey.from_public_bytes(theirs)
            self._noise.take(theirs)
            self._noise.mix(self._moment.exchange(key))
            self._noise.mix(self._own.exchange(key))
            sending, receiving = map(ChaCha20Poly1305, self._noise.finish(data[44:60]))
            self._sending, self._receiving = sending, receiving
            self.ready.set()
        elif data[0] == DATA:
            nonce = bytes(4) + data[8:16]
            packet = self._receiving.decrypt(nonce, data[16:], None)
            if packet:
                self.take(packet)

    def send(self, packet: bytes) -> None:
        """Send an IP packet."""
        padded = packet + bytes(-len(packet) % PADDED_TO)
        nonce = struct.pack("<IQ", 0, self._sent)
        sealed = self._sending.encrypt(nonce, padded, None)
        self._transport.sendto(HEAD.pack(DATA, self._receiver, self._sent) + sealed)
        self._sent += 1

    def close(self) -> None:
        """Leave."""
        self._transport.close()


@asynccontextmanager
async def tunnel_to(port: int, private: str, server: str) -> AsyncIterator[Tunnel]:
    """Greet the proxy at *port* while the context lasts."""
    loop = asyncio.get_running_loop()
    _, tunnel = await loop.create_datagram_endpoint(
        lambda: Tunnel(private, server), remote_addr=(HOST, port)
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield tunnel
    finally:
        tunnel.close()


def _nowhere(packet: bytes) -> None:
    raise AssertionError(packet)


def _hash(text: bytes) -> bytes:
    return blake2s(text).digest()


def _keys(key: bytes, text: bytes, count: int) -> list[bytes]:
    secret = hmac.digest(key, text, "blake2s")
    keys = [b""]
    for number in range(1, count + 1):
        keys.append(hmac.digest(secret, keys[-1] + bytes([number]), "blake2s"))
    return keys[1:]
