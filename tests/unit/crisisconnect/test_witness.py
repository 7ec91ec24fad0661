"""A witness cosigns what continues what it cosigned, whoever asks and however often, and nothing else."""

from __future__ import annotations

import base64
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import pytest

from crisisconnect.witness import key as keys
from crisisconnect.witness.checking import compare
from crisisconnect.witness.judging import SIZE_TYPE, Verdict, judge
from crisisconnect.witness.memory import Damaged, Memory
from services.audit.ledger import tree
from services.audit.ledger.checkpoint import sign
from services.audit.witnessing.asking import request
from services.kernel.signing.note import Signer
from services.reader.checkpoint import parse_checkpoint
from services.reader.note import parse_vkey, verified
from tests.examples.log import ORIGIN, Sources

SOURCES = Sources.made()
IMPOSTOR = Signer(ORIGIN, bytes(32))
LEAVES = [tree.leaf_hash(b"entry %d" % n) for n in range(700)]
OTHER = [*LEAVES[:3], tree.leaf_hash(b"another"), *LEAVES[4:]]


class Tree:
    """A log over some leaves, as large as asked."""

    def __init__(self, leaves: Sequence[bytes] = LEAVES) -> None:
        self.leaves = leaves
        _, grown = tree.grow(tree.Edge(), leaves)
        self._tiles = {(tile.level, tile.n): tile.hashes for tile in grown}

    def tile(self, level: int, n: int, width: int = 256) -> bytes | None:
        found = self._tiles.get((level, n))
        return found[: width * 32] if found else None

    def proof(self, old: int, new: int) -> list[bytes]:
        return tree.consistency(old, new, self.tile)

    def checkpoint(self, size: int, signer=SOURCES.log) -> bytes:
        edge, _ = tree.grow(tree.Edge(), self.leaves[:size])
        return sign(signer, size, edge.root()).note

    def request(self, old: int, new: int, proof_from: int | None = None) -> bytes:
        proof = self.proof(old if proof_from is None else proof_from, new) if old <= new else []
        return request(old, proof, self.checkpoint(new))


TRUE, FORKED = Tree(), Tree(OTHER)


@dataclass
class Witness:
    directory: Path
    alarms: list[str] = field(default_factory=list)

    def memory(self) -> Memory:
        made = Memory(
            self.directory, keys.load(self.directory), parse_vkey(SOURCES.log.verifier.vkey), self.alarms.append
        )
        made.prepare()
        return made

    def ask(self, body: bytes) -> Verdict:
        return judge({ORIGIN: self.memory()}, body, 1_700_000_000)

    def evidence(self) -> list[dict[str, bytes]]:
        cases = sorted(self.directory.glob("logs/*/evidence/*"))
        return [{path.name: path.read_bytes() for path in case.iterdir()} for case in cases]


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    keys.mint(tmp_path / "w", "witness.example/w1")
    return Witness(tmp_path / "w")


def test_the_key_is_its_owners_alone_and_is_minted_once(witness: Witness):
    path = witness.directory / keys.KEY
    before = path.read_bytes()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(keys.NotMinted):
        keys.mint(witness.directory, "witness.example/w2")
    assert path.read_bytes() == before
    assert keys.load(witness.directory).vkey == (witness.directory / keys.VKEY).read_text().strip()


def test_a_key_that_others_may_read_is_not_used(witness: Witness):
    (witness.directory / keys.KEY).chmod(0o640)
    with pytest.raises(keys.NotMinted):
        keys.load(witness.directory)


def test_a_log_that_grows_is_cosigned(witness: Witness):
    vkey = parse_vkey(keys.load(witness.directory).vkey)
    old = 0
    for new in (1, 2, 2, 3, 255, 256, 257, 700):
        said = witness.ask(TRUE.request(old, new))
        assert said.status == HTTPStatus.OK
        note = parse_checkpoint(TRUE.checkpoint(new) + said.body).note
        assert verified(note, [vkey]) == (vkey,)
        old = new
    assert witness.memory().read().note == TRUE.checkpoint(700) + said.body
    assert witness.alarms == []


