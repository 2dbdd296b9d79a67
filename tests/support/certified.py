"""A certificate for the sites of tests, and the authority that vouches for it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Certified:
    """A CA that sites have, and a certificate of it for ``site.test`` and others."""

    ca: Path
    chain: Path


def certify(folder: Path) -> Certified:
    """Make both in *folder*, good for a day."""
    now = datetime.now(tz=UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's CA")])
    leaf_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "site.test")])
    builder = (
        x509.CertificateBuilder()
        .issuer_name(name)
        .public_key(key.public_key())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    ca = (
        builder.subject_name(name)
        .serial_number(1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    names: list[x509.GeneralName] = [
        *(x509.DNSName(host) for host in ("site.test", "other.test")),
        x509.IPAddress(ip_address("127.0.0.1")),
    ]
    leaf = (
        builder.subject_name(leaf_name)
        .serial_number(2)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    ca_file = folder / "ca.pem"
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    chain_file = folder / "chain.pem"
    chain_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + leaf.public_bytes(serialization.Encoding.PEM)
    )
    return Certified(ca_file, chain_file)
