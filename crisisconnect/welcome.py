"""What a development run says once it is ready: who can sign in, and where to look."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from crisisconnect.supervisor import say

if TYPE_CHECKING:
    from crisisconnect.demo import Laid

TOLD = Path("operator-invited")
"""Under the state, once the first operator's link was printed: it is printed once."""
LINK_SECONDS = 30.0
NO_DEMO = "no demo data: this installation has people of its own; an empty var/ and secrets/ would get it"


async def welcome(local: str, public: str, var: Path, variables: Mapping[str, str]) -> None:
    """Lay the demo down and print its sign-ins, or print the first operator's link. Nothing in production.

    `local` is the address on this machine, `public` the one that people use.
    """
    if variables.get("CRISISCONNECT_ENV") != "development":
        return
    if variables.get("DEMO", "1") == "0":
        await _print_link(local, var)
    else:
        await _show_demo(local, public, var)


async def _print_link(local: str, var: Path) -> None:
    if (var / TOLD).exists() or (var / "demo").exists():
        return
    for _ in range(int(LINK_SECONDS / 0.2)):
        if link := await asyncio.to_thread(_link, local):
            say(f"the first operator opens an account with {link}")
            (var / TOLD).touch(mode=0o600)
            return
        await asyncio.sleep(0.2)


def _link(local: str) -> str | None:
    try:
        with urllib.request.urlopen(f"{local}/dev/mail.json?to=operator@localhost", timeout=5) as answer:  # noqa: S310
            mails = json.load(answer)
    except OSError:
        return None
    return str(mails[-1]["links"][0]) if mails else None


async def _show_demo(local: str, public: str, var: Path) -> None:
    try:
        # Here, since a run without a demo does without what makes one.
        from crisisconnect import demo
    except ImportError as missing:
        say(f"no demo data: {missing.name} is not installed; `make run` brings it")
        return
    if demo.is_laid(var):
        say(f"the demo is here: demo.compliance, lindemark.beheer and the others, password: {demo.PASSWORD}")
    if demo.is_settled(var):
        return
    if (var / TOLD).exists():
        say(NO_DEMO)
        return
    say("laying down demo data")
    try:
        laid = await demo.lay_down(local, var)
    except demo.Unlaid as why:
        say(f"the demo data is not complete ({why}); the next start goes on with it")
        return
    if laid is None:
        say(NO_DEMO)
    else:
        say("\n".join(_lines(laid, demo.PASSWORD, public)))


def _lines(laid: Laid, password: str, url: str) -> Iterator[str]:
    yield ""
    yield f"  {laid.people} people at two organisations and the maker; {laid.certified} left, certified erased."
    yield ""
    width = max(len(username) for username, _, _ in laid.sign_ins)
    for username, role, of in laid.sign_ins:
        yield f"  {username:<{width}}  {role:<12}  {of}"
    yield f"  password of all: {password}"
    yield ""
    yield f"  {url}/docs        what can be asked"
    yield f"  {url}/dev/mail    the mail that was sent"
    yield "  make verify                       proves the log, end to end"
    yield ""
