"""What an authority receives: one archive, the same bytes for the same contents, that it can check by itself (P08)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from services.audit.packaging.consultation import Agreed, Lapsed, Objected, is_signed, record, statement
from services.audit.packaging.contents import LANGUAGES, Contents
from services.audit.packaging.page import page
from services.audit.packaging.scope import document as scope_document
from services.audit.packaging.words import README
from services.kernel.calls.offhub import blocking
from services.kernel.codec import instant
from services.kernel.paper.archive import MANIFEST, archived, as_json, manifest
from services.kernel.paper.pressing import pdf
from services.kernel.paper.sheets import table

FORMAT = "crisisconnect.nl/disclosure-package/v1"
LARGEST = 32 << 20
"""Bytes of all files together."""
COLUMNS = ("person", "category", "name", "value")


class Unfit(ValueError):
    """The contents do not agree with themselves, and nothing is built of them; says where, never with which value."""


class TooLarge(ValueError):
    """All files together are more than a package may be."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """The archive, not sealed yet, and the SHA-256 of its manifest, which stands for all of it."""

    archive: bytes
    manifest_sha256: str


def build(contents: Contents) -> Package:
    """Holds up nobody else, and is called outside any transaction. Raises Unfit, TooLarge, NotPrinted."""
    blocking(fit, contents)
    pages = {f"disclosure.{lang}.pdf": pdf(page(contents, lang)) for lang in LANGUAGES}
    return blocking(_packed, contents, pages)


def fit(contents: Contents) -> None:
    """Raises Unfit where something would leave that was not granted, or an answer is not signed as it must be."""
    scope, granted = contents.scope, contents.scope.granted
    if any(one.label not in granted.people for one in contents.people):
        raise Unfit("a person is not in the scope")
    if any(field.category not in granted.categories for one in contents.people for field in one.fields):
        raise Unfit("a category is not in the scope")
    if not set(granted.people) <= set(scope.asked.people):
        raise Unfit("more people are granted than were asked")
    if not set(granted.categories) <= set(scope.asked.categories):
        raise Unfit("more categories are granted than were asked")
    if len({one.number for one in contents.deciders}) != 2 or len({one.entry for one in contents.deciders}) != 2:
        raise Unfit("two decide")
    of = contents.consultation
    named = {contents.scope_entry, of.entry, *(one.entry for one in contents.deciders)}
    named |= {of.key_entry} if isinstance(of, Agreed) else {of.asked_entry} if isinstance(of, Lapsed) else set()
    if not named <= {one.index for one in contents.log.entries}:
        raise Unfit("an entry of the log that it names is not in it")
    if isinstance(of, Agreed) and not is_signed(_statement(contents, of), of.key, of.signature):
        raise Unfit("the answer of the organisation is not signed with its key")


def _packed(contents: Contents, pages: Mapping[str, bytes]) -> Package:
    files = {**pages, **_texts(contents), **_data(contents), **_consultation(contents), **_log(contents)}
    if sum(map(len, files.values())) > LARGEST:
        raise TooLarge
    head = {"format": FORMAT, "disclosure": contents.file.disclosure, "at": instant(contents.at)}
    listed = manifest(head, files)
    archive = archived({**files, MANIFEST: listed}, compressed=False)
    return Package(archive=archive, manifest_sha256=sha256(listed).hexdigest())


def _texts(contents: Contents) -> dict[str, bytes]:
    disclosure = contents.file.disclosure
    texts = {f"readme.{lang}.txt": README[lang].format(disclosure=disclosure).encode() for lang in LANGUAGES}
    return {**texts, "disclosure.json": as_json(document(contents))}


def document(contents: Contents) -> dict[str, Any]:
    """The file as data; the people's data, the consultation and the log have files of their own."""
    file, authority, basis = contents.file, contents.authority, contents.basis
    return {
        "format": FORMAT,
        "disclosure": file.disclosure,
        "organisation": {"id": file.organisation, "name": file.organisation_name},
        "maker": file.maker,
        "opened_at": instant(file.opened_at),
        "decided_at": instant(file.decided_at),
        "assembled_at": instant(contents.at),
        "authority": {
            "name": authority.name,
            "official": authority.official,
            "function": authority.function,
            "reference": authority.reference,
            "recipient": authority.recipient,
        },
        "basis": {"code": basis.code, "words": dict(basis.words), "version": basis.version},
        "scope": {
            **scope_document(contents.scope),
            "entry": contents.scope_entry,
            "asked_sha256": contents.scope.asked_digest(file.disclosure),
            "sha256": contents.scope.digest(file.disclosure),
        },
        "deciders": [
            {"role": one.role, "number": one.number, "at": instant(one.at), "entry": one.entry}
            for one in contents.deciders
        ],
    }


def _data(contents: Contents) -> dict[str, bytes]:
    people = [
        {
            "person": one.label,
            "fields": [{"category": f.category.value, "name": f.name, "value": f.value} for f in one.fields],
        }
        for one in contents.people
    ]
    rows = [{"person": one["person"], **field} for one in people for field in one["fields"]]  # type: ignore[dict-item]
    return {"data/people.json": as_json(people), "data/people.csv": table(COLUMNS, rows)}


def _consultation(contents: Contents) -> dict[str, bytes]:
    of = contents.consultation
    files = {"consultation/record.json": as_json(record(of))}
    if isinstance(of, Agreed):
        files["consultation/statement.txt"] = _statement(contents, of)
        files["consultation/statement.sig"] = base64.b64decode(of.signature, validate=True)
        pem = f"-----BEGIN PUBLIC KEY-----\n{of.key}\n-----END PUBLIC KEY-----\n"
        files["consultation/key.pem"] = pem.encode()
    return files


def _statement(contents: Contents, of: Agreed) -> bytes:
    file = contents.file
    asked = contents.scope.asked_digest(file.disclosure)
    objects = isinstance(of, Objected)
    reasons = of.reasons if isinstance(of, Objected) else None
    return statement(file.disclosure, file.organisation, asked, "objected" if objects else "agreed", reasons)


def _log(contents: Contents) -> dict[str, bytes]:
    files = {"log/checkpoint.note": contents.log.checkpoint, "log/log.vkey": f"{contents.log.vkey}\n".encode()}
    for one in contents.log.entries:
        files[f"log/entries/{one.index}.note"] = one.note
        files[f"log/proofs/{one.index}.proof"] = one.proof
    return files
