"""Whether time tells what an answer does not: a hidden disclosure beside none, as its tenant asks (P08).

`python -m bench.isolation`. Each figure is |Cliff's delta|, in thousandths, of the seconds that two kinds of request
take, asked in random order by one client: 0 where nobody can tell them apart, 1000 where each of one is the slower.
"""

from __future__ import annotations

import random
import sys
import time
import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

import httpx

from bench.report import Row, below, table
from bench.whole import standing
from tests.journeys.disclosing import Desk, request, soon, staffed
from tests.journeys.people import Cast, Person, mailed

ASKED = 1000
GOAL = 150
FIRST = 50
LISTS = ("/v1/reports/disclosures", "/v1/organisations/{org}/consultations", "/v1/tasks")


def run(asked: int = ASKED) -> list[Row]:
    """By id, the hidden file beside one that never was; by list, who has one beside who has none."""
    with standing(1) as whole:
        cast, [person] = whole.cast, whole.people
        file = hidden(cast, staffed(cast, whole.system), person.account)
        other = neighbours(cast)
        whole.settle()
        base = f"/v1/organisations/{cast.organisation}/consultations"
        with client(cast.beheerder) as mine, client(other.beheerder) as theirs:
            kinds = {
                "a consultation by its id": (asks(mine, f"{base}/{file}", 404), asks(mine, f"{base}/{{never}}", 404))
            }
            for path in LISTS:
                own, its = (path.replace("{org}", one.organisation) for one in (cast, other))
                kinds[path] = asks(mine, own, 200), asks(theirs, its, 200)
            return [
                below(f"hidden beside none: {what}", [1000 * abs(delta(*timed(asked, *both)))], unit="‰", goal=GOAL)
                for what, both in kinds.items()
            ]


def hidden(cast: Cast, desk: Desk, account: str) -> str:
    """A file that a law hides: copied, and its consultation barred."""
    file = desk.open(**request(cast.organisation, [account], secrecy="by_law", review_at=soon()))
    desk.step(file, "authenticate", finding="Teruggebeld via de centrale van het parket.")
    desk.step(file, "hold")
    desk.step(file, "consult", by=1, ground="Artikel 126bb lid 5 Sv.", review_at=soon())
    return file


def neighbours(cast: Cast) -> Cast:
    """Another organisation of as many people, of whom nobody asked anything."""
    other = Cast(cast.url)
    other.operator, other.officer = cast.operator, cast.officer
    other.organisation = cast.register("Gemeente Ernaast", "bas@ernaast.example")
    other.beheerder.accept(mailed(cast.url, "bas@ernaast.example"), "bas.ernaast", "Bas", "Buur")
    other.beheerder.sign_in()
    other.agree()
    other.member("vera@ernaast.example", "vera.ernaast", "Vera", "Voorbeeld")
    return other


def client(person: Person) -> httpx.Client:
    """With its connection kept: what is timed is the answer, not the way to it."""
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
