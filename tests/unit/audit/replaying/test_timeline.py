"""Causes lie above their effects, also those that are on another page or not there at all."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.audit.replaying.timeline import DEEPEST, Cause, Depths, attributes, tree

LOG = {"a": None, "b": "a", "c": "b", "d": "request"}


def look(event: str) -> Cause | None:
    return Cause(LOG[event]) if event in LOG else None


def one(event: str, causation: str | None, index: int = 0) -> dict[str, Any]:
    return {"event": event, "causation": causation, "index": index}


def test_depth_counts_the_causes_in_the_log():
    depths = Depths(look)
    assert [depths.below(LOG[event]) for event in "abcd"] == [0, 1, 2, 0]


def test_a_page_alone_tells_the_same_depth():
    assert Depths(look).below("b") == 2


def test_what_follows_from_something_unknown_follows_from_nothing():
    assert Depths(look).below("request") == 0
    assert Depths(look).below(None) == 0


def test_a_circle_ends():
    assert Depths(lambda event: Cause(event)).below("a") > 0


def test_a_chain_too_long_is_as_deep_as_any_can_be_whichever_page_asks():
    def chain(event: str) -> Cause:
        return Cause(str(int(event) - 1) if event != "0" else None)

    whole = Depths(chain)
    together = [whole.of(str(n), str(n - 1) if n else None) for n in range(DEEPEST + 50)]
    assert together == [min(n, DEEPEST) for n in range(DEEPEST + 50)]
    assert [Depths(chain).below(str(n - 1)) for n in range(1, DEEPEST + 50)] == together[1:]


def test_effects_stand_under_their_cause_in_the_logs_order():
    items = [one("a", None), one("x", None), one("b", "a"), one("y", "x"), one("c", "a"), one("d", "b")]
    assert [(level, found["event"]) for level, found in tree(items)] == [
        (0, "a"), (1, "b"), (2, "d"), (1, "c"), (0, "x"), (1, "y"),
    ]  # fmt: skip


def test_an_effect_whose_cause_was_not_selected_is_a_beginning():
    assert [(level, found["event"]) for level, found in tree([one("b", "a"), one("c", "b")])] == [(0, "b"), (1, "c")]


def test_an_event_that_names_itself_is_shown_once():
    assert [(level, found["event"]) for level, found in tree([one("a", "a")])] == [(0, "a")]


LINES = {
    "data last": {"id": "a", "causationid": "b", "data": {"x": {"y": 1}, "data": {"z": 2}}},
    "data empty": {"id": "a", "data": {}},
    "data first": {"id": "a", "data": {"x": {"y": 1}}, "causationid": "b"},
    "no data": {"id": "a", "causationid": "b"},
    "a text like it": {"id": ',"data":{', "subject": '","data":{"', "data": {"x": ',"data":{'}},
    "data that is text": {"id": "a", "data": "}}"},
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_attributes_are_what_the_whole_line_says_beside_its_data(line):
    note = orjson.dumps(line) + b"\n\n\xe2\x80\x94 log/auth c2lnbmF0dXJlfX0=\n"
    assert {name: said for name, said in attributes(note).items() if name != "data"} == {
        name: said for name, said in line.items() if name != "data"
    }
