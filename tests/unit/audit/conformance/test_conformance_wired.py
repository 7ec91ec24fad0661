"""The report is made from the log and from what each service tells; an organisation's counts nobody else's (I9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import select, update

from services.audit.alarms import Alarms
from services.audit.conformance import tallying
from services.audit.conformance.conformance import Conformance
from services.audit.domain.envelopes import Fault, faults_of
from services.audit.ledger.keeping import own_notices
from services.audit.views import checks, sealing, security, tally
from services.audit.witnessing import policy
from services.contracts.audit import PromiseTurned
from services.contracts.auth import PersonInvited, SignedIn
from services.contracts.retention import HoldPlaced
from services.kernel.calls.rpc import Unavailable
from services.kernel.codec import instant
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from services.kernel.sweep import overhearing
from tests.unit.audit.cases.world import LOG, MAKER, NOON, OURS, THEIRS, World
from tests.unit.audit.conformance.known import service
from tests.unit.kernel.nest import Nest

Row = dict[str, Any]


class Installation(World):
    """A log, and services that tell of themselves; `away` are those that do not."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        for view in (tally, security, checks, sealing):
            view.tables.create_all(self.audit.engine)
        self.away: set[str] = set()
        self.nest: Nest | None = None
        self.asked: list[tuple[str, str | None]] = []
        alarms = Alarms(self.audit, self.own, 60.0, lambda: self.now)
        nobody = policy.load(None, LOG.verifier.vkey)
        own = lambda _: service("audit")  # noqa: E731
        self.conformance = Conformance(
            self.audit, alarms, nobody, own_notices(), MAKER, self.tell_of, own, self.own, lambda: self.now
        )

    def tell_of(self, name: str, organisation: str | None) -> Row:
        self.asked.append((name, organisation))
        if name == "auth" and self.nest is not None:
            return service(name) | {"canary": self.nest.told()}
        if name in self.away:
            raise Unavailable(name, "timeout")
        return service(name)

    def rows(self, organisation: str | None = None) -> dict[str, Row]:
        return {row["promise"]: row for row in self.conformance.make(organisation)["rows"]}

    def counted(self) -> list[Any]:
        with self.audit.reading() as session:
            return list(session.execute(select(tally.tally).order_by(tally.tally.c.organisation, tally.tally.c.what)))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.close()


def lives(world: World) -> None:
    for organisation, times in ((OURS, 2), (THEIRS, 3)):
        for _ in range(times):
            world.sign_in(str(uuid4()), organisation, NOON - timedelta(hours=1))
    world.grow()


def test_the_newest_evidence_is_in_the_log_and_its_receipt_says_how_far_its_proof_goes(world: Installation) -> None:
    lives(world)
    row = world.rows()["P02"]
    assert (row["type"], row["receipt"]) == (SignedIn.type, "integrated")
    assert row["index"] == max(i for i, note in enumerate(world.notes) if SignedIn.type.encode() in note)
    assert row["event"] in world.notes[row["index"]].decode()
    assert row["measures"][0]["numbers"]["entries"] == len(world.notes)


def test_an_organisation_sees_its_own_evidence_and_no_number_of_another(world: Installation) -> None:
    lives(world)
    ours, all_ = world.rows(OURS), world.rows()
    assert ours["P09"]["measures"][0]["numbers"]["sign_ins"] == 2
    assert all_["P09"]["measures"][0]["numbers"]["sign_ins"] == 5
    assert ours["P11"]["index"] < all_["P11"]["index"], "the newest session is a neighbour's"
    assert "quarantined" not in ours["log"]["measures"][0]["numbers"]
    assert {organisation for name, organisation in world.asked} == {OURS, None}
    stranger = world.rows(str(uuid4()))
    assert {row["event"] for row in stranger.values()} == {None}
    assert stranger["P01"]["state"] == "not_measured"


def test_who_does_not_answer_is_named_and_the_others_are_judged(world: Installation) -> None:
    lives(world)
    before = world.rows()
    world.away = {"retention"}
    made = world.conformance.make(None)
    assert made["totals"]["no_answer"] == ["retention"]
    turned = {row["promise"] for row in made["rows"] if row["state"] != before[row["promise"]]["state"]}
    assert turned == {"P06", "P08", "P15", "P18", "log"}


def test_what_breaks_while_asking_is_not_taken_for_silence(world: Installation, monkeypatch: Any) -> None:
    def broken(name: str, organisation: str | None) -> Row:
        raise KeyError(name)

    monkeypatch.setattr(world.conformance, "_others", broken)
    with pytest.raises(KeyError):
        world.conformance.make(None)


