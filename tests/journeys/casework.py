"""What the maker's people write about somebody, and everything that leaves the system as a file."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.kernel.codec import instant
from tests.journeys.people import eventually
from tests.journeys.planting import Planting, Village
from tests.journeys.running import System

CASE = "OM-2026-77"
GRACE = "PT10S"
TERMS = Path("services/retention/terms.json")


def short_terms(to: Path) -> dict[str, str]:
    """The product's own terms, but for a grace that a test can wait for, as settings."""
    versions = json.loads(TERMS.read_text())
    for version in versions:
        version["terms"]["leaving_chosen"] = GRACE
    to.write_text(json.dumps(versions))
    return {"CRISISCONNECT_RETENTION_TERMS": str(to)}


def write_about(planting: Planting, village: Village) -> str:
    """A hold on the member, released again, and a replay of their life. Answers the hold's id."""
    wish = {
        "scope": "person",
        "account": village.member.account,
        "ground": "legal_claim",
        "reason": planting.a("member's hold's reason", "Een claim over tweeëntwintig * kieviten."),
        "expires_at": instant(datetime.now(UTC) + timedelta(days=30)),
    }
    hold = str(village.officer.post("/v1/holds", wish)["hold"])
    finding = planting.a("member's hold's review", "De claim loopt nog, zegt * Roodborst.")
    village.officer.post(f"/v1/holds/{hold}/review", {"finding": finding}, expect=200)
    village.officer.ask("DELETE", f"/v1/holds/{hold}")
    ground = planting.a("replay's ground", "vermoeden van misbruik, zegt * Grutto")
    asked = {"case": CASE, "ground": ground, "selection": {"account": village.member.account}}
    replay = village.investigator.post("/v1/replays", asked)["replay"]

    def told() -> bool:
        page = village.investigator.get(f"/v1/replays/{replay}/timeline?limit=100")
        return any(".auth.SignedIn." in one["type"] for one in page["items"])

    eventually(told, what="the member's life in a replay")
    village.investigator.get(f"/v1/replays/{replay}")
    village.investigator.get(f"/v1/replays/{replay}/views/auth?limit=100")
    return hold


def go_wrong(planting: Planting, village: Village) -> str:
    """Two complaints, one answered, and an incident from its first word to its end. Answers the incident's id."""
    officer, organisation = village.officer, village.organisation
    said = {"text": planting.a("member's complaint", "Al een jaar fout, zegt * Tureluur.")}
    complaint = village.member.post("/v1/me/complaints", said)["complaint"]
    officer.get(f"/v1/complaints/{complaint}")
    answer = planting.a("member's complaint's answer", "U heeft gelijk, schrijft * Wulp.")
    officer.post(f"/v1/complaints/{complaint}/answer", {"outcome": "upheld", "answer": answer}, expect=200)
    stranger = {"channel": "letter", "text": planting.a("stranger's complaint", "Ik sta erin en ken u niet, * Kluut.")}
    stranger["contact"] = planting.a("stranger's contact", "postbus * te Nergens")
    village.beheerder.post("/v1/complaints", stranger)
    now = datetime.now(UTC)
    first = {name: planting.a(f"incident's {name}", f"{name}: * Steltloper") for name in ("facts", "consequences")}
    first["measures"] = planting.a("incident's measures", "sloten vervangen door * Bergeend")
    first["contact"] = planting.a("incident's contact", "loket * Scholekster")
    when = {"known_at": instant(now), "since": instant(now - timedelta(hours=1)), "account": village.beheerder.account}
    incident = str(officer.post("/v1/incidents", {**first, **when})["incident"])
    words = ("facts", "consequences", "measures")
    later = {name: planting.a(f"incident's later {name}", f"later, {name}: * Lepelaar") for name in words}
    officer.post(f"/v1/incidents/{incident}/supplement", later, expect=200)
    told = {"organisation": organisation, "channel": "telephone"}
    officer.post(f"/v1/incidents/{incident}/inform", told, expect=200)

    def scoped() -> bool:
        return bool(officer.get(f"/v1/incidents/{incident}")["scope"] == "computed")

    eventually(scoped, what="the scope of the incident, from the log")
    end = {
        "outcome": "not_reported",
        "people": "no_high_risk",
        "why": planting.a("incident's end", "geen risico, oordeelt * Zilvermeeuw"),
    }
    officer.post(f"/v1/incidents/{incident}/close", end, expect=200)
    village.beheerder.get(f"/v1/incidents/{incident}")
    village.beheerder.http.get(
        f"/v1/incidents/{incident}/notification", params={"format": "markdown"}
    ).raise_for_status()
    return incident


