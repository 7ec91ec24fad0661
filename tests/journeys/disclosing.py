"""Disclosures over HTTP: officers who work on a file, and an organisation that answers under its own key."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey
from pyrage import decrypt, x25519

from services.kernel.codec import instant
from tests.journeys.people import Cast, Person, eventually, mailed
from tests.journeys.planting import Planting, Village
from tests.journeys.running import System

CALLED_BACK = {
    "finding": "De officier bevestigde de vordering.",
    "number": "+31 20 5550100",
    "found_in": "de site van het parket",
}
SPKI = bytes.fromhex("302a300506032b6570032100")


@dataclass
class Desk:
    """Three officers, the first of whom opens. `identity` is the age key of whoever receives, `room` where they work,
    `vkey` the log's key as they had it from somebody else.
    """

    officers: tuple[Person, Person, Person]
    events: list[str] = field(default_factory=list)
    identity: Any = field(default_factory=x25519.Identity.generate)
    room: Path = Path()
    vkey: str = ""

    def open(self, **said: Any) -> str:
        answer = self.officers[0].post("/v1/disclosures", said)
        self.events += answer["events"]
        return str(answer["disclosure"])

    def step(self, file: str, name: str, *, by: int = 0, expect: int = 200, **said: Any) -> Any:
        answer = self.officers[by].post(f"/v1/disclosures/{file}/{name}", said, expect=expect)
        self.events += answer.get("events", [])
        return answer

    def shown(self, file: str) -> Any:
        return self.officers[2].get(f"/v1/disclosures/{file}")

    def approve(self, file: str, scope: dict[str, Any]) -> None:
        chosen = {"version": scope["version"], "digest": scope["digest"]}
        for officer in (1, 2):
            self.step(file, "approve", by=officer, **chosen)

    def assemble(self, file: str) -> Any:
        """Once the log has taken in what the package is proved by."""
        body = {"recipient": str(self.identity.to_public())}

        def made() -> Any:
            answer = self.officers[0].http.post(f"/v1/disclosures/{file}/assemble", json=body)
            assert answer.status_code in (200, 409), answer.text
            assert answer.status_code == 200 or answer.json()["code"] == "not_yet", answer.text
            return answer.json() if answer.status_code == 200 else None

        answer = eventually(made, what="the log's proof of the file")
        self.events += answer["events"]
        return answer


def staffed(cast: Cast, system: System) -> Desk:
    """Three officers; once there is one, the others are invited by them."""
    others = []
    for name in ("tweede", "derde"):
        cast.officer.post("/v1/staff", {"email": f"{name}@maker.example", "role": "compliance"})
        person = Person(cast.url)
        person.accept(mailed(cast.url, f"{name}@maker.example"), f"{name}.officer", name.title(), "Waarborg")
        person.sign_in()
        others.append(person)
    room = system.directory / "authority"
    room.mkdir()
    vkey = json.loads((system.secrets / "installation.json").read_text())["log"]
    return Desk((cast.officer, *others), room=room, vkey=vkey)


def request(organisation: str, people: list[str], **but: Any) -> dict[str, Any]:
    """What an authority asks, in writing, on the article for stored data."""
    return {
        "basis": "sv_126nd",
        "organisation": organisation,
        "people": people,
        "categories": ["name", "email", "ip_address"],
        "secrecy": "none",
        "channel": "letter",
        "received_at": instant(datetime.now(UTC) - timedelta(minutes=5)),
        "authority": "Openbaar Ministerie, parket Voorbeeld",
        "official": "mr. A. Officier",
        "function": "officier van justitie",
        "reference": "OM-2026-12",
        "original": base64.b64encode(b"De officier van justitie vordert.").decode(),
        **but,
    }


def registered(beheerder: Person) -> SigningKey:
    """The organisation publishes the key with which it signs what it says of a disclosure."""
    key = SigningKey.generate()
    public = base64.b64encode(SPKI + bytes(key.verify_key)).decode()
    beheerder.ask("PATCH", f"/v1/organisations/{beheerder.organisation}", {"consultation_key": public})
    return key


def answered(beheerder: Person, key: SigningKey, file: str, reasons: str | None = None) -> dict[str, Any]:
    """The body of an answer: agreed, or objected with reasons, signed."""
    path = f"/v1/organisations/{beheerder.organisation}/consultations/{file}"
    said = str(beheerder.get(path)["statement"])
    if reasons is not None:
        said = said.replace("outcome agreed", "outcome objected")
        said = said.replace("reasons -", f"reasons {sha256(reasons.encode()).hexdigest()}")
    body = {"outcome": "agreed" if reasons is None else "objected"}
    body |= {} if reasons is None else {"reasons": reasons}
    return body | {"signature": base64.b64encode(key.sign(said.encode()).signature).decode()}


def received(desk: Desk, file: str, outcome: str) -> zipfile.ZipFile:
    """Assembled, fetched, handed over; what is in it, as the authority opens, checks and reads it."""
    made = desk.assemble(file)
    sealed = desk.officers[0].http.get(f"/v1/disclosures/{file}/package").content
    handed = {"sealed_sha256": made["sealed_sha256"], "channel": "in_person"}
    desk.step(file, "hand-over", receiver="mr. A. Officier", receipt="Getekend, nummer 12.", **handed)
    package = opened(sealed, desk.identity, desk.room)
    said = verified(package, desk.vkey, desk.room)
    assert f"consultation: {outcome}" in said
    assert said.endswith("ok\n")
    return zipfile.ZipFile(io.BytesIO(package))


def signed(key: SigningKey, file: str, organisation: str, asked: str) -> dict[str, Any]:
    """What an officer enters for a second contact, who agreed and signed that elsewhere."""
    lines = (f"disclosure {file}", f"organisation {organisation}", f"asked {asked}", "outcome agreed", "reasons -")
    said = "".join(f"{line}\n" for line in ("crisisconnect.nl/consultation/v1", *lines))
    return {"outcome": "agreed", "signature": base64.b64encode(key.sign(said.encode()).signature).decode()}


def opened(sealed: bytes, identity: Any, room: Path) -> bytes:
    """The package as its receiver opens it, with Debian's `age` where that is installed, and with our library too."""
    ours = decrypt(sealed, [identity])
    if shutil.which("age") is not None:
        (room / "key.txt").write_text(f"{identity}\n")
        command = ["age", "--decrypt", "--identity", str(room / "key.txt")]
        assert subprocess.run(command, input=sealed, capture_output=True, check=True, timeout=20).stdout == ours
    return ours


