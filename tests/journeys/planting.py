"""A journey in which every personal field, and every refused request, holds a value that nobody could overlook."""

from __future__ import annotations

import hashlib
import json
import secrets
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.journeys.people import SHA256, TERMS, TODAY, Person, mailed

ADDRESS = "203.0.113.77"
ADDRESSES = {"member": "203.0.113.104"}
"""Of a block for documentation (RFC 5737): no machine here has it. Who is to be erased has one of their own."""


@dataclass
class Planting:
    """`values` by what they are; each is different in every run, so that none is found by chance."""

    url: str
    mark: str = field(default_factory=lambda: secrets.token_hex(5))
    values: dict[str, str] = field(default_factory=dict)

    def a(self, what: str, shape: str) -> str:
        """Remember and return a value: `shape` with this run's mark at its `*`."""
        self.values[what] = shape.replace("*", self.mark)
        return self.values[what]

    def person(self) -> Person:
        return Person(self.url, agent=self.a("user agent", "Kwikstaart/9.1 (agent *; Linux)"))

    def accept(self, person: Person, who: str, email: str) -> None:
        token = mailed(self.url, email)
        self.values[f"{who}'s invitation token"] = token
        body = {
            "username": self.a(f"{who}'s user name", f"{who.replace(' ', '.')}.gebruiker.*"),
            "password": self.a(f"{who}'s password", f"{who} wachtwoord vol kraanvogels *"),
            "first_name": self.a(f"{who}'s first name", f"Zoë{who}*"),
            "infix": self.a(f"{who}'s infix", f"van’t {who} *"),
            "last_name": self.a(f"{who}'s last name", f"Żółkiewska-{who}*"),
        }
        said = person.post(f"/v1/invitations/{token}", body)
        person.account, person.organisation, person.username = said["account"], said["organisation"], body["username"]
        self.values[f"{who}'s public account id"] = said["account"]

    def sign_in(self, person: Person, who: str, **headers: str) -> None:
        device = {name: self.a(f"{who}'s {name}", f"{name} {who} *") for name in ("kind", "os", "browser")}
        device["app_version"] = self.a(f"{who}'s app version", f"7.7-{who}-*")
        body = {"username": person.username, "password": self.values[f"{who}'s password"], "device": device}
        address = self.values[f"{who}'s address"] = ADDRESSES.get(who, ADDRESS)
        said = person.post("/v1/sessions", body, headers={"X-Forwarded-For": address, **headers})
        self.values[f"{who}'s session token"] = said["token"]
        self.values[f"{who}'s session token's digest"] = hashlib.sha256(said["token"].encode()).hexdigest()
        person.http.headers["Authorization"] = f"Bearer {said['token']}"


@dataclass
class Village:
    """The people of the journey; the member is the one who will leave."""

    operator: Person
    officer: Person
    investigator: Person
    beheerder: Person
    member: Person
    organisation: str
    organisation_name: str
    agreement: str


def settle(planting: Planting) -> Village:
    """From an empty installation to a member with corrected data, a changed password and a refreshed session."""
    operator, beheerder = planting.person(), planting.person()
    planting.accept(operator, "operator", "operator@localhost")
    planting.sign_in(operator, "operator")
    name = f"Waterschap {planting.mark} Zichtbaar"
    address = planting.a("first Beheerder's e-mail", "beheer.*@eerste.example")
    contact = {
        "name": planting.a("contact's name", "Loket Ångström *"),
        "email": planting.a("contact's e-mail", "loket.*@contact.example"),
        "phone": planting.a("contact's phone", f"+31 6 {int(planting.mark, 16):013d}"),
    }
    registered = operator.post(
        "/v1/organisations",
        {"name": name, "kind": "public", "contact": contact, "beheerder": {"email": address}},
    )
    organisation = str(registered["organisation"])
    planting.accept(beheerder, "beheerder", address)
    planting.sign_in(beheerder, "beheerder")
    agreement = _agree(planting, operator, beheerder, organisation)
    member = _member(planting, beheerder, organisation)
    officer = _staff(planting, operator, "compliance")
    _own_field(planting, beheerder, officer, member)
    _content(planting, beheerder, member)
    _requests(planting, beheerder, member)
    investigator = _staff(planting, officer, "investigator")
    return Village(operator, officer, investigator, beheerder, member, organisation, name, agreement)


