"""What is asked for is kept, and the organisation consulted, unless a law forbids that it knows (P08)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.audit.disclosing import gathering, shapes
from services.audit.disclosing.file import File, Files, as_json, digest
from services.audit.disclosing.sources import Sources
from services.audit.domain.basis import Consulting as Due, in_force
from services.audit.packaging.consultation import is_signed, statement
from services.audit.views.papers import Kind
from services.contracts.audit import (
    BeheerderConsulted,
    ConsultationAnswered,
    ConsultationBarred,
    ConsultationOutcome,
    Contact,
    DisclosureHeld,
    Kept,
    Secrecy,
)
from services.contracts.retention import HoldGround
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.durations import after


class Consulting:
    def __init__(self, files: Files, sources: Sources) -> None:
        self._files, self._sources = files, sources

    def hold(self, context: Context, disclosure: str) -> dict[str, Any]:
        """Keep what was asked for: by holds that all may see; in a hidden file by a copy, and nobody else learns.

        Where one of several people cannot be held, nobody is. Where retention is away, those who were held stay so,
        and whoever asks again within 48 hours goes on with the very same holds.
        """
        if (said_before := self._files.store.answered(context)) is not None:
            return said_before  # its holds stand already
        file, now = self._files.read(disclosure), self._files.now()
        if file.state.held:
            raise Refused("step_done")
        if not file.state.authenticated:
            raise Refused("step_missing")
        table = in_force(self._files.bases, now)
        said = {"people": len(file.people), "rule": f"preserve_for:{table.preserve_for}@{table.version}"}
        said["expires_at"] = until = after(now, table.preserve_for)
        if file.hidden:
            copy = gathering.copy(file, self._sources, context.actor)
            said |= {"kept": Kept.COPY, "what": as_json({"copy": digest(copy)})}
            step = self._files.step(context, file, DisclosureHeld, **said)
            return self._files.take(context, file, step, paper=(Kind.COPY, copy))
        wish = {
            "by": context.actor,
            "organisation": file.tenant,
            "ground": _ground(file).value,
            "reason": f"disclosure {disclosure}",
            "expires_at": instant(until),
        }
        said |= {"kept": Kept.HOLD, "what": as_json({"holds": self._held(file, wish)})}
        return self._files.take(context, file, self._files.step(context, file, DisclosureHeld, **said))

    def _held(self, file: File, wish: Mapping[str, str]) -> dict[str, str]:
        holds: dict[str, str] = {}
        try:
            for label, whom in file.people.items():
                holds[label] = self._sources.hold(file.disclosure, label, {**wish, "account": whom.account})
        except Refused as no:
            # A lost race says nothing of this person; every other refusal stays one, and the file is never held.
            if no.code != "conflict":
                for hold in holds.values():
                    self._sources.release(hold, wish["by"])
            raise
        return holds

    def consult(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """Ask the organisation; or enter that a law forbids it, which another officer than the opener does."""
        given, file = shapes.loaded(shapes.Consulting, said), self._files.read(disclosure)
        if given.get("ground") is not None and given.get("review_at") is not None and "words" not in given:
            return self._files.take(context, file, self._files.step(context, file, ConsultationBarred, **given))
        if set(given) != {"words"}:
            raise Refused("invalid", errors={"body": ["Either words, or a ground and when it is reviewed."]})
        contact = Contact.SECOND_CONTACT if file.opened.secrecy is Secrecy.SUSPECT else Contact.BEHEERDER
        if contact is Contact.SECOND_CONTACT and self._sources.second_contact(file.tenant) is None:
            raise Refused("second_contact_needed")
        within = file.basis.consult_within
        step = self._files.step(
            context,
            file,
            BeheerderConsulted,
            contact=contact,
            asked=file.asked_digest,
            rule=f"consult_within:{within}@{file.basis.version}",
            due=after(self._files.now(), within),
            **given,
        )
        return self._files.take(context, file, step, due=instant(step.due), asked=step.asked)

    def answer(self, context: Context, disclosure: str, *, contact: Contact, **said: Any) -> dict[str, Any]:
        """What the organisation says, under its consultation key; of the second contact an officer enters it.

        Raises Refused: `consultation_key_missing`, `signature_invalid`, `term_over`, `step_done`.
        """
        if (said_before := self._files.store.answered(context)) is not None:
            return said_before  # whatever key holds by now
        given, file = shapes.loaded(shapes.Answer, said), self._files.read(disclosure)
        asked = file.state.asked
        if asked is None or asked.contact is not contact:
            raise Refused("step_missing")
        outcome, reasons = given["outcome"], given.get("reasons")
        if (outcome is ConsultationOutcome.OBJECTED) != (reasons is not None):
            raise Refused("invalid", errors={"reasons": ["With an objection, and only with one."]})
        key = self._sources.consultation_key(file.tenant)
        if key is None:
            raise Refused("consultation_key_missing")
        signed = statement(disclosure, file.tenant, asked.asked, outcome.value, reasons)
        if not is_signed(signed, key.key, given["signature"]):
            raise Refused("signature_invalid")
        step = self._files.step(context, file, ConsultationAnswered, asked=asked.asked, key=as_json(vars(key)), **given)
        return self._files.take(context, file, step)


def _ground(file: File) -> HoldGround:
    if file.basis.consultation is Due.ITSELF:
        return HoldGround.FRAUD_OR_ABUSE
    return HoldGround.PRESERVATION_ORDER if file.basis.preserves else HoldGround.AUTHORITY_REQUEST
