"""PyPI's tlog-scales reads our directory and writes, byte for byte, the receipts that we write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.cli import build_parser
from tlog_scales.reader import TilesReader

from services.reader.tree import root_of
from tests.interop.conftest import some
from tests.interop.written import Written


def test_its_receipts_are_ours(log: Written, capsys: pytest.CaptureFixture[str]) -> None:
    for index in some(log.size):
        asked = build_parser().parse_args(["gen-proof", str(log.files), str(index)])
        asked.func(asked)
        assert capsys.readouterr().out.encode() == log.proof(index)


def test_its_command_line_says_the_same(log_of) -> None:
    log = log_of(257)
    program = Path(sys.executable).with_name("tlog-tiles")
    done = subprocess.run([program, "gen-proof", log.files, "-1"], capture_output=True, timeout=60, check=True)
    assert done.stdout == log.proof(256)


def test_it_finds_the_signed_root_and_the_same_continuations(log: Written) -> None:
    reader = TilesReader(LocalBackend(log.files))
    checkpoint = reader.get_checkpoint()
    assert reader.calculate_root_hash() == checkpoint.root_hash
    if log.size == 0:
        assert checkpoint.root_hash == root_of([])
    for index in some(log.size, 5):
        old = reader.mth(0, index + 1)
        reader.get_consistency_proof(index + 1, log.size).check(old, checkpoint.root_hash)
        leaf = reader.get_inclusion_proof(index, log.size)
        leaf.check(reader.mth(index, index + 1), checkpoint.root_hash)
