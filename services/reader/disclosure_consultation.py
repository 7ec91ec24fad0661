"""Where the Beheerder was to be consulted, a package says how that ended, and shows it: no veto, and no silence."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from services.reader import disclosure_story as story
from services.reader.certificate_form import Wrong
from services.reader.disclosure_form import Form
from services.reader.disclosure_log import Entries
from services.reader.note import Malformed, ed25519_verifies, strict_base64

STATEMENT = "crisisconnect.nl/consultation/v1"
CONSULTED, ANSWERED = "audit.BeheerderConsulted", "audit.ConsultationAnswered"
LAPSED, BARRED = "audit.ConsultationLapsed", "audit.ConsultationBarred"
REGISTERED = "org.ConsultationKeyRegistered"
_RECORD = "consultation/record.json"
_SPKI = bytes.fromhex("302a300506032b6570032100")


def judge(form: Form, entries: Entries) -> None:
    """Raises Wrong where the outcome that the package shows is not the one that the log, or the signature, shows."""
    record = form.record
    match record["outcome"]:
        case "agreed" | "objected":
            _signed(form, entries, record)
        case "lapsed":
            _lapsed(form, entries, record)
        case "barred":
            _barred(entries, record)
        case _:
            _own(entries, record)


def _signed(form: Form, entries: Entries, record: Mapping[str, Any]) -> None:
    _asked(form, entries, before=record["entry"])
    answered = entries.at(record["entry"], ANSWERED).data
    said = (answered.get("outcome"), answered.get("asked"), answered.get("at"))
    if said != (record["outcome"], form.disclosure["scope"]["asked_sha256"], record["at"]):
        raise Wrong(_RECORD, "the log says that something else was answered")
    if (record["reasons"] is None) != (record["outcome"] == "agreed"):
        raise Wrong(_RECORD, "an objection has reasons, and an agreement has none")
    registered = entries.at(record["key_entry"], REGISTERED)
    keys = [told for told in entries.of(REGISTERED) if told.index < record["entry"]]
    if not keys or keys[-1] != registered or registered.data.get("key") != record["key"]:
        raise Wrong(_RECORD, "its key is not the one that the organisation had registered")
    if form.files["consultation/statement.txt"] != _statement(form, record):
        raise Wrong("consultation/statement.txt", "it is not the text of this answer in this file")
    pem = f"-----BEGIN PUBLIC KEY-----\n{record['key']}\n-----END PUBLIC KEY-----\n"
    if form.files["consultation/key.pem"] != pem.encode():
        raise Wrong("consultation/key.pem", "it is not the key that the record names")
    signature = form.files["consultation/statement.sig"]
    if not ed25519_verifies(_public(record["key"]), form.files["consultation/statement.txt"], signature):
        raise Wrong("consultation/statement.sig", "it is not the organisation's signature over that text")


def _lapsed(form: Form, entries: Entries, record: Mapping[str, Any]) -> None:
    _asked(form, entries, before=record["entry"])
    asked, lapsed = entries.at(record["asked_entry"], CONSULTED), entries.at(record["entry"], LAPSED)
    if (asked.data.get("due"), lapsed.data.get("due")) != (record["due"], record["due"]):
        raise Wrong(_RECORD, "the log names another term")
    if asked.data.get("at") != record["asked_at"]:
        raise Wrong(_RECORD, "the log says that it was asked at another moment")
    if entries.of(ANSWERED):
        raise Wrong(_RECORD, "the log says that there was an answer")


def _barred(entries: Entries, record: Mapping[str, Any]) -> None:
    barred, opened = entries.at(record["entry"], BARRED), story.opened(entries)
    if opened.data.get("secrecy") != "by_law":
        raise Wrong(_RECORD, "the file was not opened as one that a law keeps secret")
    if not barred.data.get("by") or barred.data.get("by") == opened.data.get("by"):
        raise Wrong(_RECORD, "no other officer than the opener confirmed that a law forbids it")
    if barred.data.get("review_at") != record["review_at"] or not record["ground"].strip():
        raise Wrong(_RECORD, "the log names another day of review, or no ground is given")


def _own(entries: Entries, record: Mapping[str, Any]) -> None:
    began = story.began(entries)
    if began.name != story.SUSPICION or began.index != record["entry"]:
        raise Wrong(_RECORD, "an authority asked: the Beheerder was to be consulted, and nothing says how that ended")


def _asked(form: Form, entries: Entries, *, before: int) -> None:
    asked = form.disclosure["scope"]["asked_sha256"]
    if not any(told.index < before and told.data.get("asked") == asked for told in entries.of(CONSULTED)):
        raise Wrong(_RECORD, "the log does not say that the organisation was asked about this")


def _statement(form: Form, record: Mapping[str, Any]) -> bytes:
    reasons = "-" if record["reasons"] is None else sha256(record["reasons"].encode()).hexdigest()
    lines = (
        STATEMENT,
        f"disclosure {form.disclosure['disclosure']}",
        f"organisation {form.disclosure['organisation']['id']}",
        f"asked {form.disclosure['scope']['asked_sha256']}",
        f"outcome {record['outcome']}",
        f"reasons {reasons}",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _public(key: str) -> bytes:
    """The 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410), base64. Raises Wrong."""
    try:
        raw = strict_base64(key)
    except Malformed as error:
        raise Wrong(_RECORD, "its key is not base64") from error
    if len(raw) != 44 or not raw.startswith(_SPKI):
        raise Wrong(_RECORD, "its key is no Ed25519 key")
    return raw[len(_SPKI) :]
