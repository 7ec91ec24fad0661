"""Files, Vault and KMS keep the same promises: wrapped for one place, away is away, destroyed is destroyed (I6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from services.auth.app import Auth
from services.contracts.auth import KeyEpochRetired
from services.kernel.calls.rpc import Unavailable
from services.kernel.keys import epochs
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import FileKeys, KeyProvider, NotGone
from services.kernel.keys.providers.kms import AwsKms
from services.kernel.keys.providers.remote import ProviderAway, RemoteKeys
from services.kernel.keys.providers.vault import VaultTransit
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite
from tests.integration.key_stands import TOKEN, Stand, kms, standing, vault
from tests.unit.auth.world import World

KEY, PLACE = bytes(range(32)), b"k1|a"


@dataclass
class Kind:
    """A kind of provider; `another()` is the same one in another process."""

    another: Callable[[], KeyProvider]
    stand: Stand | None


@pytest.fixture(params=["file", "vault", "kms"])
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kind]:
    directory = tmp_path / "kek"
    if request.param == "file":
        yield Kind(lambda: FileKeys(directory), None)
    elif request.param == "vault":
        with standing(vault) as stand:
            yield Kind(lambda: RemoteKeys(VaultTransit(stand.url, TOKEN, "test"), directory), stand)
    else:
        with standing(kms) as stand:
            yield Kind(lambda: RemoteKeys(AwsKms("eu-west-1", "AKIDEXAMPLE", "s", "test", stand.url), directory), stand)


@pytest.fixture
def remote(kind: Kind) -> Stand:
    if kind.stand is None:
        pytest.skip("files are never away")
    return kind.stand


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = sqlite(tmp_path / "keys.sqlite3")
    epochs.tables.create_all(made)
    yield made
    made.dispose()


def sealed_by(ring: Keyring, owner: str = "account/a") -> str:
    return ring.prepare([(owner, "name")]).seal(owner, "name", "auth.UserRegistered.v1", "first_name", "Anna")


def gone(kind: Kind, provider: KeyProvider, epoch: str) -> None:
    try:
        provider.destroy(epoch)
    except NotGone:
        assert kind.stand is not None
        kind.stand.due()
        provider.destroy(epoch)


def test_what_is_wrapped_opens_in_its_place_and_epoch_only(kind: Kind) -> None:
    one, other = kind.another(), kind.another()
    one.create("e1")
    one.create("e2")
    wrapped = one.wrap("e1", KEY, PLACE)
    assert KEY not in wrapped
    assert other.unwrap("e1", wrapped, PLACE) == KEY
    for epoch, place in (("e1", b"k1|b"), ("e2", PLACE)):
        with pytest.raises(ValueError, match="epoch"):
            other.unwrap(epoch, wrapped, place)
    [moved] = other.rewrap("e2", [("e1", wrapped, PLACE, b"k2")])
    assert one.unwrap("e2", moved, b"k2") == KEY


def test_a_destroyed_epoch_opens_nothing_in_any_process_nor_from_a_copy(kind: Kind, tmp_path: Path) -> None:
    one, other = kind.another(), kind.another()
    one.create("e1")
    wrapped = one.wrap("e1", KEY, PLACE)
    assert other.unwrap("e1", wrapped, PLACE) == KEY
    stolen = {path: path.read_bytes() for path in (tmp_path / "kek").iterdir()}
    gone(kind, one, "e1")
    gone(kind, one, "e1")
    for provider in (one, other, kind.another()):
        with pytest.raises(KeyError):
            provider.unwrap("e1", wrapped, PLACE)
    assert one.epochs() == set()
    if kind.stand is not None:
        for path, text in stolen.items():
            path.write_bytes(text)
        with pytest.raises(KeyError):
            kind.another().unwrap("e1", wrapped, PLACE)


def test_a_key_is_not_gone_before_the_provider_says_so(kind: Kind, engine: Engine) -> None:
    ring = Keyring(engine, kind.another(), "/auth")
    sealed = sealed_by(ring)
    rotation = ring.rotate()
    late = kind.another().kind == "kms"
    assert rotation.going == ((rotation.retired,) if late else ())
    assert ring.status()["going"] == list(rotation.going)
    again = ring.rotate()
    assert again.going == ((rotation.retired, again.retired) if late else ())
    assert ring.give_up() == again.going
    if kind.stand is not None:
        kind.stand.due()
    assert ring.give_up() == ()
    assert ring.status()["going"] == []
    with engine.connect() as session:
        retired = session.execute(select(epochs.epochs.c.id).where(epochs.epochs.c.retired_at.is_not(None))).all()
    assert {row.id for row in retired} == {rotation.retired, again.retired}
    assert Keyring(engine, kind.another(), "/auth").open(sealed, "first_name") == "Anna"


def test_many_keys_are_few_calls(kind: Kind, remote: Stand, engine: Engine) -> None:
    ring = Keyring(engine, kind.another(), "/auth")
    sealed = [sealed_by(ring, f"account/{number}") for number in range(50)]
    assert remote.calls < 5
    other = Keyring(engine, kind.another(), "/auth")
    assert set(other.open_many([(one, "first_name") for one in sealed])) == {"Anna"}
    other.rotate()
    assert remote.calls < 20


def test_a_provider_that_is_away_is_no_reason_for_a_new_key(kind: Kind, remote: Stand, engine: Engine) -> None:
    ring = Keyring(engine, kind.another(), "/auth")
    sealed = sealed_by(ring)
    remote.away, before = True, set(remote.keys)
    other = Keyring(engine, kind.another(), "/auth")
    for ask in (lambda: other.open(sealed, "first_name"), lambda: sealed_by(other, "account/b"), other.rotate):
        with pytest.raises(ProviderAway) as away:
            ask()
        assert isinstance(away.value, Unavailable)
    assert sealed_by(ring), "who has the epoch in memory goes on"
    remote.away = False
    assert set(remote.keys) == before
    assert other.open(sealed, "first_name") == "Anna"


def test_an_engine_that_is_not_there_has_not_destroyed_anything(tmp_path: Path) -> None:
    with standing(vault) as stand:
        RemoteKeys(VaultTransit(stand.url, TOKEN, "test"), tmp_path).create("e1")
        for token, mount in ((TOKEN, "elsewhere"), ("stolen", "transit")):
            with pytest.raises(ProviderAway):
                RemoteKeys(VaultTransit(stand.url, token, "test", mount), tmp_path).destroy("e1")
        RemoteKeys(VaultTransit(stand.url, TOKEN, "test"), tmp_path).destroy("e1")
        assert stand.keys == {}


def test_another_region_has_not_destroyed_anything(tmp_path: Path) -> None:
    with standing(kms) as stand:
        RemoteKeys(AwsKms("eu-west-1", "AKIDEXAMPLE", "s", "test", stand.url), tmp_path).create("e1")
        with pytest.raises(ProviderAway):
            RemoteKeys(AwsKms("eu-north-1", "AKIDEXAMPLE", "s", "test", stand.url), tmp_path).destroy("e1")


def test_a_certificate_can_rest_on_kms_once_the_key_is_gone_and_not_before(tmp_path: Path) -> None:
    with standing(kms) as stand:
        world = World(tmp_path)
        world.close()
        for name in ("access", "secret"):
            (tmp_path / name).write_text("AKIDEXAMPLE\n")
        said = {"kind": "kms", "KMS_REGION": "eu-west-1", "KMS_URL": stand.url}
        said |= {f"KMS_{name.upper()}_KEY_FILE": str(tmp_path / name) for name in ("access", "secret")}
        world.auth = Auth(replace(world.auth.configuration, key_provider=said), world.org)
        world.registered()

        def told() -> list[KeyEpochRetired]:
            with world.auth.store.reading() as session:
                found = [record.event for record in eventstore.everything(session)]
            return [event for event in found if isinstance(event, KeyEpochRetired)]

        first, second = (world.auth.rotate_keys(world.auth.own_context()) for _ in range(2))
        world.auth.rotations.say_what_went()
        assert told() == []
        stand.due()
        world.auth.rotations.say_what_went()
        world.auth.rotations.say_what_went()
        assert [event.retired for event in told()] == [first["retired"], second["retired"]]
        assert {event.current for event in told()} == {second["current"]}
        assert world.signed_in().role == "member"
        world.close()
