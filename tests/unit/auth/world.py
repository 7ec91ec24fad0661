"""Auth as it runs, on SQLite with real keys; org is the other party, and says which terms are in force."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from services.auth.app import Auth
from services.auth.views import work
from services.contracts.privacy import Role
from services.kernel.calls.rpc import Unavailable
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.keys import keyring
from services.kernel.signing.note import Signer
from services.kernel.store import eventstore
from services.kernel.store.database import open_engine
from services.kernel.transaction import must_not_be_open
from tests.made import tables_in

MAKER = "00000000-0000-4000-8000-000000000001"
GEMEENTE = "5b0f7c7e-2a57-4c0e-9d0c-6f1a4f1b7a01"
PASSWORD = "vier paarden en een kruiwagen 71"
EVERYTHING = [
    "name",
    "organisation",
    "email",
    "credentials",
    "ip_address",
    "session_cookie",
    "technical",
    "custom_field",
]
TERMS: dict[str, Any] = {
    "agreement": "e7a4b2d1-0c3f-4f57-8d6b-1a2b3c4d5e04",
    "version": 1,
    "role": "processor",
    "purposes": {"app_access": "public_task", "beheer_access": "contract"},
    "categories": EVERYTHING,
    "retention": {},
}


class Org:
    """What auth hears of others. `terms` by organisation, `fields` that take values; what `stands` where it leaves;

    whom a hold keeps; which `consultations` wait for whom; `away` when all are silent.
    """

    def __init__(self) -> None:
        self.terms: dict[str, dict[str, Any] | None] = {MAKER: TERMS, GEMEENTE: TERMS}
        self.away = False
        self.stands: dict[str, Any] | None = None
        self.fields: dict[str, dict[str, Any]] = {}
        self.held: dict[str, Any] = {"everybody": False, "people": []}
        self.wishes: list[Mapping[str, Any]] = []
        """What retention was asked to let go."""
        self.consultations: dict[str, dict[str, Any]] = {}
        self.weighed: set[tuple[str, str, str]] = set()
        """Organisation, request and person: for whose answer it was weighed that names are given."""

    def call(self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float = 4.0) -> Any:
        must_not_be_open("a call")
        if self.away:
            raise Unavailable("org")
        if (service, method) == ("org", "leaving_stands"):
            return self.stands
        if (service, method) == ("org", "value_rules"):
            if (found := self.fields.get(args["field"])) is None:
                raise Refused("not_found")
            return found
        if (service, method) == ("retention", "held_in"):
            return self.held
        if (service, method) == ("retention", "clear_erasure"):
            self.wishes.append(args)
            return {"events": []}
        if (service, method) == ("retention", "names_weighed"):
            return {"disclosed": (args["organisation"], args["request"], args["person"]) in self.weighed}
        if (service, method) == ("audit", "consultation_waits"):
            return self.consultations[args["disclosure"]]
        if (service, method) == ("org", "statement_seen"):
            return {"version": 2, "acknowledged": False}
        if (service, method) == ("org", "named"):
            if args["organisation"] not in self.terms:
                raise Refused("not_found")
            return {"name": "Gemeente Elders"}
        assert (service, method) == ("org", "terms_in_force")
        return self.terms.get(args["organisation"])


class World:
    """One auth, and what people do with it; tokens are taken from the mail, as they would."""

    def __init__(self, directory: Path) -> None:
        self.org = Org()
        secrets = directory / "secrets"
        secrets.mkdir()
        pins = {name: Signer(f"log/{name}", name.encode().ljust(32)).verifier.vkey for name in ("auth", "retention")}
        said = {"origin": "log", "maker": MAKER, "pins": pins, "log": ""}
        (secrets / "installation.json").write_text(json.dumps(said))
        configuration = Configuration(
            environment="development",
            var=directory / "var",
            secrets=secrets,
            amqp_url="",
            database_url=None,
            keyring_url=None,
            port=8000,
            public_url="http://crisis.example",
            smtp_url=None,
            retention_sweep_seconds=2.0,
            key_epoch_hours=24.0,
            workers=1,
            trusted_proxies=(),
        )
        for name, folder, metadata in (
            ("auth", "data", [eventstore.tables, *(view.tables for view in Auth.views), work.tables]),
            ("keys_auth", "keys", [keyring.tables]),
        ):
            engine = open_engine(None, name, configuration.var / folder)
            tables_in(engine, *metadata)
            engine.dispose()
        self.auth = Auth(configuration, self.org)

    def close(self) -> None:
        self.auth.engine.dispose()

    def beheerder(self) -> Context:
        """Somebody who asks for the organisation; only the role matters here."""
        return self.context(role=Role.BEHEERDER)

    def context(self, **but: Any) -> Context:
        said: dict[str, Any] = {
            "actor": f"account/{uuid4()}",
            "organisation": GEMEENTE,
            "correlation": str(uuid4()),
            "purpose": "beheer_access",
        }
        return Context(**(said | but))

    def token(self, email: str) -> str:
        self.auth.mailer.send_due()
        return str(self.auth.mailer.shown(email)[0]["links"][0]).rsplit("/", 1)[-1]

    def invited(self, email: str = "sanne@voorbeeld.example", role: str = "member", **but: Any) -> dict[str, Any]:
        return self.auth.invitations.invite(
            but.pop("context", None) or self.beheerder(), organisation=GEMEENTE, email=email, role=role
        )

    def registered(
        self, email: str = "sanne@voorbeeld.example", username: str = "sanne", role: str = "member"
    ) -> dict[str, Any]:
        self.invited(email, role)
        return self.accepted(self.token(email), username)

    def accepted(self, token: str, username: str) -> dict[str, Any]:
        return self.auth.registrations.accept(
            self.context(actor=""),
            token=token,
            username=username,
            password=PASSWORD,
            first_name="Sanne",
            last_name="Velde",
            infix="van der",
        )

    def signed_in(self, username: str = "sanne", password: str = PASSWORD, **more: Any) -> Context:
        """The context in which this person's next request comes, as the gateway makes it from `who`."""
        said = self.auth.sign_ins.sign_in(self.context(actor=""), username=username, password=password, **more)
        who = self.auth.sign_ins.who(token=said["token"])
        return self.context(
            actor=f"account/{who['pseudonym']}",
            organisation=who["organisation"],
            role=who["role"],
            session=who["session"],
        )

    def told(self) -> list[str]:
        """The names of the events so far."""
        with self.auth.store.reading() as session:
            types = session.execute(select(eventstore.events.c.type).order_by(eventstore.events.c.position)).scalars()
            return [name.split(".")[-2] for name in types]
