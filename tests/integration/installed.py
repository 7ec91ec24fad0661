"""The audit service of one installation, and its log as the real writer makes it, without a broker."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from services.audit.ingest.writer import Writer
from services.audit.witnessing.rounds import Pace
from services.contracts.privacy import Role
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.signing.note import Signer
from tests.examples.log import Sources

QUICK = Pace(between=0.1, answer=1.0, back_off=0.2, longest=0.5, alarm=0.0)
OFFICER = Context(
    actor="account/officer", organisation="maker", role=Role.COMPLIANCE, purpose="beheer_access", correlation="c"
)


class Nobody:
    """Audit alone: the other services do not answer."""

    def call(self, service: str, method: str, *_: Any) -> None:
        return None


class Log:
    """The log of an installation, written by the real writer."""

    def __init__(self, home: Configuration, engine: Engine, file: str = "head") -> None:
        names = ("auth", "org", "audit", "retention", "log")
        self.sources = Sources.made(home.origin, {name: home.seed(name) for name in names})
        self.engine = engine
        signer = Signer(home.origin, home.seed("log"))
        self.writer = Writer(engine, home.installation["pins"], signer, home.var / "log" / file)
        self.writer.load()
        self.number = 0

    def begin(self) -> None:
        self.write(*self.sources.registrations())

    def grow(self, by: int = 1) -> None:
        self.write(*(self.sources.note("auth", self.number + n) for n in range(1, by + 1)))
        self.number += by

    def write(self, *notes: bytes) -> None:
        self.writer.write(notes)
        self.writer.checkpoint()
