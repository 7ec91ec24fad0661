"""The one way out to authorities: a file that compliance officers work on, step by step (P07, P08)."""

from __future__ import annotations

import base64
from typing import Any

from marshmallow import Schema

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.route import Reach, Route
from gateway.schemas import disclosures as shapes
from gateway.schemas.fields import Page
from gateway.surface.record import OFFICERS
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

DISCLOSURES = "/v1/disclosures"
CONSULTATIONS = "/v1/organisations/{org}/consultations"
STEP = (Problem.STEP_MISSING, Problem.STEP_DONE, Problem.DISCLOSURE_CLOSED, Problem.ERASED)


async def _package(ask: Ask) -> Answer:
    """The age file, as it was sealed: whoever fetches it can read nothing of it."""
    found = await ask.call("audit.disclosure_package", {"disclosure": ask.path["disclosure"]})
    name = f'attachment; filename="{ask.path["disclosure"]}.zip.age"'.encode()
    content = base64.b64decode(found["package"])
    return Answer(200, content, media_type=b"application/octet-stream", headers=((b"content-disposition", name),))


def _step(
    name: str,
    summary: str,
    rpc: str,
    body: Schema | None,
    *problems: Problem,
    answer: Schema | None = None,
    **rest: Any,
) -> Route:
    return Route(
        method="POST",
        path=f"{DISCLOSURES}/{{disclosure}}/{name}",
        summary=summary,
        roles=OFFICERS,
        reach=Reach.SERVICE,
        rpc=f"audit.{rpc}",
        body=body,
        answer=answer or shapes.DisclosureStep(),
        purpose=Purpose.BEHEER_ACCESS,
        dangerous=True,
        problems=(*STEP, *problems),
        **rest,
    )


def _look(path: str, summary: str, **rest: Any) -> Route:
    return Route(method="GET", path=path, summary=summary, purpose=Purpose.BEHEER_ACCESS, dangerous=True, **rest)


