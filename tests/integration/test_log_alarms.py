"""What is wrong with the log is said in the log: a gap that stays, what was kept out, an older copy of a store."""

from __future__ import annotations

import time

import pytest

from services.audit.app import Audit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from tests.examples.log import event_id
from tests.integration.installed import Log, Nobody


def test_a_gap_that_stays_and_what_was_kept_out_are_said_in_the_log(audit: Audit, home: Configuration) -> None:
    log = Log(home, audit.engine)
    log.begin()
    log.write(log.sources.note("auth", 2), log.sources.note("auth", 3))
    good = log.sources.note("org", 1)
    log.write(good, log.sources.note("org", 1, correlationid=event_id("x", 1)), good[:-9] + b"AAAAAAA=\n", b"junk")
    log.write(log.sources.note("org", 2, type="nl.crisisconnect.auth.AccountClosed.v1"))

    def told() -> list[str]:
        audit.alarms.look()
        with audit.store.reading() as session:
            return [type(one.event).__name__ for one in eventstore.everything(session)]

    assert told() == ["EntryQuarantined"] * 4
    time.sleep(0.4)
    assert told()[4:] == ["GapDetected"]
    assert told()[4:] == ["GapDetected"]
    report = audit.report("integrity")
    assert report["totals"] | {"witnessed_size": 0} == {
        "first": 0,
        "size": 5,
        "witnessed_size": 0,
        "gaps": 1,
        "older_copies": 0,
        "quarantined": 4,
    }
    assert {"what": "source", "source": "/auth", "missing_from": 1, "waiting": 2, "high_water": 0}.items() <= next(
        row for row in report["rows"] if row.get("source") == "/auth"
    ).items()
    of_one = audit.report("integrity", organisation="somebody")
    assert not [row for row in of_one["rows"] if "restored" in row]
    assert not [row for row in of_one["rows"] if row["what"] == "quarantined" or "high_water" in row]
    assert "quarantined" not in of_one["totals"]

    another = Audit(audit.configuration, Nobody())
    another.alarms.look()
    log.write(log.sources.note("auth", 1))
    another.alarms.look()
    assert told()[4:] == ["GapDetected", "GapHealed"]
    assert audit.report("integrity")["totals"]["gaps"] == 0
    another.engine.dispose()
    another.keyring._engine.dispose()


def test_a_source_whose_store_is_an_older_copy_is_named_until_it_writes_again(
    audit: Audit, home: Configuration
) -> None:
    log = Log(home, audit.engine)
    log.begin()
    log.grow(5)
    relay = Context(caller="auth-relay", actor="system/auth-relay", correlation="c")

    for _ in range(2):
        audit.restored(relay, "/auth", 3)
    audit.restored(relay, "/auth", 5)

    with audit.store.reading() as session:
        told = [one.event for one in eventstore.everything(session)]
    assert [(type(one).__name__, one.source, one.given, one.known) for one in told] == [
        ("StoreRestored", "/auth", 3, 5)
    ]
    report = audit.report("integrity")
    assert report["totals"]["older_copies"] == 1
    row = next(row for row in report["rows"] if row["source"] == "/auth")
    assert (row["restored"]["given"], row["restored"]["known"]) == (3, 5)
    with pytest.raises(Refused):
        audit.restored(relay, "/org", 3)

    log.grow()
    assert audit.report("integrity")["totals"]["older_copies"] == 0
