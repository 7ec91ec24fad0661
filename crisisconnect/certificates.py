"""A private authority for a deployment's inside: broker and databases prove to every process who they are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

YEARS = 10


@dataclass(frozen=True)
class Authority:
    """`ca.pem` and `ca.key` in one directory, and beside them what it issued."""

    directory: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def open(cls, directory: Path) -> Authority:
        """The authority of this directory, made where there is none."""
        if not (directory / "ca.pem").exists():
            key = ec.generate_private_key(ec.SECP256R1())
            name = _name("CrisisConnect deployment")
            draft = _draft(name, key).issuer_name(name)
            draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            draft = draft.add_extension(_usage(signs_certificates=True), critical=True)
            _keep(directory / "ca.key", key)
            (directory / "ca.pem").write_bytes(draft.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
        key = load_pem_private_key((directory / "ca.key").read_bytes(), None)  # type: ignore[assignment]
        return cls(directory, x509.load_pem_x509_certificate((directory / "ca.pem").read_bytes()), key)

    def issue(self, host: str) -> None:
        """`<host>.pem` and `<host>.key` for a server of that name; those that are there stay."""
        certificate = self.directory / f"{host}.pem"
        if certificate.exists():
            return
        key = ec.generate_private_key(ec.SECP256R1())
        draft = _draft(_name(host), key).issuer_name(self.certificate.subject)
        draft = draft.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        draft = draft.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        draft = draft.add_extension(_usage(signs_certificates=False), critical=True)
        draft = draft.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
        )
        _keep(self.directory / f"{host}.key", key)
        certificate.write_bytes(draft.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM))


def _draft(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    draft = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
    draft = draft.serial_number(x509.random_serial_number())
    draft = draft.not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + timedelta(days=365 * YEARS))
    return draft.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _keep(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
