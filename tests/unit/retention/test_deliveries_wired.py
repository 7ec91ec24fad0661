"""An answer rests sealed, is collected once with link and code, and goes when it is fetched, late or void (P15)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.contracts import org
from services.contracts.retention import Channel, IdentityCheck, Right
from services.kernel.calls.rpc import Unavailable
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.retention.app import codes
from services.retention.app.deliveries import A_PART, LARGEST
from services.retention.views import deliveries, parcels
from tests.examples import org as said_by_org, retention as example
from tests.unit.retention.world import NOW, World

MINE = example.WHOSE["organisation"]
ANSWER = b"PK geheim van Sanne " * 10
HOLDER = Context(actor="system/gateway", correlation="0195538e-0000-7000-8000-000000000009")


class Post:
    """What auth was asked to send."""

    def __init__(self, world: World) -> None:
        self.tokens: list[str] = []
        self.no: Exception | None = None
        world.log.mail = self

    def __call__(self, organisation: str, person: str, token: str) -> None:
        if self.no is not None:
            raise self.no
        self.tokens.append(token)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setitem(codes._COST, "n", 2)  # as slow as it is elsewhere, it would be slow here, too
    made = World(tmp_path)
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


@pytest.fixture
def post(world: World) -> Post:
    return Post(world)


def beheerder(**more: str) -> Context:
    return Context(actor=example.BEHEERDER, purpose="beheer_access", role="beheerder", correlation=str(uuid4()), **more)


def asked(world: World, kind: Right = Right.ACCESS, *, verified: bool = True) -> str:
    person = str(uuid4())
    world.log.people[person] = (person, MINE)
    said = {"organisation": MINE, "account": person, "kind": kind, "channel": Channel.TELEPHONE, "received_at": NOW}
    request = str(world.app.requests.take(beheerder(), **said)["request"])
    if verified:
        world.app.requests.verify(beheerder(), MINE, request, how=IdentityCheck.CALLED_BACK)
    return request


def deliver(world: World, request: str, *, outcome: str | None = "Verstuurd.", **key: str) -> dict[str, Any]:
    content = base64.b64encode(ANSWER).decode()
    told = world.app.deliveries.deliver(beheerder(**key), MINE, request, content=content, outcome=outcome)
    return dict(told["delivery"])


def collect(world: World, token: str, code: str) -> bytes:
    return base64.b64decode(world.app.collecting.collect(HOLDER, token, code)["content"])


def refused(world: World, token: str, code: str = "0000-0000") -> str:
    with pytest.raises(Refused) as no:
        world.app.collecting.collect(HOLDER, token, code)
    return no.value.code


def states(world: World, request: str) -> list[tuple[str, str | None]]:
    items = world.app.deliveries.of_request(MINE, request)["items"]
    return [(one["state"], one["why"]) for one in items]


def test_answers_that_were_made_again_and_again_come_a_page_at_a_time(world, post):
    request = asked(world)
    made = [deliver(world, request, outcome="Verstuurd." if n == 0 else None)["delivery"] for n in range(3)]
    whole = world.app.deliveries.of_request(MINE, request)["items"]
    assert sorted(one["delivery"] for one in whole) == sorted(made)
    first = world.app.deliveries.of_request(MINE, request, limit=2)
    last = world.app.deliveries.of_request(MINE, request, first["next"], limit=2)
    assert first["items"] + last["items"] == whole
    assert (len(first["items"]), last["next"]) == (2, None)


def nothing_rests(world: World) -> bool:
    with world.app.store.reading() as session:
        left = [session.execute(select(table)).first() for table in parcels.tables.sorted_tables]
        codes_left = session.execute(select(deliveries.deliveries.c.code)).scalars().all()
        which = session.execute(select(deliveries.deliveries.c.delivery)).scalars().all()
    living = world.app.keyring.living(f"delivery/{one}" for one in which)
    return left == [None, None] and set(codes_left) == {None} and living == 0


def person_of(world: World, request: str) -> str:
    return str(world.app.requests.one(MINE, request)["person"])


def test_it_is_collected_once_with_link_and_code_and_then_nowhere(world, post):
    request = asked(world)
    ready = deliver(world, request)
    (token,) = post.tokens

    shown = world.app.collecting.look(token)
    assert (shown["kind"], shown["bytes"], shown["tries_left"]) == ("access", len(ANSWER), 5)
    assert ready["expires_at"] == shown["expires_at"] == "2025-03-15T09:30:00.000000Z"
    assert collect(world, token, ready["code"].replace("-", " ")) == ANSWER

    assert nothing_rests(world)
    assert refused(world, token, ready["code"]) == "delivery_collected"
    with pytest.raises(Refused, match="delivery_collected"):
        world.app.collecting.look(token)
    assert states(world, request) == [("collected", None)]
    assert world.said()[-3:] == ["RequestFulfilled", "DeliveryPrepared", "DeliveryCollected"]


def test_neither_answer_nor_code_nor_link_rests_readable(world, post):
    ready = deliver(world, asked(world))
    (token,) = post.tokens

    rested = b"".join(path.read_bytes() for path in (world.directory / "var").rglob("*") if path.is_file())
    with world.app.store.reading() as session:
        lines = session.execute(select(eventstore.events.c.line)).scalars().all()
        answers = session.execute(select(eventstore.answers.c.answer)).scalars().all()
    rested += b"".join(lines) + "".join(answers).encode()
    assert ready["delivery"].encode() in rested
    for secret in (ANSWER[:20], base64.b64encode(ANSWER)[:24], ready["code"].encode(), token.encode()):
        assert secret not in rested


def test_five_wrong_codes_make_it_void_each_after_a_longer_wait_and_another_can_be_made(world, post):
    request = asked(world)
    ready = deliver(world, request)
    (token,) = post.tokens
    for tries in range(1, 5):
        assert refused(world, token) == "wrong_code"
        assert refused(world, token, ready["code"]) == "throttled"
        world.later(seconds=2**tries)
    assert world.app.collecting.look(token)["tries_left"] == 1
    assert refused(world, token) == "wrong_code"

    assert refused(world, token, ready["code"]) == "delivery_void"
    assert nothing_rests(world)
    again = deliver(world, request, outcome=None)
    assert collect(world, post.tokens[1], again["code"]) == ANSWER
    assert states(world, request) == [("collected", None), ("void", "wrong_codes")]


def test_a_guessed_link_is_what_one_that_never_was_is(world, post):
    deliver(world, asked(world))

    for token in ("a" * 43, "", "../x", post.tokens[0][:-1]):
        assert refused(world, token) == "not_found"


def test_what_nobody_collects_in_its_term_is_refused_at_once_and_erased_by_the_sweep(world, post):
    request = asked(world)
    ready = deliver(world, request)
    (token,) = post.tokens
    world.later(days=14, seconds=-1)
    assert world.app.collecting.look(token)["tries_left"] == 5
    world.later(seconds=1)
    assert refused(world, token, ready["code"]) == "delivery_expired"

    world.app.parcels.turn()

    assert refused(world, token, ready["code"]) == "delivery_expired"
    assert states(world, request) == [("expired", None)]
    assert nothing_rests(world)


def test_a_new_one_replaces_the_one_before(world, post):
    request = asked(world)
    first = deliver(world, request)
    second = deliver(world, request, outcome=None)

    assert refused(world, post.tokens[0], first["code"]) == "delivery_void"
    assert collect(world, post.tokens[1], second["code"]) == ANSWER
    assert states(world, request) == [("collected", None), ("void", "replaced")]


def test_asked_again_under_one_key_it_is_one_delivery_and_the_code_is_told_once(world, post):
    request, key = asked(world), {"idempotency": "once", "digest": "d"}
    first = deliver(world, request, **key)
    before = world.app.deliveries.wanted(beheerder(**key), MINE, request, again=False)["answered"]
    again = deliver(world, request, **key)

    assert first["code"]
    assert again == before["delivery"] == {**first, "code": None}
    assert len(post.tokens) == 1


def test_only_who_is_known_and_was_not_answered_yet_gets_a_file(world):
    wanted = world.app.deliveries.wanted

    def no(request: str, **but: bool) -> str:
        with pytest.raises(Refused) as said:
            wanted(beheerder(), MINE, request, **{"again": False, **but})
        return said.value.code

    unknown, known, other = asked(world, verified=False), asked(world), asked(world, Right.OBJECTION)
    assert no(unknown) == "identity_needed"
    assert no(known, again=True) == "not_yet"
    assert no(other, again=True) == "not_delivered"
    assert no(str(uuid4())) == "not_found"
    assert wanted(beheerder(), MINE, other, again=False)["person"] is None
    assert wanted(beheerder(), MINE, known, again=False)["person"] == person_of(world, known)
    deliver(world, known)
    assert no(known) == "request_closed"


def test_an_answer_larger_than_its_bound_is_refused_and_one_of_many_parts_comes_back_whole(world, post):
    request, large = asked(world), bytes(range(256)) * (A_PART // 128)
    content = base64.b64encode(large).decode()
    ready = world.app.deliveries.deliver(beheerder(), MINE, request, content=content, outcome="x")["delivery"]
    assert collect(world, post.tokens[0], ready["code"]) == large

    with pytest.raises(Refused, match="answer_too_large"):
        world.app.deliveries.deliver(beheerder(), MINE, asked(world), content="A" * (LARGEST // 3 * 4 + 8), outcome="x")


def test_while_auth_is_away_the_link_waits_and_for_whom_it_cannot_reach_there_is_nothing_to_wait_for(world, post):
    request = asked(world)
    post.no = Unavailable("auth")
    deliver(world, request)
    world.app.parcels.turn()
    assert states(world, request) == [("prepared", None)]
    post.no = None
    world.app.parcels.turn()
    world.app.parcels.turn()
    assert len(post.tokens) == 1

    post.no = Refused("erased")
    nobody = asked(world)
    deliver(world, nobody)
    world.app.parcels.turn()
    assert states(world, nobody) == [("void", "unreachable")]


def test_it_goes_with_the_person_and_is_made_for_nobody_whose_erasure_was_ordered(world, post):
    request, other = asked(world), asked(world, Right.PORTABILITY)
    ready, account = deliver(world, request), person_of(world, request)
    world.log.people[account] = (account, MINE)
    late = str(
        world.app.requests.take(
            beheerder(), organisation=MINE, account=account, kind=Right.ACCESS, channel=Channel.EMAIL, received_at=NOW
        )["request"]
    )
    world.app.requests.verify(beheerder(), MINE, late, how=IdentityCheck.CALLED_BACK)
    erasure = world.close(account=account)
    world.follow()
    world.app.sweeping.sweep()
    with pytest.raises(Refused, match="too_late"):
        deliver(world, late)
    for service in ("auth", "org", "audit"):
        world.complete(service, erasure)
    world.settle()

    assert refused(world, post.tokens[0], ready["code"]) == "not_found"
    assert states(world, request) == [("erased", None)]
    assert nothing_rests(world)
    with pytest.raises(Refused, match="erased"):
        deliver(world, request, outcome=None)
    assert deliver(world, other)["code"]


def test_it_goes_with_the_organisation(world, post):
    registered = org.OrganisationRegistered(
        organisation=MINE, name="Voorbeeld", organisation_kind=org.OrganisationKind.PUBLIC, at=NOW
    )
    world.tell("org", registered, f"organisation/{MINE}")
    request = asked(world)
    ready = deliver(world, request)
    yesterday = NOW.date() - timedelta(days=1)
    left = said_by_org.leaving_chosen(
        organisation=MINE, choice=org.LeavingChoice.DELETE, ends_on=yesterday, erasure=str(uuid4()), at=NOW
    )
    world.tell("org", left, f"leaving/{MINE}")
    world.settle()
    world.later(days=30)
    world.settle()

    assert refused(world, post.tokens[0], ready["code"]) == "not_found"
    assert states(world, request) == [("erased", None)]
    assert nothing_rests(world)


def test_of_many_who_collect_at_once_one_gets_it(world, post):
    ready = deliver(world, asked(world))
    (token,) = post.tokens

    def once(_: int) -> bytes | str:
        try:
            return collect(world, token, ready["code"])
        except Refused as no:
            return no.code

    with ThreadPoolExecutor(6) as people:
        got = list(people.map(once, range(6)))

    assert sorted(map(str, got)) == sorted(map(str, [ANSWER, *["delivery_collected"] * 5]))
    assert world.said().count("DeliveryCollected") == 1
    assert nothing_rests(world)
