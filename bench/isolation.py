"""Whether time tells what an answer does not: a hidden disclosure beside none, as its tenant and its person ask (P08).

`python -m bench.isolation [REQUESTS]`. Two organisations in which the same was done, in one installation; chance says
of which of them a hidden file is opened. Each figure is |Cliff's delta|, in thousandths, of the seconds that the same
request takes in the one and in the other, asked in random order: 0 where nobody can tell them apart, 1000 where each of
one is the slower. Before there is any file a quarter as many are asked, which tells how two alike differ by themselves;
and once more where one query too many is made for each hidden file (`planted/`), which has to be seen.
"""

from __future__ import annotations

import random
import secrets
import sys
import time
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx

from bench.report import Row, against, below, table
from bench.whole import Whole, standing
from tests.journeys.disclosing import CALLED_BACK, Desk, request, soon, staffed
from tests.journeys.people import Cast, Person, mailed

ASKED = 1000
GOAL = 150
FIRST = 50
OF_BEHEERDER = (
    "/v1/tasks",
    "/v1/reports/disclosures",
    "/v1/reports/erasures",
    "/v1/organisations/{org}/consultations",
    "/v1/organisations/{org}/requests",
    "/v1/organisations/{org}/consultations/{shown}",
)
CONSULTATION, RECEIPT = "/v1/organisations/{org}/consultations/{id}", "/v1/receipts/{id}"
OF_THE_PERSON = ("/v1/me/data", "/v1/me/export", "/v1/me/access-log")
TOLD_APART = ("/v1/tasks", "/v1/reports/disclosures", "/v1/organisations/{org}/consultations")
"""Where the planted leak is looked for."""
SEEN = "planted leak, to be seen"
PLANTED = Path(__file__).parent / "planted"


class Twin:
    """One of two organisations that are alike: a Beheerder, a member with a data request, a file that may be seen."""

    def __init__(self, first: Cast, number: int) -> None:
        self.cast = Cast(first.url)
        self.cast.operator, self.cast.officer = first.operator, first.officer
        email = f"bas@tweeling{number}.example"
        self.cast.organisation = self.cast.register("Gemeente Tweeling", email)
        self.cast.beheerder.accept(mailed(first.url, email), f"bas.{number}", "Bas", "Buur")
        self.cast.beheerder.sign_in()
        self.cast.agree()
        self.person = self.cast.member(f"vera@tweeling{number}.example", f"vera.{number}", "Vera", "Voorbeeld")
        asked = self.person.post("/v1/me/requests", {"kind": "access"})
        self.request, self.event, self.shown = str(asked["request"]), str(asked["events"][0]), ""

    def asked_openly(self, desk: Desk) -> None:
        self.shown = self.opened(desk)
        desk.step(self.shown, "consult", words="Het parket vraagt naar een account.")

    def hide(self, desk: Desk) -> str:
        """A file that a law hides: copied, and its consultation barred."""
        file = self.opened(desk, secrecy="by_law", review_at=soon())
        desk.step(file, "consult", by=1, ground="Artikel 126bb lid 5 Sv.", review_at=soon())
        return file

    def opened(self, desk: Desk, **but: str) -> str:
        file = desk.open(**request(self.cast.organisation, [self.person.account], **but))
        desk.step(file, "authenticate", **CALLED_BACK)
        desk.step(file, "hold")
        return file

    def ids(self) -> dict[str, str]:
        """By the path that shows it, what is this organisation's alone."""
        base = "/v1/organisations/{org}"
        return {
            f"{base}/members/{{id}}": self.person.account,
            f"{base}/agreements/{{id}}": self.cast.agreement,
            f"{base}/requests/{{id}}": self.request,
            CONSULTATION: self.shown,
            RECEIPT: self.event,
        }

    def lines(self, stack: ExitStack) -> Iterator[tuple[str, Callable[[], None]]]:
        """By its path each request. Connections are kept: what is timed is the answer, not the way to it."""
        for person, paths in ((self.cast.beheerder, OF_BEHEERDER), (self.person, OF_THE_PERSON)):
            line = stack.enter_context(client(person))
            for path in paths:
                yield path, asks(line, path.format(org=self.cast.organisation, shown=self.shown), 200)


