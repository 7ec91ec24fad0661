"""Who may read the entries that a certificate only names holds it against them: each must say what is claimed of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from services.reader.certificate_form import Wrong
from services.reader.checkpoint import parse_checkpoint
from services.reader.database import Database
from services.reader.directory import Directory
from services.reader.entry import Statement, read
from services.reader.note import Malformed, strict_base64
from services.reader.remote import Remote
from services.reader.report import Unusable
from services.reader.shelf import Shelf
from services.reader.tiles import WIDTH
from services.reader.tree import leaf_hash

_PREFIX = "nl.crisisconnect."


class Entries(Protocol):
    def __call__(self, index: int) -> bytes | None:
        """The entry at an index of the log; None where it is not held, or not any more."""
        ...


@contextmanager
def entries_at(place: str | Path, token: str | None = None) -> Iterator[Entries]:
    """The entries of a log in a directory, behind a URL or in a database. Raises Unusable where they cannot be read."""
    given = str(place)
    shelf: Directory | Remote | Database
    if given.startswith(("http://", "https://")):
        shelf = Remote(given, token)
    else:
        shelf = Directory(Path(given)) if Path(given).is_dir() else Database(given)
    try:
        size = _size(shelf)
        if isinstance(shelf, Remote):
            shelf.try_entries(size)
        if not shelf.holds_entries:
            raise Unusable("the entries there are not for us to read")
        yield lambda index: _entry(shelf, index, size)
    finally:
        if not isinstance(shelf, Directory):
            shelf.close()


def compare(document: Mapping[str, Any], stated: Mapping[str, Any], entries: Entries) -> None:
    """Raises Wrong at the first entry that is not the leaf, or not the fact, that the certificate says it is."""
    held = {one["index"]: _held(one, entries) for one in document["receipts"]}
    erasure, order = stated["erasure"], stated["order"]
    if order is not None:
        said = _of(held[order], "retention", "ErasureOrdered", "ordered.entry")
        if said.get("erasure") != erasure or said.get("services") != stated["services"]:
            raise Wrong("ordered.entry", f"entry {order} orders something else")
        if said.get("at") != stated["ordered_at"]:
            raise Wrong("ordered.at", f"entry {order} names another moment")
        if len(said.get("excepted") or ()) != stated["excepted"]:
            raise Wrong("erased_here.excepted", f"entry {order} excepts others")
    for service, index in stated["completed"].items():
        where = f"erased_here.entries.{service}"
        said = _of(held[index], service, "ErasureCompleted", where)
        if said.get("erasure") != erasure or (order is not None and said.get("order") != order):
            raise Wrong(where, f"entry {index} is of another erasure")
        if said.get("remaining") != 0:
            raise Wrong(where, f"entry {index} says that something was left")
    for service, index in stated["retired"].items():
        where = f"unreadable_in_every_earlier_copy.entries.{service}"
        after = _of(held[index], service, "KeyEpochRetired", where).get("after")
        if not isinstance(after, int) or after < held[stated["completed"][service]].number:
            raise Wrong(where, f"the rotation of entry {index} had begun before the erasure was complete")


def _held(receipt: Mapping[str, Any], entries: Entries) -> Statement:
    where, entry = "receipts", entries(receipt["index"])
    if entry is None:
        raise Wrong(where, f"entry {receipt['index']} is not there to be compared")
    if leaf_hash(entry) != strict_base64(receipt["leaf"]):
        raise Wrong(where, f"entry {receipt['index']} is not the leaf that the certificate proves")
    try:
        return read(entry)
    except Malformed as error:
        raise Wrong(where, f"entry {receipt['index']}: {error}") from error


def _of(statement: Statement, service: str, name: str, where: str) -> Mapping[str, Any]:
    """What the event says, once it is of that service and that name, whichever its version."""
    data = statement.event.get("data")
    if not statement.type.startswith(f"{_PREFIX}{service}.{name}.") or not isinstance(data, dict):
        raise Wrong(where, f"it names an entry of {statement.type.removeprefix(_PREFIX)}")
    return data


def _size(shelf: Directory | Remote | Database) -> int:
    note = shelf.head()[2] if isinstance(shelf, Database) else shelf.checkpoint()
    try:
        return parse_checkpoint(note).size
    except Malformed as error:
        raise Unusable(f"the checkpoint there is unreadable: {error}") from error


def _entry(shelf: Shelf, index: int, size: int) -> bytes | None:
    first = index - index % WIDTH
    if index >= size:
        return None
    return shelf.bundle(index // WIDTH, min(WIDTH, size - first)).entries[index - first]
