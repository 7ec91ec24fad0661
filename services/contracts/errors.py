"""Every reason to say no, once, with the HTTP status it becomes. The codes are part of the contract."""

from __future__ import annotations

from enum import Enum


class Problem(Enum):
    """`code`, status, title. A code is stable for ever; words belong to the reader's language."""

    # 400
    MALFORMED = ("malformed", 400, "The request cannot be read.")
    DUPLICATE_KEY = ("duplicate_key", 400, "A JSON object names the same key twice.")
    NOT_UTF8 = ("not_utf8", 400, "The body is not UTF-8.")
    TOO_DEEP = ("too_deep", 400, "The body is nested too deeply.")
    CURSOR_INVALID = ("cursor_invalid", 400, "The cursor does not belong to this list.")
    # 401
    UNAUTHENTICATED = ("unauthenticated", 401, "Sign in first.")
    SIGN_IN_FAILED = ("sign_in_failed", 401, "The user name and password do not belong together.")
    # 403
    FORBIDDEN = ("forbidden", 403, "Your role does not allow this.")
    SECOND_OFFICER_NEEDED = ("second_officer_needed", 403, "Another officer has to do this.")
    COMPLIANCE_NEEDED = ("compliance_needed", 403, "A compliance officer has to do this.")
    WRONG_CODE = ("wrong_code", 403, "That is not the code.")
    # 404, 405, 410
    NOT_FOUND = ("not_found", 404, "There is nothing here for you.")
    METHOD_NOT_ALLOWED = ("method_not_allowed", 405, "This path does not take that method.")
    INVITATION_EXPIRED = ("invitation_expired", 410, "The invitation has expired.")
    INVITATION_USED = ("invitation_used", 410, "The invitation has been used or withdrawn.")
    LOG_PRUNED = ("log_pruned", 410, "The log's own term is over for this; its hash is still there.")
    DELIVERY_COLLECTED = ("delivery_collected", 410, "This has been collected; it is here no more.")
    DELIVERY_EXPIRED = ("delivery_expired", 410, "The time in which this could be collected is over.")
    DELIVERY_VOID = ("delivery_void", 410, "This cannot be collected any more; another can be made.")
    REQUEST_TIMEOUT = ("request_timeout", 408, "The request took too long to arrive.")
    # 409
    USERNAME_TAKEN = ("username_taken", 409, "That user name is taken.")
    ALREADY_INVITED = ("already_invited", 409, "That address has an open invitation or an account here.")
    ACCOUNT_CLOSED = ("account_closed", 409, "The account is closed.")
    UNKNOWN_METHOD = ("unknown_method", 501, "This part does not know how to do that.")
    ACCOUNT_UNKNOWN = ("account_unknown", 404, "There is no such account.")
    LAST_BEHEERDER = ("last_beheerder", 409, "The organisation would be left without a Beheerder.")
    ERASED = ("erased", 409, "The person has been erased.")
    AGREEMENT_MISSING = ("agreement_missing", 409, "No processing agreement is in force.")
    PURPOSE_NOT_AGREED = ("purpose_not_agreed", 409, "The agreement in force does not cover this purpose.")
    CATEGORY_NOT_AGREED = ("category_not_agreed", 409, "The agreement in force does not cover this category.")
    CONSENT_NEEDED = ("consent_needed", 409, "This needs the person's consent, and there is none in force.")
    AGREEMENT_NOT_OPEN = ("agreement_not_open", 409, "The agreement takes no signature any more.")
    AGREEMENT_NOT_SIGNED = ("agreement_not_signed", 409, "Both sides have yet to sign this agreement; propose another.")
    DOCUMENT_SIGNED_BEFORE = ("document_signed_before", 409, "That document was signed for an earlier version.")
    ALREADY_SIGNED = ("already_signed", 409, "This side has signed with other particulars.")
    DOCUMENT_DIFFERS = ("document_differs", 409, "The other side has signed another document.")
    AGREEMENT_NOT_ENDED = ("agreement_not_ended", 409, "No processing agreement has been terminated.")
    LEAVING_NOT_CHOSEN = ("leaving_not_chosen", 409, "Choose first what becomes of everything.")
    ORGANISATION_LEFT = ("organisation_left", 409, "The organisation has left.")
    OBJECTION_UPHELD = ("objection_upheld", 409, "The person objected to this purpose, and was right.")
    SUB_PROCESSOR_WITHDRAWN = ("sub_processor_withdrawn", 409, "That sub-processor receives nothing of you any more.")
    INSTRUCTION_CLOSED = ("instruction_closed", 409, "The instruction was carried out or taken back.")
    HELD = ("held", 409, "A hold suspends this.")
    HOLD_ENDED = ("hold_ended", 409, "The hold has ended.")
    TOO_LATE = ("too_late", 409, "The erasure has been ordered; that cannot be changed any more.")
    NOT_BRAKED = ("not_braked", 409, "Nothing holds this erasure back that could be released.")
    INCIDENT_CLOSED = ("incident_closed", 409, "The incident has been closed.")
    CONTROLLERS_UNINFORMED = ("controllers_uninformed", 409, "Some controllers have not been told of the incident.")
    COMPLAINT_ANSWERED = ("complaint_answered", 409, "The complaint has been answered.")
    IDENTITY_NEEDED = ("identity_needed", 409, "First somebody has to say how they know that it is this person.")
    IDENTITY_KNOWN = ("identity_known", 409, "It was recorded how this person is known to be who they say.")
    REQUEST_CLOSED = ("request_closed", 409, "The data request has been answered.")
    NOT_DELIVERED = ("not_delivered", 409, "A request of this kind is not answered with a file.")
    ANSWER_TOO_LARGE = ("answer_too_large", 409, "The answer is larger than 8 MiB; it has to be given another way.")
    ALREADY_EXTENDED = ("already_extended", 409, "The term has been extended, and can be no further.")
    TERM_OVER = ("term_over", 409, "The term in which this could be done is over.")
    RESTRICTED = ("restricted", 409, "The person asked that their data is kept and used no further.")
    NOT_RESTRICTED = ("not_restricted", 409, "This request restricts nothing, or does no longer.")
    ACCOUNT_NEEDS_PURPOSE = ("account_needs_purpose", 409, "Without this purpose there is no account: erase it.")
    REVIEW_INCOMPLETE = ("review_incomplete", 409, "Of some open accounts nothing was decided.")
    STEP_MISSING = ("step_missing", 409, "A step that comes before this one is missing.")
    STEP_DONE = ("step_done", 409, "This step has been taken.")
    DISCLOSURE_CLOSED = ("disclosure_closed", 409, "The disclosure has been closed or rejected.")
    CONSULTATION_BARRED = ("consultation_barred", 409, "A law forbids that the organisation knows of this.")
    CONSULTATION_NOT_DUE = ("consultation_not_due", 409, "This goes to the organisation itself.")
    CONSULTATION_KEY_MISSING = ("consultation_key_missing", 409, "The organisation has published no consultation key.")
    SECOND_CONTACT_NEEDED = ("second_contact_needed", 409, "The second contact has to be asked, as the file says.")
    CONTROLLER_DECIDES = ("controller_decides", 409, "On this legal basis nothing is given without the controller.")
    NOTHING_GRANTED = ("nothing_granted", 409, "Of what was asked nothing may be given on this legal basis.")
    SCOPE_CHANGED = ("scope_changed", 409, "Another version of the scope is in force.")
    WRITTEN_FORM_MISSING = ("written_form_missing", 409, "The written form of an oral order has not come.")
    PACKAGE_DIFFERS = ("package_differs", 409, "That is not the package that was assembled.")
    PACKAGE_TOO_LARGE = ("package_too_large", 409, "The package is larger than one may be; grant less in one file.")
    SECRECY_UNLIFTED = ("secrecy_unlifted", 409, "The organisation may not know of this yet; lift that first.")
    NOT_YET = ("not_yet", 409, "This has not happened yet.")
    FIELD_INACTIVE = ("field_inactive", 409, "The field takes no values: no supplement names it, or it was retired.")
    FIELD_SETTLED = ("field_settled", 409, "The field needs no supplement: it is active or was retired.")
    SUPPLEMENT_OPEN = ("supplement_open", 409, "Another supplement was asked for and waits for its answer.")
    SUPPLEMENT_ANSWERED = ("supplement_answered", 409, "The supplement has been published or refused.")
    LIMIT_REACHED = ("limit_reached", 409, "There are as many of these as there may be.")
    CONFLICT = ("conflict", 409, "Somebody else changed this at the same moment; try again.")
    IDEMPOTENCY_MISMATCH = ("idempotency_mismatch", 409, "The idempotency key was used with another body.")
    # 412, 413, 415
    PRECONDITION_FAILED = ("precondition_failed", 412, "The object has changed since you read it.")
    TOO_LARGE = ("too_large", 413, "The body is larger than 1 MiB.")
    UNSUPPORTED_MEDIA_TYPE = ("unsupported_media_type", 415, "Send application/json.")
    HEADERS_TOO_LARGE = ("headers_too_large", 431, "The headers are larger than 32 KiB.")
    # 422
    INVALID = ("invalid", 422, "Some fields are not right.")
    UNKNOWN_FIELD = ("unknown_field", 422, "Some fields are not known.")
    WEAK_PASSWORD = ("weak_password", 422, "The password is too short or too well known.")
    WRONG_PASSWORD = ("wrong_password", 422, "The present password is not right.")
    PERIOD_INVALID = ("period_invalid", 422, "The period ends before it starts.")
    MOMENT_IMPOSSIBLE = ("moment_impossible", 422, "That moment has yet to come, or was before the account.")
    BASIS_UNKNOWN = ("basis_unknown", 422, "There is no such legal basis, or it asks for something else.")
    SECRECY_NOT_ALLOWED = ("secrecy_not_allowed", 422, "This cannot be secret so, or secrecy needs a day of review.")
    SIGNATURE_INVALID = ("signature_invalid", 422, "It is not the signature of the organisation's consultation key.")
    RECIPIENT_INVALID = ("recipient_invalid", 422, "This is no public key of age.")
    CASE_NEEDED = ("case_needed", 422, "A case number is needed for this.")
    GROUND_NEEDED = ("ground_needed", 422, "The ground on which this is done is needed.")
    EXPIRY_NEEDED = ("expiry_needed", 422, "The moment at which this ends is needed.")
    EXPIRY_INVALID = ("expiry_invalid", 422, "It ends before now, or later than may be.")
    ROLE_NOT_ALLOWED = ("role_not_allowed", 422, "That role does not exist in this organisation.")
    STATEMENT_UNKNOWN = ("statement_unknown", 422, "No such version of the statement was published.")
    CATEGORY_NOT_STATED = ("category_not_stated", 422, "The statement does not list this category.")
    FIELD_NOT_NAMED = ("field_not_named", 422, "The text does not name every field by its label.")
    MARKUP_NOT_ALLOWED = ("markup_not_allowed", 422, "No HTML, images or links other than https, tel and mailto.")
    # 429, 5xx
    THROTTLED = ("throttled", 429, "Too many attempts; wait.")
    INTERNAL = ("internal", 500, "Something went wrong here; it has been recorded.")
    UNAVAILABLE = ("unavailable", 503, "A part is away; try again shortly.")

    def __init__(self, code: str, status: int, title: str) -> None:
        self.code = code
        self.status = status
        self.title = title


BY_CODE = {problem.code: problem for problem in Problem}