def _staff(planting: Planting, by: Person, role: str) -> Person:
    person, email = planting.person(), planting.a(f"{role}'s e-mail", f"{role}.*@maker.example")
    by.post("/v1/staff", {"email": email, "role": role})
    planting.accept(person, role, email)
    planting.sign_in(person, role)
    return person


def _agree(planting: Planting, operator: Person, beheerder: Person, organisation: str) -> str:
    base = f"/v1/organisations/{organisation}/agreements"
    agreement = beheerder.post(base, {**TERMS, "categories": [*TERMS["categories"], "contact_phone", "custom_field"]})[
        "agreement"
    ]
    for person, side in ((beheerder, "controller"), (operator, "processor")):
        signatory = {
            "name": planting.a(f"{side}'s signatory", f"Hoogheemraad {side} *"),
            "function": planting.a(f"{side}'s signatory's function", f"dijkgraaf {side} *"),
        }
        body = {"signatory": signatory, "document_sha256": SHA256, "signed_on": TODAY}
        person.post(f"{base}/{agreement}/sign", body, expect=200)
    contact = {
        "name": planting.a("second contact's name", "Balie Ærø *"),
        "email": planting.a("second contact's e-mail", "balie.*@contact.example"),
        "phone": planting.a("second contact's phone", f"+31 7 {int(planting.mark, 16):013d}"),
    }
    deputy = {
        "name": planting.a("deputy's name", "Griffie Œdipe *"),
        "email": planting.a("deputy's e-mail", "griffie.*@contact.example"),
        "phone": planting.a("deputy's phone", f"+31 6 {int(planting.mark, 16):013d}"),
    }
    beheerder.ask("PATCH", f"/v1/organisations/{organisation}", {"contact": contact, "second_contact": deputy})
    return str(agreement)


def _member(planting: Planting, beheerder: Person, organisation: str) -> Person:
    members = f"/v1/organisations/{organisation}/members"
    member = planting.person()
    email = planting.a("member's e-mail", "lid.*@burger.example")
    beheerder.post(members, {"email": email, "role": "member"})
    withdrawn = planting.a("withdrawn invitee's e-mail", "toch.niet.*@burger.example")
    invitation = beheerder.post(members, {"email": withdrawn, "role": "member"})["invitation"]
    beheerder.ask("DELETE", f"/v1/organisations/{organisation}/invitations/{invitation}")
    planting.accept(member, "member", email)
    _forgotten(planting, member, email)
    planting.sign_in(member, "member")
    corrected = {
        "email": planting.a("member's corrected e-mail", "nieuw.*@burger.example"),
        "first_name": planting.a("member's corrected first name", "Noëlle-*"),
        "infix": planting.a("member's corrected infix", "in ’t *"),
        "last_name": planting.a("member's corrected last name", "Łoś-Ünal *"),
    }
    key = planting.a("key that a request may be repeated with", "sleutel vol scholeksters *")
    member.ask("PATCH", "/v1/me", corrected, headers={"Idempotency-Key": key})
    changed = planting.a("member's changed password", "een ander wachtwoord vol reigers *")
    member.ask("PUT", "/v1/me/password", {"password": planting.values["member's password"], "new_password": changed})
    planting.values["member's password"] = changed
    _again(planting, member)
    for path in ("/v1/me", "/v1/sessions", "/v1/me/access-log"):
        member.get(path)
    beheerder.get(members)
    beheerder.get(f"{members}/{member.account}")
    return member


