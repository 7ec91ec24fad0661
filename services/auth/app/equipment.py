"""What a sign-in came from, as far as its user agent and the app say."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ua_parser import parse

from services.auth.domain.session import Equipment

LONGEST = 500
"""Characters of a user agent that are read; real ones are shorter, and parsing costs per character."""


def recognised(ip: str | None, user_agent: str | None, device: Mapping[str, str] | None) -> Equipment:
    """The app's own words where it says something, else what the user agent tells. The agent's text is not kept."""
    said = device or {}
    kind, os, browser = _read((user_agent or "")[:LONGEST])
    return Equipment(
        ip=ip or None,
        device=said.get("kind") or kind,
        os=said.get("os") or os,
        browser=said.get("browser") or browser,
        app_version=said.get("app_version"),
    )


@lru_cache(maxsize=1024)
def _read(user_agent: str) -> tuple[str | None, str | None, str | None]:
    if not user_agent:
        return None, None, None
    found = parse(user_agent)
    device = found.device.family if found.device else None
    os = " ".join(part for part in (found.os.family, found.os.major) if part) if found.os else None
    browser = (
        " ".join(part for part in (found.user_agent.family, found.user_agent.major) if part)
        if found.user_agent
        else None
    )
    return device, os, browser