def verified(package: bytes, vkey: str, room: Path) -> str:
    """What the reader says of a package, in an environment that knows of no installation; each flipped byte is told."""
    file, root = room / "package.zip", str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "services.reader", "--disclosure", str(file), "--log-vkey", vkey]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": root}

    def said(raw: bytes) -> subprocess.CompletedProcess[str]:
        file.write_bytes(raw)
        return subprocess.run(command, cwd=room, env=environment, capture_output=True, text=True, timeout=60)

    done = said(package)
    assert done.returncode == 0, done.stdout + done.stderr
    at = package.index(b"data/people.json") + 40
    assert said(package[:at] + bytes([package[at] ^ 1]) + package[at + 1 :]).returncode == 1
    return re.sub(r"[0-9a-f]{64}", "…", done.stdout)


def soon(days: int = 30) -> str:
    return instant(datetime.now(UTC) + timedelta(days=days))


def disclose(planting: Planting, village: Village) -> Desk:
    """One file to its end, one that a law hides until it is lifted, and a suspicion that comes to nothing."""
    officers = [village.officer]
    for who in ("officer2", "officer3"):
        person, email = planting.person(), planting.a(f"{who}'s e-mail", f"{who}.*@maker.example")
        village.officer.post("/v1/staff", {"email": email, "role": "compliance"})
        planting.accept(person, who, email)
        planting.sign_in(person, who)
        officers.append(person)
    desk = Desk((officers[0], officers[1], officers[2]))

    def a(what: str) -> str:
        return planting.a(f"disclosure's {what}", f"{what}, zegt * Zeearend")

    people = [village.member.account]
    asked = {name: a(name) for name in ("authority", "official", "function", "reference")}
    asked["original"] = base64.b64encode(a("original").encode()).decode()
    file = desk.open(**request(village.organisation, people, **asked))
    back = {"number": a("call-back's number"), "found_in": a("call-back's source")}
    desk.step(file, "authenticate", finding=a("call-back"), **back)
    desk.step(file, "hold")
    desk.step(file, "consult", words=a("question"))
    key, beheerder = registered(village.beheerder), village.beheerder
    answer = answered(beheerder, key, file, a("objection"))
    planting.values["disclosure's signature"] = answer["signature"]
    beheerder.post(f"/v1/organisations/{beheerder.organisation}/consultations/{file}", answer, expect=200)
    desk.approve(file, desk.step(file, "scope", categories=["name", "email"], reasons=a("narrowing")))
    made = desk.assemble(file)
    handed = {"sealed_sha256": made["sealed_sha256"], "channel": "in_person"}
    desk.step(file, "hand-over", receiver=a("receiver"), receipt=a("receipt"), **handed)
    desk.step(file, "notify", ground=a("deferral"), review_at=soon())
    desk.step(file, "notify", channel="letter", words=a("notice"))
    desk.step(file, "close")
    village.member.ask("PATCH", "/v1/me", {"first_name": planting.values["member's corrected first name"]})
    eventually(lambda: desk.shown(file)["changed_at"], what="a change to tell of")
    desk.step(file, "notify-recipient", channel="letter", words=a("what changed"))

    secret = desk.open(**request(village.organisation, people, secrecy="by_law", review_at=soon()))
    desk.step(secret, "authenticate", **CALLED_BACK)
    desk.step(secret, "hold")
    desk.step(secret, "consult", by=1, ground=a("bar"), review_at=soon())
    desk.step(secret, "review", finding=a("review"), review_at=soon(60))
    desk.step(secret, "lift", reason=a("lift"))
    desk.step(secret, "reject", ground="withdrawn", reasons=a("rejection"))
    suspected = {"basis": "own_suspicion", "organisation": village.organisation, "people": people}
    desk.open(**suspected, categories=["ip_address"], facts=a("facts"))

    rogue = desk.open(**request(village.organisation, people, secrecy="suspect", review_at=soon()))
    desk.step(rogue, "authenticate", **CALLED_BACK)
    desk.step(rogue, "hold")
    asked_of = desk.step(rogue, "consult", words="Wat vindt u?")["asked"]
    desk.step(rogue, "answer", **signed(key, rogue, village.organisation, asked_of))
    desk.step(rogue, "reject", ground="not_approved", reasons="Te weinig.")
    return desk