def _forgotten(planting: Planting, member: Person, email: str) -> None:
    """The password is chosen anew by a link before it was ever used; others ask for whom nobody knows."""
    for nobody in (
        {"username": planting.a("user name nobody has", "nergens.gebruiker.*")},
        {"email": planting.a("e-mail nobody has", "nergens.*@burger.example")},
        {"email": email},
    ):
        assert member.post("/v1/password-resets", nobody, expect=202) == {"events": []}
    token = planting.values["member's reset token"] = mailed(planting.url, email, "/password-resets/")
    chosen = planting.a("member's reset password", "een herkozen wachtwoord vol lepelaars *")
    assert member.post(f"/v1/password-resets/{token}", {"password": chosen}, expect=200)["events"]
    planting.values["member's first password"] = planting.values["member's password"]
    planting.values["member's password"] = chosen


def _own_field(planting: Planting, beheerder: Person, officer: Person, member: Person) -> None:
    """A field of the organisation's own: its supplement refused once and then published, and the member's value."""
    base = f"/v1/organisations/{beheerder.organisation}"
    words = {"label": {"nl": "Dijkvak", "en": "Dike section"}, "description": {"nl": "Uw vak.", "en": "Your section."}}
    made = beheerder.post(f"{base}/fields", {**words, "kind": "text"})["field"]
    for last in (False, True):
        reasons = planting.a("supplement's reasons", "wie waar loopt bij hoogwater *")
        asked = beheerder.post(f"{base}/supplements", {"fields": [made], "reasons": reasons})["supplement"]
        if not last:
            no = {"reasons": planting.a("supplement's refusal", "eerst graag het dijkplan *")}
            officer.post(f"{base}/supplements/{asked}/refuse", no, expect=200)
    text = {"nl": "Dijkvak: waar u loopt.", "en": "Dike section: where you walk."}
    officer.post(f"{base}/supplements/{asked}/publish", text, expect=200)
    value = planting.a("member's own field", "vak bij de Zwaluwenhoek *")
    member.ask("PUT", f"/v1/me/fields/{made}", {"value": value})


def _content(planting: Planting, beheerder: Person, member: Person) -> None:
    """A contact that the app shows, and another one that was shown and is no more."""
    base = f"/v1/organisations/{beheerder.organisation}/content"
    for last in (False, True):
        title = planting.a("content's title", "Bellen bij * Hoogwater")
        body = planting.a("content's body", "Eerst de * Dijkstoel, dan https://peil.example/vandaag.")
        contact = {
            "name": planting.a("content's contact", "Wacht Aalscholver *"),
            "email": planting.a("content's contact's e-mail", "wacht.*@dijk.example"),
            "phone": planting.a("content's contact's phone", f"+31 8 {int(planting.mark, 16):013d}"),
        }
        made = beheerder.post(base, {"kind": "contact", "title": title, "body": body, "contact": contact})["content"]
        if not last:
            beheerder.ask("DELETE", f"{base}/{made}")
    member.get(base)


def _requests(planting: Planting, beheerder: Person, member: Person) -> None:
    """Two data requests: one asked in the app, extended and done, and one that came by telephone and is refused."""
    asked = {"kind": "access", "text": planting.a("member's data request", "alles over de dijkdoorbraak *")}
    request = member.post("/v1/me/requests", asked)["request"]
    base = f"/v1/organisations/{beheerder.organisation}/requests"
    longer = planting.a("member's data request's extension", "er zijn veel brieven over de sluis *")
    beheerder.post(f"{base}/{request}/extend", {"ground": "complexity", "reasons": longer}, expect=200)
    outcome = planting.a("member's data request's outcome", "overhandigd bij het gemaal *")
    why = planting.a("member's weighing of names", "zij kent wie er keek, denkt * Visdief")
    answer = {"outcome": outcome, "names": {"disclose": True, "weighing": why}}
    ready = beheerder.post(f"{base}/{request}/fulfil", answer, expect=200)
    planting.values["member's delivery's code"] = ready["delivery"]["code"]
    to = planting.values["member's corrected e-mail"]
    planting.values["member's delivery's token"] = mailed(planting.url, to, "/deliveries/")
    call = {"account": member.account, "kind": "objection", "channel": "telephone"}
    call |= {"received_at": datetime.now(UTC).isoformat(), "text": planting.a("member's call", "niet meer bellen *")}
    called = beheerder.post(base, call)["request"]
    why = planting.a("member's data request's refusal", "het belang van de dijkwacht gaat voor *")
    beheerder.post(f"{base}/{called}/refuse", {"ground": "compelling_grounds", "reasons": why}, expect=200)
    _done(planting, beheerder, member, base)
    for path in (base, f"{base}/{called}"):
        beheerder.get(path)
    member.get("/v1/me/requests")
    _told(planting, member)


