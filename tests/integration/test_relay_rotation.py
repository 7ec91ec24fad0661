"""A relay signs with the key that holds at each number, whatever is killed; the next key's word waits for the log."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from crisisconnect.installation import Installation, verifier_key
from crisisconnect.postgres import Cluster
from services.kernel.relaying.outbox import Fenced, Outbox
from services.kernel.relaying.publisher import Publisher, number_of
from services.kernel.relaying.relay import Relay
from services.kernel.relaying.seeds import SeedFiles
from services.kernel.signing.note import SeedMissing, Signer, Verifier
from services.kernel.signing.succession import Succession, agreement, type_of
from services.kernel.store import eventstore
from services.kernel.store.database import ensure, open_engine, writing
from services.kernel.store.eventstore import events
from tests.integration.conftest import Vhost
from tests.integration.relayed import Source

AT = 301
"""The number of the hand-over."""


class Rotating(Source):
    """A source with secrets of its own, and a relay within the test that is told how far the log has come."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.arrivals: list[bytes] = []
        self.barred_until: list[int] = []
        """For each arrival, how far the log was said to have come when it arrived."""
        self._answer = 0

    def seeds(self) -> SeedFiles:
        home = self.installation
        return SeedFiles(home.directory / "signing", "org", home.key_name("org"), home.pins["org"])

    def hand_over(self, version: int = 1) -> str:
        """As the service records it. Returns the next verifier key."""
        holder = self.seeds().of(self._holder()).verifier
        seed = self.installation.mint_next("org").private_bytes_raw()
        new = Signer(holder.name, seed)
        data = {"old": holder.vkey, "vkey": new.verifier.vkey, "proof": agreement("/org", holder, new)}
        kind, id_ = type_of("/org"), f"hand-over-{version}"
        line = {"specversion": "1.0", "id": id_, "type": kind, "source": "/org", "subject": "signing/org", "data": data}
        row = {"id": id_, "stream": "signing/org", "version": version, "type": kind, "line": json.dumps(line).encode()}
        with writing(self.engine) as session:
            session.execute(insert(events), [row])
        self.wake.up()
        return new.verifier.vkey

    def _holder(self) -> str | None:
        handed = [line for _, line in sorted(self.stored().items()) if type_of("/org").encode() in line]
        return str(json.loads(handed[-1].split(b"\n")[0])["data"]["vkey"]) if handed else None

    def brought(self, upto: int) -> None:
        """Run a relay here until the log has every number up to this one."""
        asyncio.run(self._bring(upto))

    async def _bring(self, upto: int) -> None:
        publisher = Publisher(self.vhost.url("org-relay"), "org-relay", exchange="org.events", feed="feed-org-relay")
        publisher.start()
        relay = Relay("org", self.engine, self.directory / "run", self.seeds(), publisher, self._high_water)
        running = asyncio.create_task(relay.run())
        try:
            async with asyncio.timeout(40):
                while self._answer < upto:
                    assert not running.done()
                    await asyncio.sleep(0.05)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await publisher.stop()

    async def _high_water(self) -> int | None:
        await asyncio.to_thread(self._drain)
        numbers = {number_of(note) for note in self.arrivals}
        while self._answer + 1 in numbers:
            self._answer += 1
        return self._answer

    def _drain(self) -> None:
        with self.vhost.connect("audit-ingest") as connection:
            channel = connection.channel()
            while (got := channel.basic_get("audit.ingest", auto_ack=True))[0] is not None:
                self.arrivals.append(got[2])
                self.barred_until.append(self._answer)

    def is_believed(self, count: int) -> Succession:
        """Every number is there, signed by who held; and nothing of a key came before the log knew of it."""
        stored = self.stored()
        assert sorted(stored) == list(range(1, count + 1))
        succession = Succession.begun("/org", self.installation.pins["org"])
        for number in sorted(stored):
            succession.holder(number).verifier.prepared().text(stored[number])
            if type_of("/org").encode() in stored[number]:
                succession = succession.after(stored[number])
        for note, said in zip(self.arrivals, self.barred_until, strict=True):
            assert note == stored[number_of(note)]
            assert said >= succession.holder(number_of(note)).since - 1
        return succession


