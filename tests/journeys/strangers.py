"""Whatever a path can name, as it really is in one organisation: what another must never be able to tell from nothing.

A new path parameter, or a body that does not pass the door any more, fails the journey; the remedy is a line here.
"""

from __future__ import annotations

from typing import Any

from tests.journeys.casework import go_wrong, instruct, write_about
from tests.journeys.disclosing import Desk, disclose, soon
from tests.journeys.people import SHA256, TERMS, TODAY, eventually, mailed
from tests.journeys.planting import Planting, Village, settle

WORDS = {"purpose": "app_access", "service": "auth", "kind": "erasures", "version": "1", "tile": "entries/000.p/1"}
"""What a path names that is nobody's: a word or a number that every organisation uses alike."""
EVERYBODYS = {"sub_processor"}
"""What the maker lays before every organisation, each of which answers for itself."""
INVITED = "komt.nog@burger.example"
CARD = {"kind": "card", "title": "Bij brand", "body": "Bel 112."}
SIGNED = {"signatory": {"name": "Bea den Heerder", "function": "directeur"}, "document_sha256": SHA256}
SIGNATURE = "A" * 86 + "=="
REFUSED = {"ground": "compelling_grounds", "reasons": "Dat gaat voor."}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PATCH", "/v1/organisations/{org}/members/{account}"): {"role": "auditor"},
    ("POST", "/v1/organisations/{org}/agreements/{agreement}/sign"): {**SIGNED, "signed_on": TODAY},
    ("POST", "/v1/organisations/{org}/agreements/{agreement}/amend"): TERMS,
    ("POST", "/v1/organisations/{org}/agreements/{agreement}/terminate"): {"ends_on": "2098-12-31"},
    ("PUT", "/v1/me/fields/{field}"): {"value": "vak 9"},
    ("PUT", "/v1/organisations/{org}/content/{content}"): CARD,
    ("POST", "/v1/organisations/{org}/requests/{request}/verify"): {"how": "called_back"},
    ("POST", "/v1/organisations/{org}/requests/{request}/extend"): {"ground": "complexity", "reasons": "Veel."},
    ("POST", "/v1/organisations/{org}/requests/{request}/fulfil"): {"outcome": "Gedaan."},
    ("POST", "/v1/organisations/{org}/requests/{request}/refuse"): REFUSED,
    ("POST", "/v1/organisations/{org}/requests/{request}/notify-recipient"): {"recipient": "Het archief."},
    ("POST", "/v1/organisations/{org}/requests/{request}/lift"): {"reasons": "Nagezien."},
    ("POST", "/v1/organisations/{org}/consultations/{consultation}"): {
        "outcome": "agreed",
        "signature": "A" * 86 + "==",
    },
    ("POST", "/v1/sub-processors/{sub_processor}/objection"): {"reasons": "Daar werken wij niet mee."},
}
"""What comes in through the door, so that it is the object that is missed; an empty one where nothing is said."""


def lived(planting: Planting) -> tuple[Village, Desk, dict[str, str]]:
    """A life in one organisation, the desk that handed data over, and a real id for every parameter of every path."""
    village = settle(planting)
    write_about(planting, village)
    go_wrong(planting, village)
    instruct(planting, village)
    desk = disclose(planting, village)
    return (
        village,
        desk,
        {
            **WORDS,
            **_of_the_organisation(village),
            **_of_the_maker(village),
            "token": mailed(planting.url, INVITED),
        },
    )


def _of_the_organisation(village: Village) -> dict[str, str]:
    base, boss, member = f"/v1/organisations/{village.organisation}", village.beheerder, village.member

    def first(path: str, key: str) -> str:
        return str(boss.get(path)["items"][0][key])

    field = boss.get(f"{base}/supplements")["items"][0]["fields"][0]
    invited = {"email": INVITED, "role": "member"}
    invitation = boss.post(f"{base}/members", invited)["invitation"]
    return {
        "org": village.organisation,
        "account": member.account,
        "agreement": village.agreement,
        "session": str(member.get("/v1/sessions")["items"][0]["session"]),
        "invitation": str(invitation),
        "field": str(field),
        "supplement": first(f"{base}/supplements", "supplement"),
        "content": first(f"{base}/content", "content"),
        "request": first(f"{base}/requests", "id"),
        "consultation": first(f"{base}/consultations", "id"),
        "incident": first("/v1/incidents", "id"),
        "complaint": first("/v1/complaints", "id"),
        "instruction": first("/v1/instructions", "id"),
        "sub_processor": first("/v1/sub-processors", "id"),
    }


def _of_the_maker(village: Village) -> dict[str, str]:
    """What the maker's people have of this organisation."""
    officer, case = village.officer, {"case": "OM-2026-78", "ground": "vermoeden"}
    selection = {"selection": {"account": village.member.account}}
    entries = officer.get("/v1/log/entries?type=nl.crisisconnect.auth.UserRegistered.v1")["items"]
    mine = next(one for one in entries if village.organisation in str(one["event"]))
    erasure = eventually(
        lambda: next((one["id"] for one in officer.get("/v1/erasures")["items"]), None), what="an erasure"
    )
    hold = {"scope": "person", "account": village.member.account, "ground": "legal_claim", "reason": "Een claim."}
    return {
        "erasure": str(erasure),
        "hold": str(officer.post("/v1/holds", {**hold, "expires_at": soon()})["hold"]),
        "event": str(mine["event"]["id"]),
        "index": str(mine["index"]),
        "replay": str(village.investigator.post("/v1/replays", {**case, **selection})["replay"]),
        "disclosure": str(officer.get("/v1/disclosures")["items"][0]["id"]),
    }
