"""The proxy's certificate authority: one for each installation.

The patron's browser trusts it, so whoever had its key could read everything he
reads. Its key never leaves its folder, only its user can read it, and after two
years it is of no use any more; a new one is then made, which the browser must
be told again. mitmproxy finds it by its file name and signs with it.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from overallt.client.private_files import replace_private

VALIDITY: Final = timedelta(days=729)
# Clocks differ: valid from yesterday.
BACKDATED: Final = timedelta(days=1)
KEY_BITS: Final = 2048
NAME: Final = "Överallt proxy"

# What mitmproxy looks for (mitmproxy.options.CONF_BASENAME).
KEY_FILE: Final = "mitmproxy-ca.pem"
CERTIFICATE_FILE: Final = "mitmproxy-ca-cert.pem"


def ensure_authority(folder: Path, now: datetime) -> Path:
    """Return the file of the CA's certificate, made where missing or expired."""
    certificate = folder / CERTIFICATE_FILE
    if certificate.exists() and now < expires_at(certificate):
        return certificate
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    signed = _sign(key, now)
    pem = signed.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    replace_private(folder / KEY_FILE, private + pem)
    replace_private(certificate, pem)
    return certificate


def expires_at(certificate: Path) -> datetime:
    """Tell until when the CA in the file *certificate* is valid."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def made_at(certificate: Path) -> datetime:
    """Tell when the CA in the file *certificate* was made."""
    return expires_at(certificate) - VALIDITY + BACKDATED


def fingerprint(certificate: Path) -> str:
    """Return the SHA-256 of the certificate as phones and browsers show it."""
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    return found.fingerprint(hashes.SHA256()).hex(":").upper()


def delete_authority(folder: Path) -> None:
    """Delete the folder of the CA with all in it, if there is any."""
    if folder.exists():
        shutil.rmtree(folder)


def _sign(key: rsa.RSAPrivateKey, now: datetime) -> x509.Certificate:
    # The number in the name keeps two installations in one browser apart.
    serial = x509.random_serial_number()
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, NAME),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{NAME} {serial % 10**6:06}"),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .serial_number(serial)
        .subject_name(name)
        .issuer_name(name)
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now - BACKDATED + VALIDITY)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
        .add_extension(usage, critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
