"""The certificate of an erasure as a page: nothing on it but what the JSON certificate proves, and how to check it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from gateway.paper.words import CERTIFICATE, SERVICES
from services.contracts.wording import CATEGORIES, rule, said
from services.kernel.moments import written

LINE = 72
"""Characters of a key or a hash on one line."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One moment on the way; `done` is False where it is still to come."""

    what: str
    when: str
    how: str
    done: bool


@dataclass(frozen=True, kw_only=True)
class Service:
    """What one service did, and in which entries of the log it says so; `retired` is empty while that is to come."""

    name: str
    task: str
    completed: str
    retired: str


@dataclass(frozen=True, kw_only=True)
class CertificatePage:
    """All that the template sees. `words` are the labels of its language; `key` and the like are lines as printed.

    `excepted` and `order` are empty where there is nothing to say.
    """

    template: str = "certificate"
    lang: str
    at: str
    words: Mapping[str, str]
    certificate: str
    organisation: str
    scope: str
    excepted: str
    rule: str
    issued: str
    steps: tuple[Step, ...]
    services: tuple[Service, ...]
    order: str
    statement: str
    digest: tuple[str, ...]
    origin: str
    size: str
    root: str
    key: tuple[str, ...]
    law: str


def page(document: Mapping[str, Any], lang: str) -> CertificatePage:
    """From the JSON certificate; the same for the same certificate, whenever and wherever it is printed."""
    words = CERTIFICATE[lang]
    here, copies = document["erased_here"], document["unreadable_in_every_earlier_copy"]
    _, size, root, *_ = document["log"]["checkpoint"].split("\n")
    order = document["ordered"]["entry"]
    kind, _, category = document["scope"].partition("/")
    return CertificatePage(
        lang=lang,
        at=document["issued_at"],
        words=words,
        certificate=document["certificate"],
        organisation=document["organisation"],
        scope=" ".join([words.get(f"scope_{kind}", kind), said(category, CATEGORIES, lang)]).strip(),
        excepted=str(here["excepted"]) if here["excepted"] else "",
        rule=rule(document["rule"], lang),
        issued=written(document["issued_at"], lang),
        steps=(
            Step(what=words["asked"], when=written(document["asked_at"], lang), how=words["asked_how"], done=True),
            Step(what=words["due"], when=written(document["due"], lang), how=words["due_how"], done=True),
            Step(
                what=words["ordered"],
                when=written(document["ordered"]["at"], lang),
                how=words["ordered_how"],
                done=True,
            ),
            Step(what=words["erased"], when=written(here["at"], lang), how=words["erased_how"], done=True),
            Step(
                what=words["unreadable"],
                when=written(copies["at"], lang) if copies else words["not_yet"],
                how=words["unreadable_how"] if copies else words["not_yet_how"],
                done=bool(copies),
            ),
        ),
        services=tuple(
            Service(
                name=name,
                task=SERVICES[lang].get(name, ""),
                completed=str(entry),
                retired=str(copies["entries"][name]) if copies else "",
            )
            for name, entry in sorted(here["entries"].items(), key=lambda item: int(item[1]))
        ),
        order="" if order is None else str(order),
        statement=str(document["statement"]["index"]),
        digest=_lines(sha256(document["statement"]["entry"].encode()).hexdigest()),
        origin=document["log"]["origin"],
        size=size,
        root=root,
        key=_lines(document["log"]["vkey"]),
        law=document["law"][lang],
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text[at : at + LINE] for at in range(0, len(text), LINE))
