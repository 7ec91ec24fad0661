"""The entries tell the same story as the file: who opened it, which scope was approved, and by which two others."""

from __future__ import annotations

from services.reader.certificate_form import Wrong
from services.reader.disclosure_form import Form
from services.reader.disclosure_log import Entries, Told

SUSPICION, REQUEST = "audit.SuspicionReported", "audit.AuthorityRequestReceived"
OPENED, SCOPED, APPROVED = "audit.DisclosureOpened", "audit.DisclosureScoped", "audit.DisclosureApproved"
REJECTED = "audit.DisclosureRejected"


def began(entries: Entries) -> Told:
    """What the file began with: a suspicion of the maker's own, or what an authority asked."""
    return _only(entries, SUSPICION, REQUEST)


def opened(entries: Entries) -> Told:
    """Who opened it, on which basis."""
    return _only(entries, OPENED)


def judge(form: Form, entries: Entries) -> None:
    """Raises Wrong where the file says something else than its events."""
    disclosure, opener = form.disclosure, opened(entries)
    began(entries)
    basis = disclosure["basis"]
    if (opener.data.get("basis"), opener.data.get("rule")) != (basis["code"], f"{basis['code']}@{basis['version']}"):
        raise Wrong("disclosure.json", "it was opened on another legal basis, or another version of the table")
    decided = disclosure["deciders"][-1]["at"] if disclosure["deciders"] else None
    if (opener.data.get("at"), decided) != (disclosure["opened_at"], disclosure["decided_at"]):
        raise Wrong("disclosure.json", "it was opened, or decided, at another moment")
    if entries.of(REJECTED):
        raise Wrong("log/entries", "the file was rejected: nothing is handed over in it")
    scope = disclosure["scope"]
    scoped = entries.at(scope["entry"], SCOPED)
    if not _is_of(scoped, scope["version"], scope["sha256"]):
        raise Wrong("disclosure.json", "its scope is not the one that was set")
    if any(_version(one) >= scope["version"] and one.index != scoped.index for one in entries.of(SCOPED)):
        raise Wrong("disclosure.json", "a later scope was set than the one that it shows")
    _approved(form, entries, opener, scoped)


def _approved(form: Form, entries: Entries, opener: Told, scoped: Told) -> None:
    deciders, scope = form.disclosure["deciders"], form.disclosure["scope"]
    if len({one["number"] for one in deciders}) != 2 or len({one["entry"] for one in deciders}) != 2:
        raise Wrong("disclosure.json", "two decide, no more and no less")
    approvals = [entries.at(one["entry"], APPROVED) for one in deciders]
    for one, told in zip(deciders, approvals, strict=True):
        if not _is_of(told, scope["version"], scope["sha256"]) or told.index <= scoped.index:
            raise Wrong(f"log/entries/{told.index}.note", "another version of the scope was approved")
        if told.data.get("at") != one["at"]:
            raise Wrong("disclosure.json", "a decision was made at another moment")
    deciding = [told.data.get("by") for told in approvals]
    if not all(isinstance(by, str) and by for by in deciding) or len(set(deciding)) != 2:
        raise Wrong("log/entries", "one officer approved twice")
    if opener.data.get("by") in deciding:
        raise Wrong("log/entries", "who opened the file approved it")


def _only(entries: Entries, *names: str) -> Told:
    found = entries.of(*names)
    if len(found) != 1:
        raise Wrong("log/entries", f"there should be one {' or '.join(names)}, and there are {len(found)}")
    return found[0]


def _is_of(told: Told, version: int, digest: str) -> bool:
    return _version(told) == version and told.data.get("digest") == digest


def _version(told: Told) -> int:
    version = told.data.get("scope_version")
    return version if type(version) is int else -1
