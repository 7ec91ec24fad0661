"""A sealed call opens for its pair, its method, its time and its own answer, and for nothing else."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from services.kernel.calls import rpc
from services.kernel.context import Context
from services.kernel.decider import Refused

KEYS = rpc.PairKeys({("gateway", "auth"): b"a" * 32, ("org", "auth"): b"b" * 32, ("gateway", "org"): b"c" * 32})
CONTEXT = Context(actor="account/8f6e", organisation="o1", correlation="c1", idempotency="i1", case="case/1")
NOW = 1_800_000_000_000


def seal(caller="gateway", context=CONTEXT, expires=NOW + 1, args=None):
    return rpc.seal_request(
        KEYS,
        caller=caller,
        service="auth",
        method="invite",
        correlation_id="id1",
        expires=expires,
        context=context,
        args=args or {},
    )


def opened(body, **changed):
    said = {"caller": "gateway", "service": "auth", "method": "invite", "correlation_id": "id1", "now": NOW}
    return rpc.open_request(KEYS, body, **{**said, **changed})


def test_a_request_opens_as_it_was_said():
    body, reply_key = seal(args={"email": "a@example.org", "list": [1, None]})
    request = opened(body)
    assert request.args == {"email": "a@example.org", "list": [1, None]}
    assert request.reply_key == reply_key
    assert request.expires == NOW + 1
    assert request.context == Context(caller="gateway", **CONTEXT.to_wire())


def test_nothing_of_it_can_be_read_on_the_way():
    body, _ = seal(args={"email": "a@example.org"})
    assert b"example" not in body
    assert b"8f6e" not in body


@pytest.mark.parametrize(
    "changed",
    [
        {"caller": "org"},
        {"caller": "nobody"},
        {"caller": ""},
        {"service": "org"},
        {"method": "close_me"},
        {"correlation_id": "id2"},
        {"correlation_id": ""},
    ],
)
def test_it_opens_for_no_other(changed):
    with pytest.raises(rpc.Unreadable):
        opened(seal()[0], **changed)


def test_its_time_cannot_be_lengthened():
    body = bytearray(seal(expires=NOW - 1)[0])
    with pytest.raises(rpc.Expired):
        opened(bytes(body))
    body[1:9] = (NOW + 1000).to_bytes(8, "big")
    with pytest.raises(rpc.Unreadable) as unreadable:
        opened(bytes(body))
    assert not isinstance(unreadable.value, rpc.Expired)


@given(st.binary(max_size=200))
def test_rubbish_is_unreadable_and_no_other_error(rubbish):
    for body in (rubbish, b"\x01" + rubbish):
        with pytest.raises(rpc.Unreadable):
            opened(body)


def test_who_holds_the_key_may_still_say_only_what_has_the_shape_of_a_request():
    for said in ({"context": [], "args": {}}, {"context": {"actor": 7}, "args": {}}, {"args": []}, [], "x"):
        with pytest.raises(rpc.Unreadable):
            opened(_sealed_by_hand(said))


def test_the_caller_is_whose_key_it_was_whatever_the_body_says():
    said = {"context": {"caller": "gateway", "actor": "system/org", "news": 1}, "args": {}}
    assert opened(_sealed_by_hand(said, "org"), caller="org").context.caller == "org"


@pytest.mark.parametrize(
    ("caller", "actor", "may"),
    [
        ("gateway", "account/8f6e", True),
        ("gateway", "", True),
        ("org", "system/org", True),
        ("org", "", True),
        ("org", "account/8f6e", False),
        ("org", "system/gateway", False),
        ("org", "system/orgs", False),
    ],
)
def test_only_the_gateway_speaks_for_others(caller, actor, may):
    assert opened(seal(caller, Context(actor=actor))[0], caller=caller).speaks_for_itself is may


def test_a_request_without_a_key_of_its_own_gets_one_for_being_delivered_twice():
    assert opened(seal(context=Context())[0]).context.idempotency == "rpc:id1"
    assert opened(seal(context=Context(idempotency="k"))[0]).context.idempotency == "k"


def test_an_answer_opens_only_for_the_one_who_asked():
    body = rpc.seal_reply(b"k" * 32, "id1", {"result": {"a": 1}})
    assert rpc.open_reply(b"k" * 32, "id1", body) == {"result": {"a": 1}}
    for key, correlation_id, answer in [
        (b"l" * 32, "id1", body),
        (b"k" * 32, "id2", body),
        (b"k" * 32, "id1", body[:-1]),
        (b"k" * 32, "id1", b""),
        (b"k" * 32, "id1", rpc.seal_reply(b"k" * 32, "id1", {"other": 1})),
    ]:
        with pytest.raises(rpc.Unreadable):
            rpc.open_reply(key, correlation_id, answer)


def test_answers_are_told_apart():
    assert rpc.result_of("auth", {"result": None}) is None
    with pytest.raises(Refused) as refused:
        rpc.result_of("auth", {"refused": {"code": "account_exists", "detail": {"field": "username"}}})
    assert (refused.value.code, refused.value.detail) == ("account_exists", {"field": "username"})
    with pytest.raises(rpc.Failed):
        rpc.result_of("auth", {"failed": "internal"})
    with pytest.raises(rpc.Unavailable) as unavailable:
        rpc.result_of("auth", {"failed": "unavailable"})
    assert unavailable.value.service == "auth"
    assert not isinstance(unavailable.value, rpc.Failed)


def test_a_process_loads_the_keys_to_which_it_is_a_party(tmp_path: Path):
    for pair in ("gateway--auth", "auth--org", "auth-relay--audit"):
        (tmp_path / f"{pair}.key").write_text(base64.b64encode(pair.encode().ljust(32)).decode() + "\n")
    keys = rpc.PairKeys.load(tmp_path, "auth")
    assert keys.key("gateway", "auth") == b"gateway--auth".ljust(32)
    assert keys.key("auth", "org") == b"auth--org".ljust(32)
    with pytest.raises(rpc.Unreadable):
        keys.key("auth-relay", "audit")
    (tmp_path / "auth--audit.key").write_text("c2hvcnQ=")
    with pytest.raises(ValueError, match="32 bytes"):
        rpc.PairKeys.load(tmp_path, "auth")


def test_a_broker_is_read_from_its_url_and_shows_no_password():
    broker = rpc.Broker.parse("amqps://auth:p%40ss@rabbit/cc%2Fx?cacertfile=/ca.pem")
    assert broker == rpc.Broker("rabbit", 5671, "auth", "p@ss", "cc/x", True, "/ca.pem")
    assert "p@ss" not in repr(broker)


def _sealed_by_hand(said, caller="gateway"):
    """What a holder of the pair's key could send who does not keep to our code."""
    import orjson
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    bound = f"rpc1|{caller}|auth|invite|id1|{NOW + 1}".encode()
    said = {"reply_key": base64.b64encode(b"r" * 32).decode(), **said} if isinstance(said, dict) else said
    sealed = AESGCM(KEYS.key(caller, "auth")).encrypt(b"n" * 12, orjson.dumps(said), bound)
    return b"\x01" + (NOW + 1).to_bytes(8, "big") + b"n" * 12 + sealed


def test_a_key_that_not_every_database_takes_is_seen_where_it_is_made_and_where_it_comes_in():
    longest = Context(idempotency="k" * 64)
    assert opened(seal(context=longest)[0]).context.idempotency == longest.idempotency
    with pytest.raises(ValueError, match="at most 64"):
        Context(idempotency="k" * 65)
    with pytest.raises(ValueError, match="at most 64"):
        Context.from_wire({"idempotency": "k" * 65}, caller="gateway")
