"""Which provider of keys an installation has is configuration, and no secret of it stands in the environment."""

from __future__ import annotations

from pathlib import Path

from services.kernel.configuration import Configuration
from services.kernel.keys.providers.files import FileKeys
from services.kernel.keys.providers.wrapping import KeyProvider


def provider_of(configuration: Configuration, service: str) -> KeyProvider:
    """The provider of one service's epochs. What an installation does not use is not even imported."""
    said, directory = configuration.key_provider, configuration.secrets / "kek" / service
    if said["kind"] == "file":
        return FileKeys(directory)
    from services.kernel.keys.providers.remote import RemoteKeys

    prefix = f"{configuration.origin}-{service}".replace("/", "-")
    if said["kind"] == "vault":
        from services.kernel.keys.providers.vault import VaultTransit

        token, mount = _secret(said["VAULT_TOKEN_FILE"]), said["VAULT_MOUNT"] or "transit"
        return RemoteKeys(VaultTransit(said["VAULT_URL"], token, prefix, mount, said["VAULT_CA"] or None), directory)
    from services.kernel.keys.providers.kms import AwsKms

    access, secret = _secret(said["KMS_ACCESS_KEY_FILE"]), _secret(said["KMS_SECRET_KEY_FILE"])
    return RemoteKeys(AwsKms(said["KMS_REGION"], access, secret, prefix, said["KMS_URL"] or None), directory)


def _secret(path: str) -> str:
    return Path(path).read_text().strip()
