"""Where the key-encryption keys live, one per epoch; with one destroyed, every copy wrapped by it stays shut (0025)."""

from services.kernel.keys.providers.choosing import provider_of
from services.kernel.keys.providers.files import FileKeys
from services.kernel.keys.providers.wrapping import KeyProvider, Moving, NotGone

__all__ = ["FileKeys", "KeyProvider", "Moving", "NotGone", "provider_of"]
