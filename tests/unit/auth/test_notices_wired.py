"""Who has to know that something waits is mailed once, and reads in the mail nothing of what it is (P07, P08, P19)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from services.auth.app import mail, texts
from services.auth.app.notices import PLACES, REMINDERS
from services.auth.reactions import TOLD, notice
from services.auth.views import work
from services.contracts.audit import Contact
from services.contracts.auth import NoticeGiven, NoticeKind
from services.contracts.retention import Reminder, RequestFulfilled, RequestReminded
from services.kernel.calls.rpc import Unavailable
from services.kernel.envelope import Envelope, Recorded
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.kernel.store import eventstore
from tests.examples import audit as audit_examples, org as org_examples, retention as retention_examples
from tests.unit.auth.world import GEMEENTE, MAKER, World

BEA, SECOND = "bea@voorbeeld.example", "balie@voorbeeld.example"
FILE = "9d2c7b1e-3f4a-4b5c-8d6e-7f8091a2b3c4"


class Away:
    """A mail server that does not answer."""

    def send(self, to: str, subject: str, text: str) -> None:
        raise ConnectionRefusedError


def entry(event: Event, index: int = 9, identity: str | None = None) -> Entry:
    """An event as it stands in the log."""
    at = getattr(event, "at")  # noqa: B009 - every event has it
    envelope = Envelope(
        id=identity or str(uuid4()),
        source="/org",
        type=event.type,
        subject="x",
        time=at,
        actor="system/org",
        correlationid="c",
    )
    return Entry(index, Recorded(envelope=envelope, event=event, sealed={}, index={}, stream="x", version=1), b"")


def followed(world: World, one: Entry) -> None:
    world.auth.before(one)
    with world.auth.store.engine.begin() as session:
        world.auth.handle(world.auth.store.follow(session, world.auth.own_context()), one)


def announced(**but: Any) -> Event:
    return org_examples.sub_processor_announced(organisation=GEMEENTE, **but)


def consulted(contact: Contact) -> Event:
    return audit_examples.beheerder_consulted(disclosure=FILE, organisation=MAKER, contact=contact)


def told(world: World) -> list[NoticeGiven]:
    with world.auth.store.reading() as session:
        lines = session.execute(select(eventstore.events.c.line).order_by(eventstore.events.c.position)).scalars()
        found = [eventstore.parse(line).event for line in lines]
    return [event for event in found if isinstance(event, NoticeGiven)]


def mails(world: World, subject: str) -> list[dict[str, Any]]:
    world.auth.mailer.send_due()
    return [one for one in world.auth.mailer.shown(None) if subject in one["subject"]]


def beheerders(world: World) -> None:
    world.registered(BEA, "bea", "beheerder")
    world.registered("boris@voorbeeld.example", "boris", "beheerder")
    world.registered()


@pytest.mark.parametrize("kind", TOLD, ids=lambda kind: kind.__name__)
def test_every_event_that_waits_for_somebody_has_words_for_it_in_both_languages(kind: type[Event]) -> None:
    examples = {**vars(audit_examples), **vars(org_examples), **vars(retention_examples)}
    made = examples[re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()]()
    if isinstance(made, RequestFulfilled):
        made = replace(made, erasure=None)
    if isinstance(made, RequestReminded):
        made = replace(made, why=Reminder.OVERDUE)

    found = notice(made)

    assert found is not None
    dutch, english = mail.halves(texts.TEXTS[found.about.value][1])
    for part in (dutch, english):
        assert ("{until}" in part) == (found.until is not None)
        assert "{about}" in part
    assert english.count("{link}") == 1


@pytest.mark.parametrize(
    ("at", "dutch", "english"),
    [
        ("2026-03-01T13:05:00+00:00", "1 maart 2026 om 14.05 uur", "1 March 2026 at 14:05"),
        ("2026-06-30T22:00:00+00:00", "1 juli 2026", "1 July 2026"),
    ],
)
def test_a_moment_is_said_as_each_language_says_it_by_dutch_time(at: str, dutch: str, english: str) -> None:
    waiting = mail.kept(datetime.fromisoformat(at))
    assert (mail.spoken(waiting, "nl"), mail.spoken(waiting, "en")) == (dutch, english)
    assert (mail.spoken(FILE, "nl"), mail.spoken(None, "en")) == (FILE, None)


def test_every_mail_says_only_where_of_what_id_and_until_when() -> None:
    for subject, body in texts.TEXTS.values():
        assert set(re.findall(r"{(\w+)}", subject + body)) <= {"link", "about", "until"}
        dutch, english = mail.halves(body)
        assert (dutch.count("{link}"), english.count("{link}")) == (1, 1), "in Dutch and in English"
        assert dutch.count("\n\n") == english.count("\n\n")
        assert (re.search(r"\b(the|your)\b", dutch), re.search(r"\b(het|uw|wij)\b", english)) == (None, None)
    assert set(PLACES) == set(NoticeKind)
    assert set(texts.TEXTS) >= {kind.value for kind in NoticeKind} | set(REMINDERS.values())


def test_each_beheerder_is_mailed_once_that_there_is_a_sub_processor_and_until_when_one_can_object(
    world: World,
) -> None:
    beheerders(world)
    event = announced()

    followed(world, entry(event, identity="0195538e-6f70-7182-8d94-af00b1c2d3e4"))

    found = mails(world, "sub-processor")
    assert {one["to"] for one in found} == {BEA, "boris@voorbeeld.example"}, "and no member"
    assert found[0]["links"] == [f"http://crisis.example/sub-processors/{event.sub_processor}"]  # type: ignore[attr-defined]
    assert all(mail.spoken(mail.kept(event.objections_until), lang) in found[0]["text"] for lang in ("nl", "en"))  # type: ignore[attr-defined, operator]
    [given] = told(world)
    assert (given.about, given.told, given.organisation) == (NoticeKind.SUB_PROCESSOR, 2, GEMEENTE)


def test_what_is_read_again_from_the_log_is_not_mailed_again(world: World) -> None:
    beheerders(world)
    one = entry(announced())

    for _ in range(2):
        followed(world, one)

    assert len(mails(world, "sub-processor")) == 2
    assert len(told(world)) == 1


def test_where_there_is_nobody_to_tell_the_log_says_so(world: World) -> None:
    followed(world, entry(announced()))

    assert [given.told for given in told(world)] == [0]


def test_mail_that_is_away_is_tried_again_and_the_notice_stays_one(world: World) -> None:
    world.registered(BEA, "bea", "beheerder")
    world.auth.mailer.send_due()
    there, world.auth.mailer._out = world.auth.mailer._out, Away()
    followed(world, entry(announced()))
    world.auth.mailer.send_due()
    world.auth.mailer._out = there
    assert mails(world, "sub-processor") == []

    with world.auth.store.engine.begin() as session:
        session.execute(work.mails.update().values(due="2026-01-01T00:00:00.000000Z"))

    assert [one["to"] for one in mails(world, "sub-processor")] == [BEA]
    assert len(told(world)) == 1


def test_of_a_consultation_the_beheerders_hear_that_it_waits_and_the_log_says_not_whose_it_is(world: World) -> None:
    beheerders(world)
    world.org.consultations[FILE] = {"waits": True, "organisation": GEMEENTE, "email": None}

    followed(world, entry(consulted(Contact.BEHEERDER)))

    found = mails(world, "geraadpleegd")
    assert len(found) == 2
    assert found[0]["links"] == [f"http://crisis.example/consultations/{FILE}"]
    [given] = told(world)
    assert (given.about, given.organisation, given.case) == (NoticeKind.CONSULTATION, MAKER, FILE)


def test_where_the_beheerder_may_be_the_suspect_only_the_second_contact_is_mailed(world: World) -> None:
    beheerders(world)
    world.org.consultations[FILE] = {"waits": True, "organisation": None, "email": SECOND}

    followed(world, entry(consulted(Contact.SECOND_CONTACT)))

    found = [one for one in mails(world, "") if FILE in one["text"]]
    assert [one["to"] for one in found] == [SECOND]
    [given] = told(world)
    assert (given.about, given.organisation, given.told) == (NoticeKind.SECOND_CONTACT, MAKER, 1)


def test_with_the_answer_goes_the_address_of_who_was_asked_outside_and_a_mail_still_on_its_way(world: World) -> None:
    world.org.consultations[FILE] = {"waits": True, "organisation": None, "email": SECOND}
    for _ in range(2):
        followed(world, entry(consulted(Contact.SECOND_CONTACT), identity=str(uuid4())))
        world.auth.mailer.send_due()
    followed(world, entry(consulted(Contact.SECOND_CONTACT)))

    followed(world, entry(audit_examples.consultation_lapsed(disclosure=FILE, organisation=MAKER), 10))

    assert world.auth.keyring.living([f"disclosure/{FILE}"]) == 0
    assert mails(world, "") == []
    with world.auth.store.reading() as session:
        assert session.execute(select(func.count()).select_from(work.mails)).scalar_one() == 0


def test_what_was_answered_before_anybody_was_mailed_is_not_said_to_wait(world: World) -> None:
    beheerders(world)
    world.org.consultations[FILE] = {"waits": False, "organisation": None, "email": None}

    followed(world, entry(consulted(Contact.BEHEERDER)))

    assert (mails(world, "geraadpleegd"), told(world)) == ([], [])


def test_while_nobody_says_whose_consultation_it_is_the_log_is_not_followed_further(world: World) -> None:
    beheerders(world)
    world.org.away = True
    with pytest.raises(Unavailable):
        followed(world, entry(consulted(Contact.BEHEERDER)))

    assert told(world) == []


def test_beheerders_are_reminded_by_a_mail_that_names_nobody(world: World) -> None:
    world.registered()
    world.registered("bea@voorbeeld.example", "bea", "beheerder")
    once = world.context(actor="system/retention", idempotency="remind", digest="remind")
    asked = {"organisation": GEMEENTE, "request": "0195538e-2b3c-7d4e-9f50-6b7c8d9e0f12", "why": Reminder.OVERDUE}
    answers = [world.auth.notices.remind(once, **asked) for _ in range(2)]
    world.auth.mailer.send_due()

    assert [answer["told"] for answer in answers] == [1, 1]
    mails = [mail for mail in world.auth.mailer.shown(None) if asked["request"] in mail["text"]]
    assert [mail["to"] for mail in mails] == ["bea@voorbeeld.example"]
    assert "is over" in mails[0]["text"]
    assert "Sanne" not in str(mails)


def overdue(**but: Any) -> Event:
    return retention_examples.request_reminded(why=Reminder.OVERDUE, **but)


def test_that_an_answer_is_due_soon_is_for_who_has_to_give_it() -> None:
    assert notice(retention_examples.request_reminded(why=Reminder.DUE_SOON)) is None


@pytest.mark.parametrize(
    ("made", "kind", "words"),
    [
        (retention_examples.request_extended, NoticeKind.REQUEST_EXTENDED, "takes longer"),
        (retention_examples.request_fulfilled, NoticeKind.REQUEST_FULFILLED, "was answered"),
        (retention_examples.request_refused, NoticeKind.REQUEST_REFUSED, "go to court"),
        (overdue, NoticeKind.REQUEST_LATE, "You need not wait"),
    ],
    ids=["extended", "fulfilled", "refused", "late"],
)
def test_who_asked_is_mailed_what_came_of_it_and_where_to_read_why(
    world: World, made: Any, kind: NoticeKind, words: str
) -> None:
    beheerders(world)
    account = world.registered("anna@voorbeeld.example", "anna")["account"]
    person = world.auth.people.pseudonym_of(account=account, organisation=GEMEENTE)["pseudonym"]
    event = made(account=person, organisation=GEMEENTE)
    one = entry(event)

    for _ in range(2):
        followed(world, one)

    found = [mail for mail in mails(world, "") if event.request in mail["text"]]
    assert [mail["to"] for mail in found] == ["anna@voorbeeld.example"], "the person, once, and nobody else"
    assert found[0]["links"] == [f"http://crisis.example/requests/{event.request}"]
    assert words in found[0]["text"]
    for authority in ("Autoriteit Persoonsgegevens", "supervisory authority"):
        assert authority in found[0]["text"]
    for words in ("reasons", "outcome"):
        assert str(getattr(event, words, "{}")) not in found[0]["text"]
    [given] = told(world)
    assert (given.about, given.organisation, given.case, given.told) == (kind, GEMEENTE, event.request, 1)


def test_who_is_gone_or_of_another_organisation_is_mailed_nothing(world: World) -> None:
    account = world.registered("anna@voorbeeld.example", "anna")["account"]
    person = world.auth.people.pseudonym_of(account=account, organisation=GEMEENTE)["pseudonym"]
    followed(world, entry(retention_examples.request_refused(account=person, organisation=MAKER), 9, str(uuid4())))
    followed(world, entry(retention_examples.request_refused(account=str(uuid4()), organisation=GEMEENTE), 10))

    assert mails(world, "afgewezen") == []
    assert [given.told for given in told(world)] == [0, 0]