def test_an_empty_log_is_cosigned(witness: Witness):
    assert witness.ask(TRUE.request(0, 0)).status == HTTPStatus.OK
    assert witness.ask(TRUE.request(0, 5)).status == HTTPStatus.OK


def test_another_old_size_is_answered_with_the_right_one(witness: Witness):
    assert witness.ask(TRUE.request(3, 9)) == Verdict(HTTPStatus.CONFLICT, b"0\n", SIZE_TYPE)
    witness.ask(TRUE.request(0, 9))
    for old in (0, 3, 10):
        assert witness.ask(TRUE.request(old, 20)) == Verdict(HTTPStatus.CONFLICT, b"9\n", SIZE_TYPE)
    assert witness.alarms == []


@pytest.mark.parametrize("proof_from", [1, 3])
def test_a_wrong_proof_is_unprocessable(witness: Witness, proof_from: int):
    assert witness.ask(TRUE.request(0, 9, proof_from)).status == HTTPStatus.UNPROCESSABLE_ENTITY
    witness.ask(TRUE.request(0, 9))
    assert witness.ask(TRUE.request(9, 20, proof_from)).status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert witness.memory().read().size == 9


def test_an_empty_tree_has_one_root(witness: Witness):
    body = request(0, [], sign(SOURCES.log, 0, bytes(32)).note)
    assert witness.ask(body).status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_fork_of_the_same_size_is_refused_and_both_sides_are_kept(witness: Witness):
    mine = witness.ask(TRUE.request(0, 9)).body

    assert witness.ask(FORKED.request(9, 9)).status == HTTPStatus.UNPROCESSABLE_ENTITY

    assert witness.evidence() == [{"known": TRUE.checkpoint(9) + mine, "seen": FORKED.checkpoint(9)}]
    assert len(witness.alarms) == 1
    assert "two different trees" in witness.alarms[0]
    assert witness.memory().read().note == TRUE.checkpoint(9) + mine


def test_a_fork_is_seen_even_behind_a_wrong_old_size(witness: Witness):
    witness.ask(TRUE.request(0, 9))
    assert witness.ask(FORKED.request(4, 9)).status == HTTPStatus.CONFLICT
    assert len(witness.evidence()) == 1


def test_a_fork_that_grew_is_refused_and_both_sides_are_kept(witness: Witness):
    witness.ask(TRUE.request(0, 9))

    assert witness.ask(FORKED.request(9, 20)).status == HTTPStatus.UNPROCESSABLE_ENTITY

    assert [sorted(case) for case in witness.evidence()] == [["known", "proof", "seen"]]
    assert witness.evidence()[0]["seen"] == FORKED.checkpoint(20)
    assert witness.ask(TRUE.request(9, 20)).status == HTTPStatus.OK


def test_a_rollback_is_refused_and_both_sides_are_kept(witness: Witness):
    witness.ask(TRUE.request(0, 20))

    assert witness.ask(TRUE.request(0, 9)) == Verdict(HTTPStatus.CONFLICT, b"20\n", SIZE_TYPE)

    assert [case["seen"] for case in witness.evidence()] == [TRUE.checkpoint(9)]
    assert witness.memory().read().size == 20


def test_the_same_trouble_again_is_one_alarm(witness: Witness):
    witness.ask(TRUE.request(0, 9))
    for _ in range(3):
        witness.ask(FORKED.request(9, 9))
    assert len(witness.alarms) == 1


