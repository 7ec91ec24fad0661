"""The register says what is processed for a controller, line by line; where there is nothing, it says so (AVG 30)."""

from __future__ import annotations

from dataclasses import replace

from services.org.domain.register import Facts, Generate, Line, Recipient, compared, decider, declared, entries
from tests.examples import org
from tests.given import given

HELD = {"name": ("auth", "org"), "email": ("auth",), "correspondence": ("audit", "retention")}
FACTS = Facts(
    controller="Gemeente Voorbeeld",
    processor="ConnectTools B.V.",
    role="processor",
    agreement="a, version 1",
    purposes={"app_access": "public_task"},
    categories=["name", "email"],
    retention={"name": "P0D", "email": "P30D"},
    triggers={"email": "recorded"},
    named=["Voorbeeld Hosting B.V.", "Nog Niemand B.V."],
    recipients=[Recipient(name="Voorbeeld Hosting B.V.", task="Servers.", country="NL", transfer=None)],
    terms={"entry_recorded": "P10Y"},
    measures={"sealing": "Versleuteld."},
)
GENERATED = org.register_generated()
GENERATE = Generate(organisation=org.GEMEENTE, entries=GENERATED.entries, at=org.MORNING)


def test_it_holds_every_section_that_the_law_asks_for():
    assert entries(FACTS, HELD) == {
        "category/correspondence": "own duty: audit, retention",
        "category/email": "auth",
        "category/log_record": "own duty: audit",
        "category/name": "auth, org",
        "measure/sealing": "Versleuteld.",
        "party/agreement": "a, version 1",
        "party/controller": "Gemeente Voorbeeld",
        "party/processor": "ConnectTools B.V.",
        "party/role": "processor",
        "purpose/app_access": "public_task",
        "recipient/Nog Niemand B.V.": "named in the agreement",
        "recipient/Voorbeeld Hosting B.V.": "Servers.",
        "term/email": "P30D after recorded",
        "term/entry_recorded (own)": "P10Y",
        "term/name": "P0D after account_closed",
        "transfer/none": "none",
    }


def test_where_there_is_nothing_it_says_so():
    nobody = entries(replace(FACTS, named=[], recipients=[]), HELD)
    assert nobody["recipient/none"] == "none"
    abroad = replace(FACTS.recipients[0], country="US", transfer="Adequaatheidsbesluit.")
    told = entries(replace(FACTS, recipients=[abroad]), HELD)
    assert told["transfer/Voorbeeld Hosting B.V."] == "US: Adequaatheidsbesluit."
    assert "transfer/none" not in told
    assert "recipient/none" not in entries(replace(FACTS, recipients=[]), HELD)


def test_what_is_held_is_what_the_contracts_declare():
    held = declared()
    assert held["credentials"][0] == "auth"
    assert "org" in held["contact_phone"]


def test_it_is_written_down_when_it_changed_and_only_then():
    given(decider).when(GENERATE).then(GENERATED)
    given(decider, GENERATED).when(GENERATE).then()
    given(decider).when(replace(GENERATE, entries={})).then()
    given(decider, GENERATED).when(replace(GENERATE, entries={})).then(
        org.register_generated(register_version=2, entries={})
    )


def test_two_versions_are_compared_line_by_line():
    before, now = {"a/1": "x", "b/1": "y", "c/1": "z"}, {"a/1": "x", "b/1": "w", "d/1": "v"}
    assert list(compared(before, now)) == [
        Line("a/1", "x", "x", "same"),
        Line("b/1", "y", "w", "changed"),
        Line("c/1", "z", None, "removed"),
        Line("d/1", None, "v", "added"),
    ]
