"""What a law hides is not there: an installation in which there is a hidden file beside one in which there is none.

Both live the same life. Whatever the tenant can fetch, by the table of routes and with every id it was told, as
Beheerder, auditor, member and the very person whom the file is about, is the same in both at every step of the file,
until secrecy is lifted; and then it is not (P08, I9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest

from crisisconnect.postgres import Cluster
from tests.journeys.disclosing import CALLED_BACK, request, soon
from tests.journeys.running import System
from tests.journeys.twins import Twin
from tests.journeys.walking import Walk, differences, of_tenants

T = TypeVar("T")
NAMES = ("with", "without")
CYCLE = "20"
"""Seconds: what is done hourly is done in both before they are compared, and has time enough to be on time."""


@pytest.fixture(params=["sqlite", "postgresql"])
def twins(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Twin, Twin]]:
    """Two installations on the same kind of database, in which the same life was lived."""
    with ExitStack() as stack:
        clusters = dict[str, Cluster]()
        if request.param == "postgresql":
            # Started here: a server ends with the thread that started it.
            for name in NAMES:
                clusters[name] = Cluster(tmp_path / f"{name}-postgres", durable=False)
                clusters[name].start()
                stack.callback(clusters[name].remove)

        def begun(name: str) -> Twin:
            directory = tmp_path / name
            directory.mkdir()
            settings = {"CRISISCONNECT_TRUSTED_PROXIES": "127.0.0.1", "CRISISCONNECT_LONGEST_CYCLE_SECONDS": CYCLE}
            if name in clusters:
                settings |= {"DATABASE_URL": clusters[name].url, "KEYRING_URL": clusters[name].url}
            system = System(directory, settings)
            system.start()
            stack.callback(system.stop)
            return Twin.grown(system)

        one, other = both(begun, *NAMES)
        yield one, other


@pytest.mark.timeout(600)
def test_no_answer_tells_a_tenant_or_a_person_that_there_is_a_hidden_file(twins: tuple[Twin, Twin]) -> None:
    there, nowhere = twins
    desk, walks = there.desk, list[Walk]()

    def same(step: str, **how: bool) -> None:
        told, untold = both(lambda one: one.walk(**how), there, nowhere)
        walks.append(told)
        assert not (found := differences(told.heard, untold.heard)), "\n".join([step, *found])

    same("before")
    people = [there.village.member.account, there.leaver.account]
    asked = request(there.village.organisation, people, secrecy="by_law", review_at=soon())
    file = desk.open(**asked)
    desk.step(file, "authenticate", **CALLED_BACK)
    desk.step(file, "hold")
    desk.step(file, "consult", by=1, ground="Artikel 126bb lid 5 Sv.", review_at=soon())
    both(Twin.let_go, there, nowhere)
    same("held, barred, and one of its people erased")
    desk.approve(file, desk.step(file, "scope"))
    made = desk.assemble(file)
    same("scoped, approved and assembled")
    handed = {"sealed_sha256": made["sealed_sha256"], "channel": "in_person"}
    desk.step(file, "hand-over", receiver="mr. A. Officier", receipt="Getekend, nummer 12.", **handed)
    desk.step(file, "notify", ground="Het belang van het onderzoek.", review_at=soon())
    desk.step(file, "review", finding="Het onderzoek loopt nog.", review_at=soon(60))
    # On PostgreSQL as data alone: a page is made of the data, and takes the longest.
    same("handed over, on paper too", paper="DATABASE_URL" not in there.system.settings)
    both(Twin.leave, there, nowhere)
    same("while the organisation leaves")
    both(Twin.stay, there, nowhere)

    desk.step(file, "lift", reason="De officier heeft de geheimhouding opgeheven.")
    desk.step(file, "notify", channel="letter", words="Wij hebben gegevens aan het parket gegeven.")
    desk.step(file, "close")
    told, untold = both(Twin.walk, there, nowhere)
    seen = differences(told.heard, untold.heard)
    for place in (
        'beheerder /v1/reports/{kind} {"format": "json"',
        "auditor /v1/reports/{kind}",
        "subject /v1/me/data",
    ):
        assert any(one.startswith(place) for one in seen), f"lifted, and not seen in {place}: {seen}"
    assert not [one for one in seen if one.startswith("member ")], "it is about somebody else"
    walks.append(told)
    unseen = {route.path for route in of_tenants()} - {path for walk in walks for path in walk.answered}
    assert unseen == set(), "a life in which there is something to see, in tests/journeys/strangers.py or twins.py"


def both(do: Callable[..., T], one: object, other: object) -> tuple[T, T]:
    """At the same time: what passes by itself passes in both."""
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(do, (one, other))
    return first, second