def test_suspicions_do_not_fill_the_disk_and_never_displace_a_fork(witness: Witness):
    witness.ask(TRUE.request(0, 300))
    for size in range(1, 130):
        witness.ask(TRUE.request(0, size))
    assert len(witness.evidence()) == 100
    witness.ask(FORKED.request(300, 300))
    assert len(witness.evidence()) == 101


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"old 0\n" + TRUE.checkpoint(5), 400),
        (b"old 00\n\n" + TRUE.checkpoint(5), 400),
        (b"old -1\n\n" + TRUE.checkpoint(5), 400),
        (b"old \xd9\xa1\n\n" + TRUE.checkpoint(5), 400),
        (b"new 0\n\n" + TRUE.checkpoint(5), 400),
        (b"old 0\nAAAA\n\n" + TRUE.checkpoint(5), 400),
        (b"old 0\n" + (base64.b64encode(bytes(32)) + b"\n") * 64 + b"\n" + TRUE.checkpoint(5), 400),
        (b"old 0\n\n" + TRUE.checkpoint(5)[:-20], 400),
        (b"old 6\n\n" + TRUE.checkpoint(5), 400),
        (b"old 0\n\n" + TRUE.checkpoint(5, Sources.made("other.example").log), 404),
        (b"old 0\n\n" + TRUE.checkpoint(5).replace(b"\n5\n", b"\n6\n"), 403),
        (b"old 0\n\n" + TRUE.checkpoint(5, IMPOSTOR), 403),
    ],
)  # fmt: skip
def test_every_refusal_has_its_status(witness: Witness, body: bytes, status: int):
    assert witness.ask(body).status == status
    assert witness.memory().read().size == 0


def test_of_two_at_once_that_both_continue_the_same_only_one_is_cosigned(witness: Witness):
    witness.ask(TRUE.request(0, 9))
    bodies = [TRUE.request(9, 10 + n) for n in range(40)]

    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(witness.ask, bodies))

    assert sorted(verdict.status for verdict in said) == [200] + [409] * 39
    won = next(n for n, verdict in enumerate(said) if verdict.status == HTTPStatus.OK)
    assert witness.memory().read().size == 10 + won


def test_what_was_not_stored_is_not_cosigned(witness: Witness, monkeypatch: pytest.MonkeyPatch):
    witness.ask(TRUE.request(0, 9))

    def full(_: int) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("crisisconnect.witness.memory.os.fsync", full)
        with pytest.raises(OSError, match="no space"):
            witness.ask(TRUE.request(9, 20))

    assert witness.memory().read().size == 9
    assert witness.ask(TRUE.request(9, 20)).status == HTTPStatus.OK


def test_a_memory_that_was_changed_is_not_believed(witness: Witness):
    witness.ask(TRUE.request(0, 9))
    path = next(witness.directory.glob("logs/*/checkpoint"))
    path.write_bytes(FORKED.checkpoint(9) + path.read_bytes().split(b"\n")[-2] + b"\n")

    with pytest.raises(Damaged):
        witness.memory()


def test_a_log_is_known_by_one_key(witness: Witness):
    witness.ask(TRUE.request(0, 9))

    with pytest.raises(Damaged):
        Memory(
            witness.directory, keys.load(witness.directory), parse_vkey(IMPOSTOR.verifier.vkey), witness.alarms.append
        ).prepare()


@pytest.mark.parametrize("old", [0, 1, 2, 9, 255, 256, 257, 300, 512, 699, 700])
def test_going_to_look_finds_a_continuation_in_the_tiles(witness: Witness, old: int):
    witness.ask(TRUE.request(0, old))

    assert compare(witness.memory(), parse_checkpoint(TRUE.checkpoint(700)), TRUE.tile) is None
    assert witness.evidence() == []


@pytest.mark.parametrize(
    ("size", "shown", "trouble"), [(9, 9, "fork"), (9, 700, "unproven"), (256, 700, "unproven"), (20, 9, "behind")]
)
def test_going_to_look_finds_a_log_that_is_another(witness: Witness, size: int, shown: int, trouble: str):
    witness.ask(TRUE.request(0, size))

    assert compare(witness.memory(), parse_checkpoint(FORKED.checkpoint(shown)), FORKED.tile) == trouble
    assert [case["seen"] for case in witness.evidence()] == [FORKED.checkpoint(shown)]
