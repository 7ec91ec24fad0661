"""What the maker's people write about somebody, and everything that leaves the system as a file."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.kernel.codec import instant
from tests.journeys.people import eventually
from tests.journeys.planting import Planting, Village
from tests.journeys.running import System

CASE = "OM-2026-77"


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
    village.officer.post(f"/v1/holds/{hold}/review", {"finding": finding})
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
    for kind in ("erasures", "retention", "access", "integrity", "processing-register"):
        shown[f"{kind}.json"] = village.officer.http.get(f"/v1/reports/{kind}").text
    for name, text in shown.items():
        (to / name).write_text(text)
    system.command("backup", str(to / "backup"))
