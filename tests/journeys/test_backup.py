"""Backup while people work, erase, rotate, restore: the person stays gone and the others are whole."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.people import PASSWORD, Cast, Person, certified
from tests.journeys.running import System


def test_a_restored_backup_brings_nobody_back_and_loses_nobody(system: System, tmp_path: Path) -> None:
    saved = tmp_path / "backup"
    cast = Cast(system.url)
    cast.assemble()
    anna = cast.member("anna@voorbeeld.example", "anna.jansen", "Anna", "Jansen")
    gone = cast.member("piet@voorbeeld.example", "piet.smit", "Piet", "Smit")
    assert system.command("restore", str(saved), "--over", check=False).returncode == 1

    system.command("backup", str(saved))
    refused = system.command("restore", str(saved), "--over", check=False)
    assert (refused.returncode, "in use by another run" in refused.stderr) == (1, True)
    erasure = gone.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"]
    certified(Person(system.url), erasure)
    system.command("keys", "rotate")
    cast.member("bram@voorbeeld.example", "bram.bos", "Bram", "Bos")
    before = anna.get("/v1/me")
    assert system.stop() == 0
    assert "--over" in system.command("restore", str(saved), check=False).stderr

    said = system.command("restore", str(saved), "--over").stdout
    assert "the log in place is newer and stays" in said
    system.start()

    anna.sign_in()
    assert anna.get("/v1/me") == before
    Person(system.url).sign_in("bram.bos")
    nobody = gone.http.post("/v1/sessions", json={"username": "piet.smit", "password": PASSWORD})
    assert nobody.status_code == 401
    assert certified(Person(system.url), erasure)["state"] == "certified"
    cast.beheerder.sign_in()
    cast.member("cas@voorbeeld.example", "cas.kok", "Cas", "Kok")
    assert system.command("log", "verify").stdout.endswith("ok\n")
    assert system.command("views").stdout.count(": ok") == 4
    assert "nothing was set aside" in system.command("deadletters", "list").stdout
