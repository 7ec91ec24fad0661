"""What strangers send is read in one way or refused: bounded, in UTF-8, JSON, each name once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given, strategies as st

from gateway import bodies
from gateway.app import application
from services.kernel.decider import Refused
from tests.unit.gateway.line import Client, Line, configuration

JSON = {"Content-Type": "application/json"}
ME = "/v1/me"


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    return answer.status_code, document["code"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "malformed"),
        (b"", "malformed"),
        (b"{} {}", "malformed"),
        (b'{"first_name": NaN}', "malformed"),
        (b'{"first_name": -Infinity}', "malformed"),
        (b'{"first_name": 1e999}', "malformed"),
        (b'{"first_name": "\\ud800"}', "malformed"),
        (b"\xef\xbb\xbf{}", "malformed"),
        (b'{"first_name": "\xff"}', "not_utf8"),
        ('{"first_name": "Jan"}'.encode("utf-16"), "not_utf8"),
        (b'{"first_name": "Jan", "first_name": "Piet"}', "duplicate_key"),
        (b'{"a": [{"b": 1, "b": 2}]}', "duplicate_key"),
        (b'{"first_name": "Jan", "first\\u005fname": "Piet"}', "duplicate_key"),
        (b"[" * 10_000 + b"]" * 10_000, "too_deep"),
        (b'{"a":' * 10_000, "too_deep"),
        (b"[" * 33 + b"]" * 33, "too_deep"),
    ],
)
def test_what_is_no_json_text_is_a_400_and_reaches_no_service(ask: Client, body: bytes, why: str) -> None:
    route = ("PUT", "/v1/me/password") if body == b"" else ("PATCH", ME)
    assert code(ask(*route, role="member", content=body, headers=JSON)) == (400, why)
    assert ask.line.commands() == []


@pytest.mark.parametrize(
    "body", [b"[]", b'"x"', b"1", b"null", b'{"first_name": 1}', b'{"first_name": null}', b'{"first_name": ["Jan"]}']
)
def test_json_of_another_type_is_a_422(ask: Client, body: bytes) -> None:
    assert code(ask("PATCH", ME, role="member", content=body, headers=JSON)) == (422, "invalid")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=iso-8859-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_only_plain_json_is_taken(ask: Client, headers: dict[str, str]) -> None:
    answer = ask("PATCH", ME, role="member", content=b"{}", headers=headers)
    assert code(answer) == (415, "unsupported_media_type")


def test_a_charset_that_is_utf_8_is_fine(ask: Client) -> None:
    headers = {"Content-Type": 'Application/JSON; charset="UTF-8"'}
    assert ask("PATCH", ME, role="member", content=b"{}", headers=headers).status_code == 200


def test_a_body_over_one_mebibyte_is_a_413(ask: Client) -> None:
    body = b" " * (bodies.MOST_BYTES + 1)
    assert code(ask("PATCH", ME, role="member", content=body, headers=JSON)) == (413, "too_large")


def test_a_body_of_unsaid_length_is_counted_as_it_comes(ask: Client) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 65536

    assert code(ask("PATCH", ME, role="member", content=chunks(), headers=JSON)) == (413, "too_large")


def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    monkeypatch.setattr(bodies, "SECONDS", 0.01)
    with pytest.raises(Refused, match="request_timeout"):
        asyncio.run(bodies.read({}, never))


async def broken_off() -> dict[str, Any]:
    """What a server says when the caller hung up, and also when a chunk's length is none."""
    return {"type": "http.disconnect"}


def answered(headers: list[tuple[bytes, bytes]], version: str = "1.1", method: str = "PATCH") -> tuple[int, bytes]:
    """The status and body, with nothing between the application and a request that no client library would send."""
    scope = {
        "type": "http",
        "method": method,
        "path": ME,
        "raw_path": ME.encode(),
        "query_string": b"",
        "http_version": version,
        "headers": [(b"authorization", b"Bearer member"), (b"content-type", b"application/json"), *headers],
        "client": ("127.0.0.1", 4711),
    }
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(application(configuration(), Line(), b"k" * 32)(scope, broken_off, send))
    return sent[0]["status"], sent[1]["body"]


HOST, SIZED, CHUNKED = (b"host", b"a"), (b"content-length", b"2"), (b"transfer-encoding", b"chunked")


def test_a_body_that_breaks_off_is_malformed_and_no_fault_of_ours() -> None:
    status, body = answered([HOST, CHUNKED])
    assert (status, json.loads(body)["code"]) == (400, "malformed")


def test_what_a_proxy_may_read_in_another_way_is_malformed() -> None:
    assert answered([HOST], method="GET")[0] == 200
    assert answered([], version="1.0", method="GET")[0] == 200
    for headers in ([], [HOST, SIZED, CHUNKED], [HOST, HOST]):
        status, body = answered(headers, method="GET")
        assert (status, json.loads(body)["code"]) == (400, "malformed")


def test_a_head_has_no_body_also_where_it_is_refused(ask: Client) -> None:
    assert answered([HOST], method="HEAD") == (200, b"")
    refused = ask("HEAD", "/v1/password-resets")
    assert (refused.status_code, refused.content, refused.headers["allow"]) == (405, b"", "POST")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    refused = ""
    try:
        bodies.parse(body)
    except Refused as found:
        refused = found.code
    assert refused in {"", "malformed", "not_utf8", "too_deep", "duplicate_key"}


def test_unknown_fields_are_named_and_values_are_not(ask: Client) -> None:
    answer = ask("PATCH", ME, role="member", json={"nickname": "Jantje", "email": "no-address-of-jan"})
    assert code(answer) == (422, "unknown_field")
    assert set(answer.json()["errors"]) == {"nickname", "email"}
    assert "jantje" not in answer.text.lower()
    assert "no-address" not in answer.text


def test_a_name_that_could_be_a_value_is_not_repeated(ask: Client) -> None:
    answer = ask("PATCH", ME, role="member", json={"jan@example.org": 1})
    assert set(answer.json()["errors"]) == {"?"}


def test_a_body_may_be_as_deep_as_the_bound() -> None:
    assert bodies.parse(b"[" * bodies.MOST_DEPTH + b"]" * bodies.MOST_DEPTH)


def test_errors_point_into_nested_values(ask: Client) -> None:
    body = {"name": "Gemeente", "kind": "secret", "contact": {"name": "A", "email": "x"}, "beheerder": {}}
    answer = ask("POST", "/v1/organisations", role="operator", json=body)
    assert set(answer.json()["errors"]) == {"kind", "contact.email", "beheerder.email"}
