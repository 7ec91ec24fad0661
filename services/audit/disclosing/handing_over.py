"""A package is made and sealed to its receiver; handed over for a receipt; the person is told, or later (P08)."""

from __future__ import annotations

import base64
from typing import Any

from services.audit.disclosing import gathering, shapes
from services.audit.disclosing.copies import Copies
from services.audit.disclosing.file import File, Files, digest
from services.audit.disclosing.holding import release
from services.audit.disclosing.sources import Sources
from services.audit.packaging.package import TooLarge, build
from services.audit.packaging.sealing import is_recipient, sealed
from services.audit.views.papers import Kind
from services.contracts.audit import (
    DisclosureAssembled,
    DisclosureClosed,
    DisclosureHandedOver,
    NotificationDeferred,
    SecrecyLifted,
    SecrecyReviewed,
    SubjectNotified,
)
from services.kernel.context import Context
from services.kernel.decider import Refused

LARGEST = 8 << 20
"""Bytes of a sealed package; more would not fit an answer."""


class HandingOver:
    """`vkey` is the log's."""

    def __init__(self, files: Files, sources: Sources, vkey: str, copies: Copies) -> None:
        self._files, self._sources, self._vkey, self._copies = files, sources, vkey, copies

    def assemble(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """Gather what was approved, make the package, seal it to the age key `recipient`, and keep only that.

        Answers `sealed_sha256` and `size`. Raises Refused: `recipient_invalid`, `step_missing`, `not_yet`,
        `package_too_large`.
        """
        if (said_before := self._files.store.answered(context)) is not None:
            return said_before  # another package would be other bytes
        given, file = shapes.loaded(shapes.Assembly, said), self._files.read(disclosure)
        recipient = given["recipient"]
        if not is_recipient(recipient):
            raise Refused("recipient_invalid")
        scope = file.state.scope
        if scope is None or file.state.assembled is not None:
            raise Refused("step_missing" if scope is None else "step_done")
        now = self._files.now()
        found = gathering.gathered(self._files, file, self._sources, recipient, context.actor, self._vkey, now)
        try:
            package = build(found)
        except TooLarge:
            raise Refused("package_too_large") from None
        content = sealed(package.archive, recipient)
        if len(content) > LARGEST:
            raise Refused("package_too_large")
        step = self._files.step(
            context,
            file,
            DisclosureAssembled,
            scope_version=scope.scope_version,
            digest=scope.digest,
            people=len(found.people),
            size=len(content),
            sealed_sha256=digest(content),
            manifest_sha256=package.manifest_sha256,
        )
        answer = {"sealed_sha256": step.sealed_sha256, "size": step.size}
        return self._files.take(context, file, step, paper=(Kind.PACKAGE, content), **answer)

    def package(self, disclosure: str) -> dict[str, str]:
        """The sealed package in base64; whoever fetches it can read nothing of it."""
        self._files.read(disclosure)
        content = self._files.paper(disclosure, Kind.PACKAGE)
        return {"package": base64.b64encode(content).decode(), "sealed_sha256": digest(content)}

    def hand_over(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """Raises Refused package_differs where what was handed over is not what was assembled."""
        given, file = shapes.loaded(shapes.HandOver, said), self._files.read(disclosure)
        given.setdefault("handed_over_at", self._files.now())
        answer = self._files.take(context, file, self._files.step(context, file, DisclosureHandedOver, **given))
        self._copies.let_go()
        return answer

    def notify(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """The people were told; or it is deferred on a ground, until it is looked at again."""
        given, file = shapes.loaded(shapes.Notice, said), self._files.read(disclosure)
        return self._files.take(context, file, self._notice(context, file, given))

    def _notice(self, context: Context, file: File, given: dict[str, Any]) -> SubjectNotified | NotificationDeferred:
        step: SubjectNotified | NotificationDeferred
        if set(given) == {"ground", "review_at"}:
            step = self._files.step(context, file, NotificationDeferred, **given)
            return step
        given.setdefault("notified_at", self._files.now())
        if set(given) != {"channel", "words", "notified_at"}:
            raise Refused("invalid", errors={"body": ["Either channel and words, or a ground and its review."]})
        people = len(file.scope.granted.people) if file.scope else 0
        step = self._files.step(context, file, SubjectNotified, people=people, **given)
        return step

    def review(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """Somebody looked whether secrecy may be lifted, and it may not yet."""
        given, file = shapes.loaded(shapes.Review, said), self._files.read(disclosure)
        return self._files.take(context, file, self._files.step(context, file, SecrecyReviewed, **given))

    def lift(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """From now on the tenant sees the file, in every list, count and report."""
        given, file = shapes.loaded(shapes.Lift, said), self._files.read(disclosure)
        return self._files.take(context, file, self._files.step(context, file, SecrecyLifted, **given))

    def close(self, context: Context, disclosure: str) -> dict[str, Any]:
        """Raises Refused: `secrecy_unlifted`, `step_missing` while the person was neither told nor deferred."""
        file = self._files.read(disclosure)
        answer = self._files.take(context, file, self._files.step(context, file, DisclosureClosed))
        release(self._files.read(disclosure), self._sources, context.actor)
        return answer
