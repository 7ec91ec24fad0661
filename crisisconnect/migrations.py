"""Every service's database and keyring stand at their newest form before any process starts on them."""

from __future__ import annotations

from services.kernel.migrating import migrate

from crisisconnect.topology import SERVICES
from services.kernel.configuration import Configuration

if __name__ == "__main__":
    configuration = Configuration.read()
    for service in SERVICES:
        migrate(service, configuration)
