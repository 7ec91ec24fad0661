"""Every service's database and keyring stand at their newest form before any process starts on them."""

from __future__ import annotations

import sys

from crisisconnect.topology import SERVICES
from services.kernel.configuration import Configuration
from services.kernel.hosting.migrating import migrate

if __name__ == "__main__":
    configuration = Configuration.read()
    for service in sys.argv[1:] or SERVICES:
        migrate(service, configuration)