def _done(planting: Planting, beheerder: Person, member: Person, base: str) -> None:
    """Three that do something: corrected with a statement beside it, an objection upheld, restricted and ending."""
    answers: dict[str, dict[str, Any]] = {
        "rectification": {
            "changes": {"infix": planting.values["member's corrected infix"]},
            "statement": planting.a("member's statement", "het was geen dijk maar een kade, zegt * IJsvogel"),
        },
        "objection": {
            "decisions": [
                {
                    "purpose": "usage_insight",
                    "decision": "upheld",
                    "reasons": planting.a("member's objection's reasons", "dat kan zonder haar, meent * Futen"),
                }
            ]
        },
        "restriction": {"ground": "accuracy_contested"},
    }
    for kind, answer in answers.items():
        request = member.post("/v1/me/requests", {"kind": kind})["request"]
        said = {"outcome": planting.a(f"member's {kind}'s outcome", f"gedaan, {kind}, door * Kuifeend"), **answer}
        beheerder.post(f"{base}/{request}/fulfil", said, expect=200)
    who = {"recipient": planting.a("member's recipient", "de archivaris, mevrouw * Zwaan"), "why_not": "impossible"}
    beheerder.post(f"{base}/{request}/notify-recipient", who, expect=200)
    why = {"reasons": planting.a("member's restriction's end", "nagezien en in orde, schrijft * Meerkoet")}
    beheerder.post(f"{base}/{request}/lift", why, expect=200)


UNTOLD = ("password", "token", "digest", "code")
"""What is kept as a hash, or has been used: nobody can show it."""
CORRECTED = ("e-mail", "first name", "infix", "last name")
"""In the place of these stands what they were corrected to."""


def _told(planting: Planting, member: Person) -> None:
    """The answer to access holds every value of the member's that is planted so far (AVG 15)."""
    told = json.dumps(member.get("/v1/me/data"), ensure_ascii=False)
    mine = {what.removeprefix("member's "): value for what, value in planting.values.items() if "member's " in what}
    shown = {what: value for what, value in mine.items() if what not in CORRECTED and not what.endswith(UNTOLD)}
    assert len(shown) > 10
    assert [what for what, value in shown.items() if value not in told] == []


def _again(planting: Planting, member: Person) -> None:
    """Another sign-in, told apart by its user agent alone, and a refresh of it."""
    model = planting.a("device told by the user agent", "Kolibrie*")
    agent = f"Mozilla/5.0 (Linux; Android 9; {model} Build/P) AppleWebKit/537.36 Chrome/96.0 Mobile Safari/537.36"
    body = {"username": member.username, "password": planting.values["member's password"]}
    headers = {"X-Forwarded-For": f"198.51.100.9, {ADDRESS}", "User-Agent": agent}
    planting.values["address that a client claims"] = "198.51.100.9"
    said = member.post("/v1/sessions", body, headers=headers)
    planting.values["second session token"] = said["token"]
    member.http.headers["Authorization"] = f"Bearer {said['token']}"
    said = member.post("/v1/sessions/refresh")
    planting.values["refreshed session token"] = said["token"]
    member.http.headers["Authorization"] = f"Bearer {said['token']}"