def test_a_refusal_is_no_answer_either(world: Installation, monkeypatch: Any) -> None:
    def refusing(name: str, organisation: str | None) -> Row:
        raise Refused("forbidden")

    monkeypatch.setattr(world.conformance, "_others", refusing)
    assert world.conformance.make(None)["totals"]["no_answer"] == ["auth", "org", "retention"]


def test_the_log_is_counted_the_same_in_one_go_and_in_pieces(
    world: Installation, tmp_path: Path, monkeypatch: Any
) -> None:
    lives(world)
    assert world.conformance.tallying.turn() == len(world.notes)
    whole = world.counted()
    with world.audit.engine.begin() as session:
        session.execute(tally.tally.delete())
        session.exec_driver_sql("delete from cursors where name = 'audit-tally'")
    monkeypatch.setattr(tallying, "STRETCH", 3)
    assert world.conformance.tallying.turn(most=2) == 6, "a turn ends"
    while world.conformance.tallying.turn():
        pass
    assert world.counted() == whole
    assert world.conformance.tallying.turn() == 0, "nothing is counted twice"


def test_a_promise_that_turned_is_told_in_the_log_once_it_was_found_so_twice(world: Installation) -> None:
    def told() -> list[tuple[str, str, str]]:
        with world.audit.reading() as session:
            found = [one.event for one in eventstore.everything(session) if isinstance(one.event, PromiseTurned)]
        return [(one.promise, one.before.value, one.state.value) for one in found]

    watching = world.conformance.watching
    assert [watching.turn(), watching.turn()] == [0, 0], "that all is well is no news"
    world.away = {"retention"}
    assert watching.turn() == 0, "a restart is no breach"
    kept = {promise for promise, row in world.rows().items() if row["state"] == "at_risk"}
    assert watching.turn() == len(kept)
    assert watching.turn() == 0
    assert told() == [(promise, "kept", "at_risk") for promise in world.rows() if promise in kept]
    world.now += timedelta(seconds=1)
    world.away = set()
    assert [watching.turn(), watching.turn()] == [0, len(kept)]
    assert {state for _, _, state in told()[len(kept) :]} <= {"kept", "not_measured"}
    assert world.rows()["P06"]["since"] == instant(world.now)
    assert world.rows(OURS)["P06"]["since"] is None, "why it turned may be a neighbour's affair"
    assert world.agrees()


ENVELOPE = {
    "type": SignedIn.type,
    "data": {"ip": "sealed"},
    "purpose": "app_access",
    "legalbasis": "public_task",
    "role": "processor",
    "agreement": "a",
}


STEP = {"purpose": "beheer_access", "legalbasis": "contract"}
DUTY = {"purpose": "beheer_access", "legalbasis": "legal_obligation"}
INVITED = {"type": PersonInvited.type, "data": {"email": "sealed"}}
HELD = {"type": HoldPlaced.type, "data": {"reason": "sealed"}}


@pytest.mark.parametrize(
    ("but", "faults"),
    [
        ({}, []),
        ({"purpose": "marketing"}, [Fault.OTHER_PURPOSE]),
        ({"legalbasis": None}, [Fault.NO_GROUND]),
        ({"purpose": None}, [Fault.NO_GROUND]),
        ({"purpose": None, "data": {"ip": None}}, []),
        ({"agreement": None}, [Fault.NO_AGREEMENT]),
        ({"legalbasis": "a_good_reason"}, [Fault.NO_GROUND]),
        ({"agreement": None, "role": "controller"}, [Fault.NO_GROUND]),
        ({"agreement": None, "role": "controller", **STEP}, []),
        ({"agreement": None, "role": "controller", **DUTY}, [Fault.NO_GROUND]),
        ({"legalbasis": "legal_obligation"}, []),
        ({"agreement": None, **DUTY}, [Fault.NO_GROUND, Fault.NO_AGREEMENT]),
        ({"agreement": None, **STEP}, [Fault.NO_AGREEMENT]),
        ({"agreement": None, **INVITED, **STEP}, []),
        ({"agreement": None, **INVITED, **STEP, "purpose": "app_access"}, [Fault.NO_AGREEMENT]),
        ({"agreement": None, **HELD, **DUTY}, []),
        ({"agreement": None, **HELD, **STEP}, [Fault.NO_AGREEMENT]),
        ({"agreement": None, "legalbasis": "contract"}, [Fault.NO_AGREEMENT]),
        ({"type": "nl.crisisconnect.auth.FromLaterOn.v9", "purpose": None}, []),
    ],
)
def test_an_envelope_that_says_what_it_should_not_is_a_fault(but: Row, faults: list[Fault]) -> None:
    assert list(faults_of({**ENVELOPE, **but})) == faults


