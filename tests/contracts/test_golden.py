"""A released event can be read for ever. `make golden` freezes what is new and never touches what is there."""

from __future__ import annotations

import os

import orjson
import pytest

from services.kernel.codec import freeze, schema, thaw
from services.kernel.event import CATALOGUE
from tests.contracts import frozen
from tests.rules.contracts import EVENTS, every_event, example, found_example, short


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The files are listed late, so that those just written count too."""
    if "golden" in metafunc.fixturenames:
        if os.environ.get("GOLDEN") == "write":
            examples = {type_: made for type_, event in EVENTS.items() if (made := found_example(event))}
            for type_ in frozen.write_missing(examples):
                print(f"frozen: {type_}")
        found = sorted(frozen.GOLDEN.glob("*.json"))
        metafunc.parametrize("golden", found, ids=[short(path.stem) for path in found])


def test_what_we_once_wrote_we_still_read(golden):
    kind = CATALOGUE.get(golden.stem)
    assert kind is not None, f"{golden.stem} was released: keep its contract, or add an upcast to its next version"
    written = orjson.loads(golden.read_bytes())

    event, sealed = thaw(kind, written)
    again = freeze(event, sealed)

    assert {name: again.get(name) for name in written} == written, "a changed meaning is a new version plus an upcast"
    added = {name for name in again if name not in written}
    assert all(again[name] is None for name in added), f"{sorted(added)}: what is added later may be missing"
    assert schema(kind).validate(written) == {}, "a released event no longer passes its own schema"


@every_event
def test_every_event_is_frozen_as_it_is_written_today(event):
    path = frozen.GOLDEN / f"{event.type}.json"
    assert path.exists(), f"{event.type} was never frozen; run `make golden`"

    assert set(orjson.loads(frozen.frozen(example(event)))) >= set(orjson.loads(path.read_bytes()))


def test_a_golden_file_is_never_overwritten(tmp_path, monkeypatch):
    monkeypatch.setattr(frozen, "GOLDEN", tmp_path)
    one = {event.type: example(event) for event in [EVENTS["nl.crisisconnect.audit.KeyRegistered.v1"]]}
    (type_,) = one
    (tmp_path / f"{type_}.json").write_text("{}")

    assert frozen.write_missing(one) == []
    assert (tmp_path / f"{type_}.json").read_text() == "{}"