def instruct(planting: Planting, village: Village) -> None:
    """An instruction from its first word to its end, parked in between, and an objection to a sub-processor."""
    officer, beheerder = village.officer, village.beheerder
    said = {"organisation": village.organisation, "channel": "telephone"}
    said["said"] = planting.a("controller's instruction", "Zet het rooster erin, zegt * Fuut.")
    said["giver"] = planting.a("controller's voice", "wachtcommandant * Roerdomp")
    instruction = officer.post("/v1/instructions", said)["instruction"]
    parked = planting.a("controller's instruction's parking", "Daarvoor is geen grond, meent * Dodaars.")
    officer.post(f"/v1/instructions/{instruction}/park", {"reasons": parked}, expect=200)
    done = planting.a("controller's instruction's end", "Alleen de diensten, zonder namen, schrijft * Smient.")
    officer.post(f"/v1/instructions/{instruction}/done", {"done": done}, expect=200)
    beheerder.get(f"/v1/instructions/{instruction}")
    mailer = {"name": "Voorbeeld Post B.V.", "task": "mail", "purposes": ["app_access"], "categories": ["email"]}
    engaged = officer.post("/v1/sub-processors", {**mailer, "country": "NL"})["sub_processor"]
    why = planting.a("controller's objection", "Daar werken wij niet mee, schrijft * Krakeend.")
    beheerder.post(f"/v1/sub-processors/{engaged}/objection", {"reasons": why}, expect=200)
    officer.get(f"/v1/sub-processors?organisation={village.organisation}")


def leave_in_part(planting: Planting, village: Village) -> str:
    """Somebody else asks to be erased, and is but for what the law has kept. Answers the id of the erasure."""
    leaver, email = planting.person(), planting.a("leaver's e-mail", "vertrekt.*@burger.example")
    base = f"/v1/organisations/{village.organisation}"
    village.beheerder.post(f"{base}/members", {"email": email, "role": "member"})
    planting.accept(leaver, "leaver", email)
    planting.sign_in(leaver, "leaver")
    request = leaver.post("/v1/me/requests", {"kind": "erasure"})["request"]
    why = planting.a("leaver's exception's reasons", "de zaak om de sluisdeur loopt nog, zegt * Kleine Karekiet")
    answer = {
        "outcome": planting.a("leaver's erasure's outcome", "gewist op het adres na, door * Baardman"),
        "exceptions": [{"category": "email", "ground": "legal_claim", "reasons": why}],
    }
    done = village.beheerder.post(f"{base}/requests/{request}/fulfil", answer, expect=200)
    assert why in json.dumps(village.beheerder.get(f"{base}/requests/{request}"))
    return str(done["erasure"])


def let_all_of_it_go(village: Village, erasure: str) -> None:
    """The claim is over: an officer ends the hold, and lets go at once of what waits for its grace."""
    [hold] = [one for one in village.officer.get("/v1/holds")["items"] if one["ground"] == "erasure_exception"]
    village.officer.ask("DELETE", f"/v1/holds/{hold['id']}")
    village.officer.post(f"/v1/erasures/{erasure}/release", expect=200)


def take_along(system: System, village: Village, planting: Planting, to: Path) -> None:
    """Exports of every kind, reports, and a backup with its keyring: files that are out of the system's reach."""
    to.mkdir()
    reasons = ("--case", CASE, "--ground", planting.a("ground of a replay by hand", "spoor van * Kemphaan"))
    system.command("log", "export", str(to / "log"))
    system.command("log", "bundle", "--organisation", village.organisation, str(to / "bundle"))
    system.command("replay", *reasons, "--account", village.member.account, "--export", str(to / "replay.jsonl"))
    system.command("replay", *reasons, "--republish", f"replay.{uuid.uuid4()}")
    shown = {
        "views.jsonl": system.command("replay", *reasons, "--views", "auth").stdout,
        "entries.json": village.officer.http.get("/v1/log/entries?limit=100").text,
    }
    for kind in (one["kind"] for one in village.officer.get("/v1/reports")["items"]):
        for form in ("json", "csv"):
            shown[f"{kind}.{form}"] = village.officer.http.get(f"/v1/reports/{kind}", params={"format": form}).text
    for name, text in shown.items():
        (to / name).write_text(text)
    system.command("backup", str(to / "backup"))


def leave(planting: Planting, village: Village) -> str:
    """The organisation's agreement is over; it fetches what is its own, and is to be erased. Answers the erasure."""
    base, beheerder = f"/v1/organisations/{village.organisation}", village.beheerder
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    beheerder.post(f"{base}/agreements/{village.agreement}/terminate", {"ends_on": yesterday}, expect=200)
    erasure = str(beheerder.post(f"{base}/leaving", {"choice": "return"})["erasure"]["id"])
    answer = beheerder.http.get(f"{base}/leaving/export")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        shown = b"".join(package.read(name) for name in package.namelist()).decode()
    # To the controller it goes open: that is what it is for. It rests nowhere here.
    for what in ("beheerder's last name", "second contact's phone", "controller's signatory"):
        assert planting.values[what] in shown, what
    return erasure
