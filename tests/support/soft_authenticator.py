"""A device that keeps passkeys, in software; it may lie about each thing it signs.

It answers as browsers do, by W3C's "Web Authentication", level 3: 5.8.1 (client data),
6.1 (authenticator data), 6.5.4 (attested credential), 8.7 (no attestation).
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
_COSE_ES256: Final = {1: 2, 3: -7, -1: 1}


def _web64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class SoftAuthenticator:
    """One passkey, made for the page at *origin*; its *flags* say who was asked."""

    origin: str
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    uses: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: str) -> str:
        """Answer the question for a new passkey."""
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps(
            {
                **_COSE_ES256,
                -2: numbers.x.to_bytes(32, "big"),
                -3: numbers.y.to_bytes(32, "big"),
            }
        )
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big")
        data = self._data(ATTESTED) + attested + self.credential_id + public
        whole = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer(clientDataJSON=client, attestationObject=whole)

    def sign(self, options: str) -> str:
        """Answer the question who somebody is."""
        self.uses += 1
        data, client = self._data(0), self._client("webauthn.get", options)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=client, authenticatorData=data, signature=signature
        )

    def _data(self, more: int) -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([self.flags | more]) + self.uses.to_bytes(4, "big")

    def _client(self, kind: str, options: str) -> bytes:
        asked: dict[str, Any] = json.loads(options)
        told = {"type": kind, "challenge": asked["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _answer(self, **response: bytes) -> str:
        name = _web64(self.credential_id)
        told = {what: _web64(content) for what, content in response.items()}
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": told}
        )