def be_refused(planting: Planting, village: Village) -> None:
    """Whatever somebody types, and is refused for, holds a value too."""
    wrong = planting.a("wrong password", "fout wachtwoord *")
    nobody = planting.a("unknown user name", "niemand.heet.zo.*")
    said = planting.a("what a refused request says", "weigering vol ooievaars *")
    slug = planting.a("what a path says", "pad-vol-lepelaars-*")
    sign_in = "/v1/sessions"
    name = village.member.username
    mine = {"Authorization": village.member.http.headers["Authorization"]}
    boss = {"Authorization": village.beheerder.http.headers["Authorization"]}
    members = f"/v1/organisations/{village.organisation}/members"
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", sign_in, {"json": {"username": name, "password": wrong}}),
        ("POST", sign_in, {"json": {"username": nobody, "password": wrong}}),
        ("POST", sign_in, {"json": {"username": name, "password": wrong, "device": {"os": "x" * 99 + said}}}),
        ("POST", sign_in, {"json": {"username": nobody, "password": wrong, said: said}}),
        ("POST", sign_in, {"json": {"username": {said: said}, "password": [said]}}),
        ("POST", sign_in, {"content": f'{{"username": "{nobody}", "password": "{said}'}),
        ("POST", sign_in, {"content": f'{{"username": "{said}", "username": "{nobody}"}}'}),
        ("POST", sign_in, {"content": b"\xff\xfe" + said.encode("utf-16-le")}),
        ("POST", sign_in, {"data": {"username": nobody, "password": wrong}}),
        ("GET", f"{sign_in}?username={nobody}", {"params": {"email": said}}),
        ("GET", "/v1/me", {"params": {"email": said}, "headers": mine}),
        ("GET", "/v1/me/access-log", {"params": {"cursor": said}, "headers": mine}),
        ("GET", "/v1/me", {"headers": {"Authorization": f"Bearer {slug}"}}),
        (
            "GET",
            "/v1/me",
            {"headers": {"Authorization": f"Basic {slug}", "Cookie": f"session={slug}", "Referer": slug}},
        ),
        ("GET", f"/v1/{slug}/{slug}", {}),
        ("GET", f"/{slug}", {"params": {slug: slug}}),
        ("PUT", "/v1/me", {"json": {"first_name": said}, "headers": mine}),
        ("GET", f"{members}/{slug}", {"headers": boss}),
        ("POST", members, {"json": {"email": said, "role": "member"}, "headers": boss}),
        ("POST", members, {"json": {"email": planting.values["member's corrected e-mail"], "role": "member"}}),
        ("POST", members, {"json": {"email": "a@b.example", "role": said}, "headers": boss}),
        ("PATCH", "/v1/me", {"json": {"infix": said * 9}, "headers": {**mine, "Idempotency-Key": slug}}),
        ("PATCH", "/v1/me", {"json": {"email": said}, "headers": {**mine, "If-Match": slug, "traceparent": slug}}),
        ("PUT", "/v1/me/password", {"json": {"password": wrong, "new_password": said}, "headers": mine}),
        ("PUT", "/v1/me/password", {"json": {"password": wrong, "new_password": "kort"}, "headers": mine}),
        ("POST", f"/v1/invitations/{slug}", {"json": {**_somebody(said), "username": nobody}}),
        ("POST", f"/v1/invitations/{slug}", {"json": {"username": nobody, "password": wrong}}),
        ("POST", f"{members}", {"content": b"\x01" + said.encode() * 90_000, "headers": boss}),
    ]
    with httpx.Client(base_url=planting.url, timeout=15) as client:
        for method, path, options in asked:
            assert client.request(method, path, **options).status_code >= 400, f"{method} {path} was not refused"
    _shout(planting.url, f"GET /{slug} HTTP/1.1\r\nHost {slug}\r\n{said}\r\n\r\n")
    _shout(planting.url, f"{slug} {said}\r\n\r\n")


def _somebody(said: str) -> dict[str, str]:
    return {"password": said, "first_name": said, "last_name": said}


def _shout(url: str, text: str) -> None:
    """What is no HTTP at all."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=5) as line:
        line.sendall(text.encode())
        line.settimeout(2)
        try:
            line.recv(1000)
        except TimeoutError:
            return