def without_basis(world: Installation) -> None:
    saying(world, "legalbasis")


def saying(world: Installation, *gone: str, **but: str) -> None:
    """As it would stand there if auth's own door had not kept it out."""
    with writing(world.auth.engine) as session:
        for row in session.execute(select(eventstore.events)).all():
            said = {name: value for name, value in orjson.loads(row.line).items() if name not in gone} | but
            these = update(eventstore.events).where(eventstore.events.c.id == row.id)
            session.execute(these.values(line=orjson.dumps(said)))


def test_a_fault_in_the_log_turns_its_row_for_whose_it_is_alone(world: Installation) -> None:
    world.look(str(uuid4()), THEIRS, [str(uuid4())], NOON)
    world.grow()
    assert world.rows(OURS)["P03"]["state"] == "not_measured"
    world.sign_in(str(uuid4()), OURS, NOON)
    without_basis(world)
    world.grow()
    row = world.rows(OURS)["P03"]
    assert (row["state"], row["why"]) == ("broken", ["on_a_ground: no_ground"])
    assert world.rows()["P03"]["state"] == "broken"
    assert world.rows(THEIRS)["P03"]["state"] == "kept"


@pytest.mark.parametrize("process", ["relay", "ingest", "gateway", "cli"])
def test_a_canary_in_the_log_of_a_process_without_keys_breaks_that_promise_alone(
    world: Installation, tmp_path: Path, process: str
) -> None:
    (tmp_path / "nest").mkdir()
    world.nest = nest = Nest(tmp_path / "nest")
    lives(world)
    nest.planted()
    before = {promise: row["state"] for promise, row in world.rows().items()}
    with writing(nest.store.engine) as session:
        overhearing.add(session, process, 1)
    nest.turn()
    after = {promise: row["state"] for promise, row in world.rows().items()}
    assert {promise for promise, state in after.items() if state != before[promise]} == {"P18"}
    assert after["P18"] == "broken"
    nest.turn()
    assert {promise: row["state"] for promise, row in world.rows().items()} == before
    nest.close()


def test_a_law_that_the_table_of_grounds_does_not_name_is_no_ground(world: Installation) -> None:
    """Whoever sells addresses and calls it a legal obligation turns P01 and P03, for whose they are alone (P02)."""
    world.look(str(uuid4()), THEIRS, [str(uuid4())], NOON)
    world.sign_in(str(uuid4()), OURS, NOON)
    world.grow()
    assert [world.rows(OURS)[one]["state"] for one in ("P01", "P03")] == ["kept", "kept"]
    world.sign_in(str(uuid4()), OURS, NOON)
    saying(world, "agreement", legalbasis="legal_obligation")
    world.grow()
    rows = world.rows(OURS)
    assert (rows["P01"]["state"], rows["P01"]["why"]) == ("broken", ["under_an_agreement: no_agreement"])
    assert (rows["P03"]["state"], rows["P03"]["why"]) == ("broken", ["on_a_ground: no_ground"])
    assert [world.rows(THEIRS)[one]["state"] for one in ("P01", "P03")] == ["kept", "kept"]


def test_a_canary_that_can_be_read_in_a_table_breaks_the_promise_at_the_next_look(
    world: Installation, tmp_path: Path
) -> None:
    (tmp_path / "nest").mkdir()
    world.nest = nest = Nest(tmp_path / "nest")
    lives(world)

    def row() -> tuple[str, list[str]]:
        found = world.rows()["P18"]
        return found["state"], found["why"]

    nest.planted()
    kept = row()[0]
    assert kept not in ("broken", "at_risk")
    nest.leaks(nest.word())
    nest.turn()
    assert row() == ("broken", ["rests_sealed: none_yet", "canaries_unread: found"])
    assert world.rows(OURS)["P18"]["state"] == "broken"
    nest.mend()
    nest.turn()
    assert row()[0] == kept
    measure = next(one for one in world.rows(OURS)["P18"]["measures"] if one["measure"] == "canaries_unread")
    assert "looked" not in measure["numbers"], "how big a store is tells of the others in it (I9)"
    nest.close()
