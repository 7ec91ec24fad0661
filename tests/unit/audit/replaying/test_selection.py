"""A selection takes what fits everything that it says."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.audit.replaying.selection import Selection

SAID: dict[str, Any] = {
    "id": "e1",
    "time": "2025-03-01T09:00:00.000000Z",
    "type": "nl.crisisconnect.auth.SignedIn.v1",
    "organisation": "o1",
    "correlationid": "c1",
    "datasubject": "account/p1",
}
NOTE = orjson.dumps(SAID)


def takes(**chosen: Any) -> bool:
    return Selection(**chosen).takes(NOTE, SAID)


def test_nothing_asked_takes_everything():
    assert takes()


@pytest.mark.parametrize(
    "fitting",
    [
        {"since": "2025-03-01T09:00:00.000000Z"},
        {"until": "2025-03-01T09:00:00.000001Z"},
        {"organisation": "o1"},
        {"correlation": "c1"},
        {"person": "p1"},
        {"types": ("SignedIn",)},
        {"types": ("nl.crisisconnect.auth.SignedIn.v1", "SignInFailed")},
        {"organisation": "o1", "person": "p1", "types": ("SignedIn",)},
    ],
)
def test_it_takes_what_fits(fitting):
    assert takes(**fitting)


@pytest.mark.parametrize(
    "other",
    [
        {"since": "2025-03-01T09:00:00.000001Z"},
        {"until": "2025-03-01T09:00:00.000000Z"},
        {"organisation": "o2"},
        {"correlation": "c2"},
        {"person": "p2"},
        {"types": ("Signed",)},
        {"types": ("SignedIn.v1",)},
        {"organisation": "o1", "person": "p2"},
    ],
)
def test_one_thing_that_does_not_fit_is_enough(other):
    assert not takes(**other)
