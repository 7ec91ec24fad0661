"""A policy is read to the letter: what the format does not know is refused, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from crisisconnect.witness.key import CosignerKey
from services.audit.witnessing.policy import NOBODY, load, parse
from services.kernel.configuration import ConfigurationError
from tests.examples.log import Sources

LOG = Sources.made().log.verifier.vkey
OTHER_LOG = Sources.made("other.example", {n: bytes(32) for n in ("auth", "org", "audit", "retention", "log")})


def vkey(number: int, name: str = "") -> str:
    return CosignerKey(name or f"w{number}.example", bytes([number]) * 32).vkey


WITNESSES = "".join(f"witness w{n} {vkey(n)} https://w{n}.example/at/\n" for n in (1, 2, 3, 4, 5))


def test_a_policy_says_who_is_asked_where_and_what_is_enough():
    found = parse(f"# ours\nlog {LOG}\n{WITNESSES}\ngroup two 2 w1\tw2 w3\n  quorum two\n", LOG)

    assert found.witnesses["w1"].url == "https://w1.example/at"
    assert not found.met({vkey(1)})
    assert found.met({vkey(1), vkey(3)})
    assert not found.met({vkey(4), vkey(5)})


def test_groups_nest():
    groups = "group x 2 w1 w2 w3\ngroup y any w4 w5\ngroup both all x y\nquorum both\n"
    found = parse(WITNESSES + groups, LOG)

    assert found.met({vkey(n) for n in (1, 3, 5)})
    assert not found.met({vkey(n) for n in (1, 2, 3)})
    assert not found.met({vkey(n) for n in (1, 4, 5)})


def test_a_single_witness_can_be_the_quorum():
    assert parse(f"{WITNESSES}quorum w2\n", LOG).met({vkey(2)})


def test_no_quorum_makes_nothing_witnessed():
    found = parse(f"{WITNESSES}quorum none\n", LOG)

    assert not found.met({vkey(n) for n in (1, 2, 3, 4, 5)})


def test_a_witness_without_an_address_counts_and_is_not_asked():
    assert parse(f"witness w {vkey(1)}\nquorum w\n", LOG).witnesses["w"].url is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        WITNESSES,
        f"{WITNESSES}quorum w1\nquorum w1\n",
        f"{WITNESSES}quorum w9\n",
        f"{WITNESSES}quorum\n",
        f"quorum w1\n{WITNESSES}",
        f"{WITNESSES}group g 4 w1 w2 w3\nquorum g\n",
        f"{WITNESSES}group g 0 w1\nquorum g\n",
        f"{WITNESSES}group g 02 w1 w2\nquorum g\n",
        f"{WITNESSES}group g some w1\nquorum g\n",
        f"{WITNESSES}group g all\nquorum g\n",
        f"{WITNESSES}group g all w1 w1\nquorum g\n",
        f"{WITNESSES}group g all w1\ngroup h any w1 w2\nquorum h\n",
        f"{WITNESSES}group w1 all w2\nquorum w1\n",
        f"{WITNESSES}group none all w2\nquorum none\n",
        f"{WITNESSES}group g all none\nquorum g\n",
        f"{WITNESSES}group g all h\ngroup h all w1\nquorum g\n",
        f"{WITNESSES}witness again {vkey(1, 'another.name')}\nquorum w1\n",
        f"{WITNESSES}witness w6 {vkey(6)} ftp://w6.example\nquorum w1\n",
        f"{WITNESSES}witness w6 {vkey(6)} https://me:secret@w6.example\nquorum w1\n",
        f"{WITNESSES}witness w6 {vkey(6)} https://w6.example more\nquorum w1\n",
        f"{WITNESSES}witness w6 {LOG}\nquorum w1\n",
        f"{WITNESSES}witness w6 {vkey(6)[:-4]}AAA=\nquorum w1\n",
        f"{WITNESSES}log {vkey(1)}\nquorum w1\n",
        f"log {LOG}\nlog {LOG}\nquorum none\n",
        f"log {OTHER_LOG.log.verifier.vkey}\nquorum none\n",
        "mirror m\nquorum none\n",
        "quorum none\r\n",
        "quorum\u00a0none\n",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ConfigurationError, match="CRISISCONNECT_WITNESSES"):
        parse(text, LOG)


def test_without_a_policy_nobody_is_asked():
    assert load(None, LOG) is NOBODY


def test_a_policy_that_is_not_there_stops_the_start(tmp_path: Path):
    with pytest.raises(ConfigurationError):
        load(tmp_path / "policy", LOG)