ROUTES = (
    _look(
        DISCLOSURES,
        "The register of disclosures, hidden ones too, without a word that was written in them.",
        roles=OFFICERS,
        reach=Reach.OWN_ORGANISATION,
        rpc="audit.disclosures",
        query=Page(),
        paged=True,
        answer=shapes.DISCLOSURES,
    ),
    Route(
        method="POST",
        path=DISCLOSURES,
        summary="Open a file on what an authority asked, or on one's own suspicion.",
        roles=OFFICERS,
        rpc="audit.open_disclosure",
        body=shapes.DisclosureWish(),
        answer=shapes.DisclosureStep(),
        status=201,
        purpose=Purpose.BEHEER_ACCESS,
        dangerous=True,
        problems=(
            Problem.BASIS_UNKNOWN,
            Problem.SECRECY_NOT_ALLOWED,
            Problem.ACCOUNT_UNKNOWN,
            Problem.NOT_YET,
            Problem.PERIOD_INVALID,
        ),
    ),
    _look(
        f"{DISCLOSURES}/{{disclosure}}",
        "One file, with what was written in it.",
        roles=OFFICERS,
        reach=Reach.SERVICE,
        rpc="audit.disclosure",
        answer=shapes.DisclosureFile(),
    ),
    _step(
        "authenticate",
        "Enter that the authority was called back on a number found independently, and had asked indeed.",
        "authenticate_request",
        shapes.DisclosureAuthentication(),
        Problem.MOMENT_IMPOSSIBLE,
    ),
    _step(
        "written",
        "Enter the written form of an order that was given by word of mouth.",
        "write_down_order",
        shapes.DisclosureWrittenForm(),
        Problem.NOT_YET,
    ),
    _step(
        "hold",
        "Keep what was asked for: by holds or, in a hidden file, by a copy in the case.",
        "hold_disclosure",
        None,
        Problem.ACCOUNT_UNKNOWN,
        Problem.TOO_LATE,
        Problem.SECRECY_NOT_ALLOWED,
    ),
    _step(
        "consult",
        "Consult the organisation, or enter on which ground a law forbids it: that, another than the opener.",
        "consult",
        shapes.DisclosureConsulting(),
        Problem.CONSULTATION_BARRED,
        Problem.CONSULTATION_NOT_DUE,
        Problem.SECOND_CONTACT_NEEDED,
        Problem.SECOND_OFFICER_NEEDED,
        Problem.SECRECY_NOT_ALLOWED,
        Problem.PERIOD_INVALID,
        answer=shapes.DisclosureConsulted(),
    ),
    _step(
        "answer",
        "Enter what the second contact answered, under the organisation's consultation key.",
        "answer_for_second_contact",
        shapes.ConsultationAnswer(),
        Problem.CONSULTATION_KEY_MISSING,
        Problem.SIGNATURE_INVALID,
        Problem.TERM_OVER,
    ),
    _step(
        "scope",
        "Set what is granted of what was asked; every version has to be approved anew.",
        "scope_disclosure",
        shapes.DisclosureScope(),
        Problem.NOTHING_GRANTED,
        Problem.CONTROLLER_DECIDES,
        Problem.GROUND_NEEDED,
        Problem.PERIOD_INVALID,
        answer=shapes.DisclosureScopeSet(),
    ),
    _step(
        "approve",
        "Approve one version of the scope: two officers, neither of whom opened the file.",
        "approve_disclosure",
        shapes.DisclosureApproval(),
        Problem.SECOND_OFFICER_NEEDED,
        Problem.SCOPE_CHANGED,
        Problem.WRITTEN_FORM_MISSING,
    ),
    _step("reject", "Hand over nothing, and say why.", "reject_disclosure", shapes.DisclosureRejection()),
    _step(
        "assemble",
        "Gather what was approved into a package, sealed to its receiver's age key.",
        "assemble_disclosure",
        shapes.DisclosureAssembly(),
        Problem.RECIPIENT_INVALID,
        Problem.PACKAGE_TOO_LARGE,
        Problem.SCOPE_CHANGED,
        Problem.NOT_YET,
        answer=shapes.DisclosureMade(),
    ),
    _look(
        f"{DISCLOSURES}/{{disclosure}}/package",
        "The sealed package, to be handed over.",
        roles=OFFICERS,
        reach=Reach.SERVICE,
        handler=_package,
        media_type="application/octet-stream",
    ),
    _step(
        "hand-over",
        "Enter that the package was handed over, to whom, and for which receipt.",
        "hand_over_disclosure",
        shapes.DisclosureHandOver(),
        Problem.PACKAGE_DIFFERS,
        Problem.NOT_YET,
    ),
    _step(
        "notify",
        "Enter that the people were told; or why not yet, and when that is looked at again.",
        "notify_subject",
        shapes.DisclosureNotice(),
        Problem.SECRECY_UNLIFTED,
        Problem.NOT_YET,
        Problem.PERIOD_INVALID,
    ),
    _step(
        "notify-recipient",
        "Enter that whoever received the data was told what was corrected, restricted or erased since; or why not.",
        "inform_recipient",
        shapes.DisclosureInforming(),
        Problem.NOT_YET,
    ),
    _step(
        "review",
        "Enter that the organisation may not know yet, and when that is looked at again.",
        "review_secrecy",
        shapes.SecrecyReview(),
        Problem.PERIOD_INVALID,
    ),
    _step(
        "lift",
        "Lift secrecy: from now on the organisation sees the file.",
        "lift_secrecy",
        shapes.SecrecyLift(),
    ),
    _step(
        "close", "Close a file, of which the organisation may know.", "close_disclosure", None, Problem.SECRECY_UNLIFTED
    ),
    _look(
        CONSULTATIONS,
        "What the organisation was asked about disclosures, answered or not.",
        roles=frozenset({Role.BEHEERDER}),
        reach=Reach.ORGANISATION,
        rpc="audit.consultations",
        query=Page(),
        paged=True,
        answer=shapes.CONSULTATIONS,
    ),
    _look(
        f"{CONSULTATIONS}/{{consultation}}",
        "One consultation.",
        roles=frozenset({Role.BEHEERDER}),
        reach=Reach.ORGANISATION,
        rpc="audit.consultation",
        answer=shapes.Consultation(),
    ),
    Route(
        method="POST",
        path=f"{CONSULTATIONS}/{{consultation}}",
        summary="Agree, or object with reasons, under the organisation's consultation key; it is no veto.",
        roles=frozenset({Role.BEHEERDER}),
        reach=Reach.ORGANISATION,
        rpc="audit.answer_consultation",
        body=shapes.ConsultationAnswer(),
        answer=shapes.DisclosureStep(),
        purpose=Purpose.BEHEER_ACCESS,
        dangerous=True,
        problems=(
            *STEP,
            Problem.CONSULTATION_KEY_MISSING,
            Problem.SIGNATURE_INVALID,
            Problem.TERM_OVER,
            Problem.SCOPE_CHANGED,
        ),
    ),
)