@pytest.fixture(params=["sqlite", "postgres"])
def source(
    request: pytest.FixtureRequest, tmp_path: Path, make_vhost: Callable[[], Vhost], installation: Installation
) -> Iterator[Rotating]:
    url = ""
    if request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres")
        url = cluster.url
        ensure(url, "org")
    engine = open_engine(url or None, "org", tmp_path / "data", pool=4)
    eventstore.tables.drop_all(engine)
    eventstore.tables.create_all(engine)
    own = Installation.load(Path(shutil.copytree(installation.directory, tmp_path / "secrets")))
    made = Rotating(engine, tmp_path, make_vhost(), own, url)
    yield made
    made.stop()
    engine.dispose()
    made.vhost.node.drop_vhost(made.vhost.name)


@pytest.mark.parametrize("fault", ["", "before_numbered:1", "after_number:1", "after_publish:1", "before_confirm:1"])
def test_the_key_changes_behind_the_hand_over_wherever_the_relay_is_killed(source: Rotating, fault: str) -> None:
    source.write(AT - 1)
    vkey = source.hand_over()
    source.write(300)
    if fault:
        assert source.relay(fault).wait(30) == -signal.SIGKILL
    source.brought(AT + 300)
    assert source.is_believed(AT + 300).newest[:2] == (AT + 1, vkey)

    source.installation.succeed("org", vkey)
    assert source.installation.coming("org") is None
    source.write(5)
    again = source.hand_over(2)
    source.write(5)
    source.brought(AT + 311)
    assert [term.vkey for term in source.is_believed(AT + 311).terms[1:]] == [vkey, again]


def test_without_the_next_seed_the_hand_over_gets_no_number(source: Rotating) -> None:
    source.write(3)
    vkey = source.hand_over()
    source.write(3)
    coming = source.installation.directory / "signing" / "org.next.seed"
    away = coming.rename(coming.with_name("away"))
    outbox = Outbox(source.engine, source.seeds())
    outbox.begin()
    assert [one.sequence for one in outbox.number(10)] == [1, 2, 3]
    with pytest.raises(SeedMissing):
        outbox.number(10)
    assert sorted(source.stored()) == [1, 2, 3]
    away.rename(coming)
    assert [one.sequence for one in outbox.number(10)] == [4, 5, 6, 7]
    assert source.is_believed(7).newest.vkey == vkey


def test_a_relay_that_lost_its_turn_cannot_sign_on_with_the_old_key(source: Rotating) -> None:
    source.write(1)
    late, next_one = Outbox(source.engine, source.seeds()), Outbox(source.engine, source.seeds())
    late.begin()
    late.number(10)
    source.hand_over()
    source.write(2)
    next_one.begin()
    assert [one.sequence for one in next_one.number(2)] == [2, 3]
    with pytest.raises(Fenced):
        late.number(10)
    late.begin()
    assert [one.sequence for one in late.number(10)] == [4]
    source.is_believed(4)


def test_a_seed_that_is_not_the_one_that_holds_signs_nothing(source: Rotating) -> None:
    """A backup of the secrets from before the rotation, or a thief's."""
    source.write(1)
    old = (source.installation.directory / "signing" / "org.seed").read_text()
    vkey = source.hand_over()
    outbox = Outbox(source.engine, source.seeds())
    outbox.begin()
    outbox.number(10)
    source.installation.succeed("org", vkey)
    destroyed = b64decode((source.installation.directory / "signing" / "org.seed").read_text())
    assert Signer(source.installation.key_name("org"), destroyed).verifier.vkey == vkey
    (source.installation.directory / "signing" / "org.seed").write_text(old)
    source.write(1)
    late = Outbox(source.engine, source.seeds())
    late.begin()
    with pytest.raises(SeedMissing):
        late.number(10)


def test_a_seed_is_never_in_neither_place(tmp_path: Path) -> None:
    """Killed after the old one was overwritten, and before the new one took its name, all is still there."""
    home = Installation.mint(tmp_path / "secrets")
    new = verifier_key(home.key_name("org"), home.mint_next("org"))
    (home.directory / "signing" / "org.seed").write_text("bm90IGEgc2VlZA==\n")
    seeds = SeedFiles(home.directory / "signing", "org", home.key_name("org"), home.pins["org"])
    assert seeds.of(new).verifier == Verifier.parse(new)
    with pytest.raises(SeedMissing):
        seeds.of(None)
    home.succeed("org", new)
    home.succeed("org", new)
    assert verifier_key(home.key_name("org"), home.signing_key("org")) == new
    assert Installation.mint(home.directory).pins == home.pins
