"""A package shows the whole story: no rejection left out, no later scope, two officers, each after the scope."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.audit.packaging.package import build
from services.reader import verify_disclosure
from tests.unit.audit.packages.world import DISCLOSURE, FIRST, SCOPE, Tiny
from tests.unit.reader.test_disclosure import Files, dumped, repacked, unpacked, wrong
from tests.unit.reader.tinylog import LOG

APPROVED = {"scope_version": SCOPE.version}


@pytest.fixture(scope="module", autouse=True)
def printed() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.audit.packaging.package.pdf", lambda page: b"%PDF " + page.lang.encode())
        yield


@pytest.fixture(scope="module")
def files(printed: None) -> Files:
    return unpacked(build(Tiny("agreed").contents))


class Told(Tiny):
    """One more event of the case, before its scope was set."""

    def __init__(self, name: str, **said: Any) -> None:
        self._one = (name, said)
        super().__init__("agreed")

    def _consulted(self, outcome: str) -> list[tuple[str, str, dict[str, Any], str]]:
        name, said = self._one
        digest = {"digest": self.scope.digest(DISCLOSURE)}
        return [*super()._consulted(outcome), ("more", name, {**digest, **said}, FIRST)]


def deciding(files: Files, *deciders: Any) -> bytes:
    said = json.loads(files["disclosure.json"])
    return repacked({**files, "disclosure.json": dumped({**said, "deciders": list(deciders)})})


def test_what_was_rejected_is_not_handed_over():
    assert "the file was rejected" in wrong(build(Told("DisclosureRejected").contents).archive)


@pytest.mark.parametrize(("version", "later"), [(1, False), (2, True), (3, True)])
def test_the_scope_that_it_shows_is_the_last_that_was_set(version, later):
    archive = build(Told("DisclosureScoped", scope_version=version).contents).archive
    if later:
        assert "a later scope was set" in wrong(archive)
    else:
        assert verify_disclosure(archive, log_vkey=LOG.vkey).ok


def test_two_decide_and_each_by_an_approval_of_their_own(files):
    first, second = json.loads(files["disclosure.json"])["deciders"]
    third = {**second, "number": 3, "entry": 9}
    for others in (
        (first,),
        (first, {**second, "number": 1}),
        (first, {**second, "entry": first["entry"]}),
        (first, second, third),
    ):
        assert "two decide" in wrong(deciding(files, *others))


def test_an_approval_from_before_the_scope_is_none():
    tiny = Told("DisclosureApproved", **APPROVED)
    early = deciding(unpacked(build(tiny.contents)), *_with_entry(tiny, tiny.at["more"]))
    assert "another version of the scope was approved" in wrong(early)


def _with_entry(tiny: Tiny, entry: int) -> list[dict[str, Any]]:
    first, second = json.loads(unpacked(build(tiny.contents))["disclosure.json"])["deciders"]
    return [{**first, "entry": entry}, second]


@pytest.mark.parametrize("by", [None, "", 7])
def test_nobody_is_no_officer(by):
    for lies in ({"second": {"by": by}}, {"first": {"by": by}}):
        assert "one officer approved twice" in wrong(build(Tiny("agreed", lies=lies).contents).archive)


@pytest.mark.parametrize("version", ["2", None, True])
def test_a_version_of_the_scope_is_a_number(version):
    tiny = Tiny("agreed", lies={"scoped": {"scope_version": version}})
    assert "its scope is not the one that was set" in wrong(build(tiny.contents).archive)
