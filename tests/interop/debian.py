"""Programs of others, from Debian: fetched where they are missing and we may."""

from __future__ import annotations

import pytest

from crisisconnect.machine import Missing, install, is_debian_with_rights


def fetched(*packages: str) -> None:
    """One after the other, and after whoever else is installing; else the test that asks is skipped, and says why."""
    if not is_debian_with_rights():
        pytest.skip(f"{' and '.join(packages)}: missing, and not to be installed by whoever runs this")
    try:
        for package in packages:
            install(package)
    except Missing as missing:
        pytest.skip(str(missing))
