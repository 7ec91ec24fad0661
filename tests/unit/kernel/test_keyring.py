"""A sealed value opens where it belongs, for as long as its key lives, and never again after (I6)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, select

from services.kernel.event import only
from services.kernel.keys import epochs, keyring
from services.kernel.keys.keyring import Erased, Keyring
from services.kernel.keys.providers import FileKeys, Moving
from services.kernel.store.lease import Busy, lease
from tests.unit.kernel.conftest import Service

OWNER = "account/a1"


def seal(ring: Keyring, value: str = "Anna", owner: str = OWNER, field: str = "first_name") -> str:
    return ring.prepare([(owner, "name")]).seal(owner, "name", "auth.UserRegistered.v1", field, value)


def another(service: Service) -> Keyring:
    """The same keyring in another process."""
    return Keyring(service.keyring._engine, FileKeys(service.directory / "kek"), "/auth")


def test_what_was_sealed_opens_in_every_process(service: Service) -> None:
    sealed = seal(service.keyring)
    assert "Anna" not in sealed
    assert service.keyring.open(sealed, "first_name") == "Anna"
    assert another(service).open(sealed, "first_name") == "Anna"
    assert service.keyring.open(None, "first_name") is None


def test_one_key_serves_an_owner_and_category_and_no_other(service: Service) -> None:
    first, second, other = seal(service.keyring), seal(another(service)), seal(service.keyring, owner="account/a2")
    assert first.split(":")[1] == second.split(":")[1] != other.split(":")[1]
    assert first != second


def test_a_sealed_value_opens_nowhere_else(service: Service) -> None:
    sealed = seal(service.keyring)
    with pytest.raises(ValueError, match="belongs"):
        service.keyring.open(sealed, "last_name")
    with pytest.raises(ValueError, match="belong"):
        service.keyring.open(sealed.replace(":first_name:", ":last_name:"), "last_name")
    with pytest.raises(ValueError, match="belong"):
        Keyring(service.keyring._engine, FileKeys(service.directory / "kek"), "/org").open(sealed, "first_name")
    version, _, kind, field, box = sealed.split(":", 4)
    foreign = seal(service.keyring, owner="account/a2").split(":")[1]
    with pytest.raises(ValueError, match="belong"):
        service.keyring.open(":".join((version, foreign, kind, field, box)), "first_name")


def test_after_an_erasure_nothing_opens_and_no_key_is_minted_again(service: Service) -> None:
    sealed = seal(service.keyring)
    assert service.keyring.erase([OWNER]) == 1
    assert service.keyring.erase([OWNER]) == 0
    assert service.keyring.open(sealed, "first_name") is None
    assert another(service).open(sealed, "first_name") is None
    for ring in (service.keyring, another(service)):
        with pytest.raises(Erased):
            seal(ring)


def test_one_category_goes_alone_and_gets_no_key_again(service: Service) -> None:
    name, email = seal(service.keyring), _sealed_email(service.keyring)
    gone = only(OWNER, "name")
    assert service.keyring.erase([gone]) == 1
    assert service.keyring.erase([gone]) == 0
    assert (service.keyring.living([gone]), service.keyring.living([OWNER])) == (0, 1)
    for ring in (service.keyring, another(service)):
        assert (ring.open(name, "first_name"), ring.open(email, "email")) == (None, "anna@voorbeeld.example")
        with pytest.raises(Erased):
            seal(ring)
    assert _sealed_email(another(service))
    assert seal(service.keyring, owner="account/a2")


def _sealed_email(ring: Keyring) -> str:
    prepared = ring.prepare([(OWNER, "email")])
    return prepared.seal(OWNER, "email", "auth.PersonInvited.v1", "email", "anna@voorbeeld.example")


def test_another_process_feels_an_erasure_within_a_minute(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    other = another(service)
    sealed = seal(other)
    service.keyring.erase([OWNER])
    now = keyring.time.monotonic()
    monkeypatch.setattr(keyring.time, "monotonic", lambda: now + keyring.CACHED_SECONDS + 1)
    assert other.open(sealed, "first_name") is None


@pytest.mark.searching
def test_many_open_at_once(service: Service) -> None:
    values = [(seal(service.keyring, f"v{i}", owner=f"account/{i % 600}"), "first_name") for i in range(700)]
    assert another(service).open_many([*values, (None, "first_name")]) == [f"v{i}" for i in range(700)] + [None]


def test_a_rotation_keeps_the_living_readable_and_old_copies_shut(service: Service) -> None:
    sealed = seal(service.keyring)
    with service.keyring._engine.connect() as session:
        old = session.execute(select(epochs.keys)).first()
    assert old is not None
    rotation = service.keyring.rotate()
    assert (rotation.retired, rotation.keys) == (old.epoch, 1)
    assert another(service).open(sealed, "first_name") == "Anna"
    assert service.keyring.status()["epoch"] == rotation.current
    with pytest.raises(KeyError):
        FileKeys(service.directory / "kek").unwrap(old.epoch, old.wrapped, b"")


def test_a_process_that_had_opened_the_old_epoch_loses_it_too_and_goes_on(service: Service) -> None:
    other = another(service)
    sealed = seal(other)
    with service.keyring._engine.connect() as session:
        old = session.execute(select(epochs.keys)).first()
    assert old is not None
    service.keyring.rotate()
    other._cache.clear()
    with pytest.raises(KeyError):
        other._provider.unwrap(old.epoch, old.wrapped, b"")
    assert other.open(sealed, "first_name") == "Anna"


def test_however_many_rotations_come_between_a_look_and_its_unwrapping_the_living_is_read(service: Service) -> None:
    sealed = seal(service.keyring)

    class Overtaken(FileKeys):
        rotations = 6

        def unwrap(self, epoch: str, wrapped: bytes, context: bytes) -> bytes:
            if self.rotations:
                self.rotations -= 1
                another(service).rotate()
            return super().unwrap(epoch, wrapped, context)

    overtaken = Keyring(service.keyring._engine, Overtaken(service.directory / "kek"), "/auth")
    assert overtaken.open(sealed, "first_name") == "Anna"


def test_a_key_whose_epoch_is_really_gone_is_an_error_at_once(service: Service) -> None:
    sealed = seal(service.keyring)
    [path] = (service.directory / "kek").glob("*.key")
    path.unlink()
    with pytest.raises(KeyError):
        another(service).open(sealed, "first_name")


def test_a_key_is_minted_though_rotations_come_between_the_look_for_the_epoch_and_its_opening(service: Service) -> None:
    seal(service.keyring)

    class Slow(FileKeys):
        rotations = 3

        def rewrap(self, epoch: str, keys: Sequence[Moving]) -> list[bytes]:
            if self.rotations:
                self.rotations -= 1
                another(service).rotate()
            return super().rewrap(epoch, keys)

    ring = Keyring(service.keyring._engine, Slow(service.directory / "kek"), "/auth")
    sealed = seal(ring, owner="account/a2")
    assert another(service).open(sealed, "first_name") == "Anna"


def test_no_key_is_minted_where_the_one_of_the_epoch_in_use_is_gone(service: Service) -> None:
    seal(service.keyring)
    FileKeys(service.directory / "kek").destroy(str(service.keyring.status()["epoch"]))
    with pytest.raises(KeyError):
        seal(another(service), owner="account/a2")


def test_a_key_file_that_was_half_destroyed_goes_with_the_next_rotation(service: Service) -> None:
    seal(service.keyring)
    [path] = (service.directory / "kek").glob("*.key")
    key = path.read_bytes()
    service.keyring.rotate()
    path.with_suffix(".going").write_bytes(key)
    rotation = another(service).rotate()
    assert [path.name for path in (service.directory / "kek").iterdir()] == [f"{rotation.current}.key"]


def test_a_rotation_that_was_killed_is_finished_by_the_next(service: Service) -> None:
    sealed = seal(service.keyring)

    class Killed(BaseException):
        pass

    def destroy(_: str) -> None:
        raise Killed

    service.keyring._provider.destroy = destroy  # type: ignore[method-assign]
    with pytest.raises(Killed):
        service.keyring.rotate()
    rotation = another(service).rotate()
    assert FileKeys(service.directory / "kek").epochs() == {rotation.current}
    assert another(service).open(sealed, "first_name") == "Anna"
    assert datetime.now(UTC) >= rotation.at


def test_only_one_process_rotates(service: Service) -> None:
    seal(service.keyring)
    with lease(service.keyring._engine, "rotation"), pytest.raises(Busy):
        another(service).rotate()


def test_a_lease_let_go_of_is_there_for_the_next_at_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, lingering = service.keyring._engine, list[Connection]()
    with monkeypatch.context() as patched:
        # The server sees the end of a connection when it does; here it does not see it until we have looked.
        patched.setattr(Connection, "invalidate", lambda _: None)
        patched.setattr(Connection, "close", lambda one: lingering.append(one))
        with lease(engine, "rotation"):
            pass
        with lease(engine, "rotation") as next_one:
            held = next_one.still_held()
    for connection in lingering:
        connection.close()

    assert held


def test_a_blind_index_is_equal_for_equal_values_of_one_scope_only(service: Service) -> None:
    ring = service.keyring
    index = ring.blind("email", "Anna@Example.nl ", "o1")
    assert index == another(service).blind("email", "anna@example.nl", "o1")
    assert index != ring.blind("email", "anna@example.nl", "o2")
    assert index != ring.blind("username", "anna@example.nl", "o1")
    ring.rotate()
    assert index == another(service).blind("email", "anna@example.nl", "o1")


def test_key_files_are_for_their_owner_alone(service: Service) -> None:
    seal(service.keyring)
    [path] = (service.directory / "kek").glob("*.key")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_wrapped_key_opens_in_its_own_row_only(service: Service) -> None:
    provider = FileKeys(service.directory / "kek")
    provider.create("e1")
    wrapped = provider.wrap("e1", secrets.token_bytes(32), b"k1|a")
    with pytest.raises(ValueError, match="epoch"):
        provider.unwrap("e1", wrapped, b"k1|b")
