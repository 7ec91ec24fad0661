"""What the services tell, and where personal data goes, written down from the contracts and from nothing else.

`write` makes `docs/catalogue.md` (events and data map), `docs/promises.md` and `docs/asyncapi.json`; `stale` names
those that no longer say what the code says.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from dataclasses import fields
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from crisisconnect import asyncapi, promise_page
from crisisconnect.told import events, owner_kind
from services.contracts.canary import of_people
from services.contracts.privacy import ADDITIONS, Category, Purpose
from services.kernel.event import Event, personal_fields, subject_field

DOCS = Path(__file__).parents[1] / "docs"
PURPOSES = {
    "account": (Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS),
    "session": (Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS),
    "invitee": (Purpose.BEHEER_ACCESS,),
    "replay": (Purpose.BEHEER_ACCESS,),
    "rollback": (Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS),
    "contact": (Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS),
    "signatory": (Purpose.BEHEER_ACCESS,),
    "hold": (Purpose.BEHEER_ACCESS,),
    "request": (Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS),
    "delivery": (Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS),
    "incident": (Purpose.BEHEER_ACCESS,),
    "engagement": (Purpose.BEHEER_ACCESS,),
    "instruction": (Purpose.BEHEER_ACCESS,),
    "complaint": (Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS),
    "custom_value": (Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS),
    "content": (Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS),
    "supplement": (Purpose.BEHEER_ACCESS,),
    "disclosure": (Purpose.BEHEER_ACCESS,),
}
"""For what the data under each kind of key is used; each event's envelope names which one it was (P02)."""


def catalogue() -> str:
    """The event table and the data map, as Markdown."""
    return "\n".join(["# What is told, and where personal data goes", "", *_about(), *_events(), *_data_map()]) + "\n"


def _about() -> Iterator[str]:
    yield "Made from `services/contracts/` by `make catalogue`; a test fails when it is not current."
    yield "A type is `nl.crisisconnect.<service>.<event>.v<n>`. Fields in *italics* are personal and rest sealed."
    yield ""


def _events() -> Iterator[str]:
    for service, told in groupby(events(), attrgetter("told_by")):
        yield f"## {service}"
        yield ""
        yield "| event | says | stream | fields |"
        yield "|---|---|---|---|"
        for event in told:
            said = inspect.cleandoc(event.__doc__ or "").replace("|", "\\|")
            yield f"| {event.__name__} | {said} | `{event.kind}/…` | {_fields(event)} |"
        yield ""


def _fields(event: type[Event]) -> str:
    personal, about = personal_fields(event), subject_field(event)
    names = [f"*{f.name}*" if f.name in personal else f.name for f in fields(event)]
    return ", ".join(f"{name} (the person)" if name == about else name for name in names)


def _data_map() -> Iterator[str]:
    rows: dict[tuple[Category, str, str], set[str]] = {}
    for event in events():
        for name, mark in of_people(event).items():
            where = (Category(mark.category), owner_kind(event, name), event.told_by)
            rows.setdefault(where, set()).add(name)
    order = list(Category)
    yield "## Data map"
    yield ""
    yield "With its key a value is gone from every table, backup and log entry; the key goes with its owner."
    yield "What `CanaryPlanted` holds is nobody's, and does not stand here."
    yield ""
    yield "| category | of 2018 | key of | service | fields | purposes |"
    yield "|---|---|---|---|---|---|"
    for category, owner, service in sorted(rows, key=lambda row: (order.index(row[0]), *row[1:])):
        stated = "addition" if category in ADDITIONS else "yes"
        names = ", ".join(sorted(rows[category, owner, service]))
        purposes = ", ".join(f"`{purpose}`" for purpose in PURPOSES[owner])
        yield f"| `{category}` | {stated} | {owner} | {service} | {names} | {purposes} |"
    if unused := [f"`{category}`" for category in order if category not in {row[0] for row in rows}]:
        yield ""
        yield f"In no event so far: {', '.join(unused)}."


def documents() -> dict[str, str]:
    """The text of each document by its name."""
    return {
        "catalogue.md": catalogue(),
        "promises.md": promise_page.page(),
        "asyncapi.json": json.dumps(asyncapi.document(), indent=1, ensure_ascii=False) + "\n",
    }


def stale(directory: Path = DOCS) -> list[str]:
    """The documents that are missing or say something else than the contracts do."""
    paths = {name: directory / name for name in documents()}
    return [name for name, text in documents().items() if not paths[name].exists() or paths[name].read_text() != text]


def write(directory: Path = DOCS) -> list[str]:
    """Write what is stale; returns the names."""
    directory.mkdir(parents=True, exist_ok=True)
    old = stale(directory)
    for name in old:
        (directory / name).write_text(documents()[name])
    return old