def run(asked: int = ASKED) -> list[Row]:
    with standing(0) as whole:
        desk = staffed(whole.cast, whole.system)
        twins = [Twin(whole.cast, number) for number in (1, 2)]
        for twin in twins:
            twin.asked_openly(desk)
        rows = compared(whole, twins, asked // 4, "neither has one", goal=None)
        chosen = secrets.randbelow(2)
        file = twins[chosen].hide(desk)
        pair = [twins[chosen], twins[1 - chosen]]
        rows += compared(whole, pair, asked, "hidden beside none", goal=GOAL)
        rows += by_id(pair[0], asked, "hidden", {CONSULTATION: file, RECEIPT: desk.events[-1]})
        rows += by_id(pair[1], asked, "another's", pair[0].ids())
        whole.system.stop()
        whole.system.settings["PYTHONPATH"] = str(PLANTED)
        whole.system.start()
        return rows + compared(whole, pair, asked, SEEN, goal=None, only=TOLD_APART)


def compared(
    whole: Whole, pair: Sequence[Twin], asked: int, what: str, *, goal: float | None, only: Sequence[str] = ()
) -> list[Row]:
    """A row for each request that the first of the two can make, and the second as well."""
    whole.settle()
    with ExitStack() as stack:
        kinds: list[Mapping[str, Callable[[], None]]] = [dict(twin.lines(stack)) for twin in pair]
        return [
            row(f"{what}: {path}", asked, kinds[0][path], kinds[1][path], goal)
            for path in (only or OF_BEHEERDER + OF_THE_PERSON)
        ]


def by_id(twin: Twin, asked: int, whose: str, ids: Mapping[str, str]) -> list[Row]:
    """By its path each id, and one that never was, as a Beheerder asks for them who may not know of it."""
    with client(twin.cast.beheerder) as line:
        paths = {path: path.replace("{org}", twin.cast.organisation) for path in ids}
        kinds = {
            path: [asks(line, paths[path].replace("{id}", one), 404) for one in (ids[path], "{never}")] for path in ids
        }
        return [
            row(f"{whose} beside never: {path}", asked, there, nowhere, GOAL)
            for path, (there, nowhere) in kinds.items()
        ]


def row(what: str, asked: int, one: Callable[[], None], other: Callable[[], None], goal: float | None) -> Row:
    """One figure, which is also told at once: all of them take their minutes."""
    found = 1000 * abs(delta(*timed(asked, one, other)))
    sys.stderr.write(f"{found:6.0f} ‰  {what}\n")
    if what.startswith(SEEN):
        return against(what, [found], [GOAL], unit="‰", goal=1)
    return below(what, [found], unit="‰", goal=goal)


def client(person: Person) -> httpx.Client:
    return httpx.Client(base_url=person.http.base_url, headers=person.http.headers, timeout=15)


def asks(line: httpx.Client, path: str, status: int) -> Callable[[], None]:
    """A request that is answered so; `{never}` is another id that never was, each time."""

    def ask() -> None:
        answer = line.get(path.replace("{never}", str(uuid.uuid4())))
        assert answer.status_code == status, f"{path}: {answer.status_code}"

    return ask


def timed(asked: int, one: Callable[[], None], other: Callable[[], None]) -> tuple[list[float], list[float]]:
    """Seconds of each, so many of both, in random order; the first few are not counted."""
    for _ in range(FIRST):
        one()
        other()
    order = [0, 1] * asked
    random.shuffle(order)
    took: tuple[list[float], list[float]] = ([], [])
    for which in order:
        began = time.perf_counter()
        (one, other)[which]()
        took[which].append(time.perf_counter() - began)
    return took


def delta(ones: Sequence[float], others: Sequence[float]) -> float:
    """Cliff's: how much more often one of the first is larger than one of the second, than smaller."""
    ranked = sorted(others)
    more = sum(bisect_left(ranked, one) for one in ones)
    fewer = sum(len(ranked) - bisect_right(ranked, one) for one in ones)
    return (more - fewer) / (len(ones) * len(others))


if __name__ == "__main__":
    sys.stdout.write(table(run(int(sys.argv[1]) if len(sys.argv) > 1 else ASKED)) + "\n")
