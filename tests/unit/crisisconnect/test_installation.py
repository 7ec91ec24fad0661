"""An installation is born once: what is there stays, what is missing is added, what is lost is said."""

from __future__ import annotations

import hashlib
import stat
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crisisconnect.installation import Incomplete, Installation
from crisisconnect.topology import CALLS, SERVICES, USERS


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


def contents(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_minting_twice_changes_nothing(directory: Path) -> None:
    first = Installation.mint(directory)
    before = contents(directory)
    assert Installation.mint(directory) == first
    assert contents(directory) == before


def test_two_at_once_mint_one_installation(directory: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        minted = list(pool.map(lambda _: Installation.mint(directory), range(8)))
    assert all(one == minted[0] for one in minted)


def test_nobody_else_can_read_it(directory: Path) -> None:
    Installation.mint(directory)
    for path in (directory, *directory.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_every_pair_and_every_user_has_a_secret_of_its_own(directory: Path) -> None:
    installation = Installation.mint(directory)
    keys = [installation.rpc_key(caller, service) for caller, services in CALLS.items() for service in services]
    passwords = [installation.password(user) for user in USERS]
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {32}
    assert len(set(passwords)) == len(USERS)


def test_a_pin_is_the_verifier_key_of_the_seed(directory: Path) -> None:
    installation = Installation.mint(directory)
    for name in (*SERVICES, "log"):
        pin = installation.log if name == "log" else installation.pins[name]
        key_name, key_id, blob = pin.split("+", 2)
        public = installation.signing_key(name).public_key().public_bytes_raw()
        assert key_name == installation.key_name(name)
        assert b64decode(blob) == b"\x01" + public
        expected = hashlib.sha256(key_name.encode() + b"\n\x01" + public).digest()
        assert key_id == expected[:4].hex()


def test_a_process_of_a_newer_version_gets_what_it_lacks(directory: Path) -> None:
    installation = Installation.mint(directory)
    password = directory / "broker" / "cli.password"
    kept = installation.password("gateway")
    password.unlink()
    Installation.mint(directory)
    assert installation.password("cli")
    assert installation.password("gateway") == kept


def test_a_lost_signing_key_is_never_replaced(directory: Path) -> None:
    Installation.mint(directory)
    (directory / "signing" / "auth.seed").unlink()
    with pytest.raises(Incomplete):
        Installation.mint(directory)
    assert not (directory / "signing" / "auth.seed").exists()


def test_an_interrupted_birth_is_finished_with_the_keys_it_had(directory: Path) -> None:
    installation = Installation.mint(directory)
    seed = (directory / "signing" / "org.seed").read_bytes()
    (directory / "installation.json").unlink()
    again = Installation.mint(directory)
    assert (directory / "signing" / "org.seed").read_bytes() == seed
    assert again.origin != installation.origin
