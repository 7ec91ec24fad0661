"""Every setting there is, read once from the environment; secrets come from files, never from arguments."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from environs import Env


class ConfigurationError(Exception):
    """A setting is missing or makes no sense; the process does not start."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The settings of one process. `CRISISCONNECT_<NAME>` beside the few short names of the surface."""

    environment: str
    """`production` unless said otherwise; only `make run` says `development`."""
    var: Path
    """All state of a run."""
    secrets: Path
    """Keys and passwords, apart from `var` so that a copy of the state alone can be read by nobody."""
    amqp_url: str
    """The broker, without user and password: each process signs in as itself."""
    database_url: str | None
    keyring_url: str | None
    port: int
    public_url: str
    smtp_url: str | None
    retention_sweep_seconds: float
    key_epoch_hours: float
    workers: int
    trusted_proxies: tuple[str, ...]
    witnesses: Path | None = None
    """A C2SP tlog-policy: who cosigns the log's checkpoints, and how many of them are enough."""
    retention_terms: Path | None = None
    """Versions of terms in the form of services/retention/terms.json, instead of those of this version."""
    retention_law: Path | None = None
    """Versions of the law's terms in the form of services/retention/legal.json, instead of those of this version."""
    disclosure_bases: Path | None = None
    """In development, legal bases in the form of services/audit/bases.json with terms that a test can wait out."""
    gap_seconds: float = 60.0
    """How long a number of a source may be missing before that is an event."""
    key_provider: Mapping[str, str] = field(default_factory=lambda: {"kind": "file"})
    """`kind` is `file`, `vault` or `kms`; beside it that provider's settings."""
    longest_cycle_seconds: float = 3600.0
    """No job of a service waits longer than this for its next turn, whatever its own cycle."""
    metrics_port: int = 0
    """Where this process answers scrapes; 0 is nowhere. The gateway's own are at `/metrics`."""
    metrics_host: str = "127.0.0.1"

    @classmethod
    def read(cls) -> Configuration:
        """From the environment. Raises ConfigurationError with the name of what is wrong."""
        env = Env()
        environment = env.str("CRISISCONNECT_ENV", "production")
        if environment not in ("production", "development"):
            raise ConfigurationError("CRISISCONNECT_ENV is `production` or `development`")
        port = env.int("PORT", 8000)
        made = cls(
            environment=environment,
            var=Path(env.str("CRISISCONNECT_VAR", "var")).absolute(),
            secrets=Path(env.str("CRISISCONNECT_SECRETS", "secrets")).absolute(),
            amqp_url=env.str("AMQP_URL", ""),
            database_url=env.str("DATABASE_URL", "") or None,
            keyring_url=env.str("KEYRING_URL", "") or None,
            port=port,
            public_url=env.str("PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
            smtp_url=env.str("SMTP_URL", "") or None,
            retention_sweep_seconds=env.float("RETENTION_SWEEP_SECONDS", 60.0),
            key_epoch_hours=env.float("CRISISCONNECT_KEY_EPOCH_HOURS", 24.0),
            workers=env.int("CRISISCONNECT_WORKERS", 16),
            trusted_proxies=tuple(env.list("CRISISCONNECT_TRUSTED_PROXIES", [])),
            witnesses=Path(policy).absolute() if (policy := env.str("CRISISCONNECT_WITNESSES", "")) else None,
            retention_terms=Path(terms).absolute() if (terms := env.str("CRISISCONNECT_RETENTION_TERMS", "")) else None,
            retention_law=Path(law).absolute() if (law := env.str("CRISISCONNECT_RETENTION_LAW", "")) else None,
            disclosure_bases=Path(rows).absolute() if (rows := env.str("CRISISCONNECT_DISCLOSURE_BASES", "")) else None,
            gap_seconds=env.float("CRISISCONNECT_GAP_SECONDS", 60.0),
            key_provider=_key_provider(env),
            longest_cycle_seconds=env.float("CRISISCONNECT_LONGEST_CYCLE_SECONDS", 3600.0),
            metrics_port=env.int("CRISISCONNECT_METRICS_PORT", 0),
            metrics_host=env.str("CRISISCONNECT_METRICS_HOST", "127.0.0.1"),
        )
        if made.environment == "production" and not made.smtp_url:
            raise ConfigurationError("SMTP_URL is needed in production: invitations go out by mail")
        if made.environment == "production" and made.disclosure_bases:
            raise ConfigurationError("CRISISCONNECT_DISCLOSURE_BASES is for development: nobody's term is cut short")
        return made

    @property
    def development(self) -> bool:
        return self.environment == "development"

    @cached_property
    def installation(self) -> dict[str, Any]:
        """What was minted once: `origin`, `maker`, `pins` by source, `log`."""
        found: dict[str, Any] = json.loads((self.secrets / "installation.json").read_text())
        return found

    @property
    def origin(self) -> str:
        return str(self.installation["origin"])

    @property
    def maker(self) -> str:
        """The maker's own organisation."""
        return str(self.installation["maker"])

    def broker_url(self, user: str) -> str:
        """The broker for one process: `amqp_url` with that user's name and password put in."""
        password = (self.secrets / "broker" / f"{user}.password").read_text().strip()
        parts = urlsplit(self.amqp_url)
        host = parts.netloc.rsplit("@", 1)[-1]
        return urlunsplit(parts._replace(netloc=f"{quote(user)}:{quote(password, safe='')}@{host}"))

    def seed(self, name: str) -> bytes:
        """The 32-byte Ed25519 seed of a source, or of the `log`."""
        return b64decode((self.secrets / "signing" / f"{name}.seed").read_text())


PROVIDERS = {
    "file": (),
    "vault": ("VAULT_URL", "VAULT_TOKEN_FILE"),
    "kms": ("KMS_REGION", "KMS_ACCESS_KEY_FILE", "KMS_SECRET_KEY_FILE"),
}
OPTIONAL = ("VAULT_MOUNT", "VAULT_CA", "KMS_URL")


def _key_provider(env: Env) -> dict[str, str]:
    """`CRISISCONNECT_KEY_PROVIDER` and what belongs to it. Secrets are files: here stand their paths alone."""
    kind = env.str("CRISISCONNECT_KEY_PROVIDER", "file")
    if kind not in PROVIDERS:
        raise ConfigurationError("CRISISCONNECT_KEY_PROVIDER is `file`, `vault` or `kms`")
    found = {name: env.str(f"CRISISCONNECT_{name}", "") for name in (*PROVIDERS[kind], *OPTIONAL)}
    for name in PROVIDERS[kind]:
        if not found[name]:
            raise ConfigurationError(f"CRISISCONNECT_{name} is needed by the key provider `{kind}`")
    return {"kind": kind, **found}
