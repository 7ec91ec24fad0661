"""Who cosigns the log, and which of them are enough, stands in one file (C2SP tlog-policy), read to the letter."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from services.audit.witnessing.cosignature import WitnessKey
from services.kernel.configuration import ConfigurationError
from services.kernel.signing.note import NoteInvalid, Verifier

_COUNT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)
_WORD = re.compile(r"[^ \t]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
NONE = "none"


@dataclass(frozen=True)
class Witness:
    """One witness. Without `url` it counts when it has cosigned, but nobody asks it from here."""

    name: str
    key: WitnessKey
    url: str | None


@dataclass(frozen=True)
class Group:
    """Met when at least `enough` of its members are."""

    enough: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """`quorum` names the witness or group that must be met; None says that none need be: nothing is *witnessed*."""

    witnesses: Mapping[str, Witness]
    groups: Mapping[str, Group]
    quorum: str | None
    digest: str = ""
    """SHA-256, in hex, of the text it was read from."""

    def met(self, vkeys: Collection[str]) -> bool:
        """Whether those who hold these verifier keys are enough together."""
        return self.quorum is not None and self._met(self.quorum, vkeys)

    def _met(self, name: str, vkeys: Collection[str]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].key.vkey in vkeys
        group = self.groups[name]
        return sum(self._met(member, vkeys) for member in group.members) >= group.enough


NOBODY = Policy({}, {}, None)


def load(path: Path | None, log: str) -> Policy:
    """The policy of the log with verifier key `log`. Raises ConfigurationError; without a path nobody is asked."""
    if path is None:
        return NOBODY
    try:
        return parse(path.read_text(encoding="utf-8"), log)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"CRISISCONNECT_WITNESSES cannot be read ({type(error).__name__})") from error


def parse(text: str, log: str) -> Policy:
    """Raises ConfigurationError, with the line, for anything that the format does not know."""
    reading = _Reading(log)
    if _CONTROL.search(text):
        raise ConfigurationError("CRISISCONNECT_WITNESSES holds control characters")
    for number, line in enumerate(text.split("\n"), start=1):
        words = _WORD.findall(line)
        if not words or words[0].startswith("#"):
            continue
        try:
            reading.take(words)
        except (ValueError, NoteInvalid) as error:
            raise ConfigurationError(f"CRISISCONNECT_WITNESSES, line {number}: {error}") from error
    if not reading.quorums:
        raise ConfigurationError("CRISISCONNECT_WITNESSES has no quorum line")
    if reading.logs and log not in reading.logs:
        raise ConfigurationError("CRISISCONNECT_WITNESSES is the policy of other logs than this one")
    quorum = None if reading.quorums[0] == NONE else reading.quorums[0]
    return Policy(reading.witnesses, reading.groups, quorum, hashlib.sha256(text.encode()).hexdigest())


class _Reading:
    def __init__(self, log: str) -> None:
        self.logs: list[str] = []
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.quorums: list[str] = []
        self._members: set[str] = set()
        self._log_keys: set[bytes] = set()

    def take(self, words: list[str]) -> None:
        kinds: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        if words[0] not in kinds:
            raise ValueError("a line is a log, a witness, a group or the quorum")
        kinds[words[0]](words[1:])

    def _log(self, words: list[str]) -> None:
        if len(words) not in (1, 2):
            raise ValueError("log <vkey> [url]")
        public = Verifier.parse(words[0]).public
        if public in self._log_keys:
            raise ValueError("this log was named before")
        self._log_keys.add(public)
        self.logs.append(words[0])

    def _witness(self, words: list[str]) -> None:
        if len(words) not in (2, 3):
            raise ValueError("witness <name> <vkey> [url]")
        name, key = self._new(words[0]), WitnessKey.parse(words[1])
        if key.public in {other.key.public for other in self.witnesses.values()}:
            raise ValueError("this key was given before: one witness would count twice")
        self.witnesses[name] = Witness(name, key, _url(words[2]) if len(words) == 3 else None)

    def _group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise ValueError("group <name> all|any|<k> <names>")
        name, enough, members = self._new(words[0]), words[1], words[2:]
        for member in members:
            self._known(member)
            if member in self._members:
                raise ValueError(f"{member} is a member already")
            self._members.add(member)
        if enough not in ("all", "any") and not (_COUNT.fullmatch(enough) and int(enough) <= len(members)):
            raise ValueError("a group needs all, any, or a number of its members")
        count = {"all": len(members), "any": 1}.get(enough) or int(enough)
        self.groups[name] = Group(count, tuple(members))

    def _quorum(self, words: list[str]) -> None:
        if self.quorums:
            raise ValueError("there is one quorum line")
        if len(words) != 1:
            raise ValueError("quorum <name>|none")
        if words[0] != NONE:
            self._known(words[0])
        self.quorums.append(words[0])

    def _new(self, name: str) -> str:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError(f"the name {name} is taken")
        return name

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError(f"{name} was not defined before")


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("a witness is asked at an http or https address")
    return text.rstrip("/")
