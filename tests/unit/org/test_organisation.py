"""An organisation is registered once, and always says whom its people can turn to."""

from __future__ import annotations

from services.contracts.org import OrganisationKind
from services.org.domain.organisation import Change, Contact, NoteInvitation, Register, decider
from tests.examples import org
from tests.given import given

CONTACT = Contact(id=org.CONTACT, name="Sanne Bakker", email="crisis@voorbeeld.example", phone="+31 20 555 0100")
REGISTER = Register(
    organisation=org.GEMEENTE,
    name="Gemeente Voorbeeld",
    kind=OrganisationKind.PUBLIC,
    invitee=org.INVITEE,
    beheerder_email="sanne@voorbeeld.example",
    contact=CONTACT,
    at=org.MORNING,
)
INVITED = NoteInvitation(organisation=org.GEMEENTE, invitation=org.INVITATION, at=org.MORNING)


def change(**what):
    return Change(organisation=org.GEMEENTE, at=org.MORNING, **what)


def test_registering_names_the_contact_in_the_same_breath():
    given(decider).when(REGISTER).then(org.organisation_registered(), org.contact_published())


def test_registering_again_changes_nothing():
    given(decider, org.organisation_registered()).when(REGISTER).then()


def test_the_makers_own_organisation_has_nobody_to_invite():
    maker = Register(organisation="m", name="Maker", kind=OrganisationKind.MAKER, at=org.MORNING)
    registered = org.organisation_registered(
        organisation="m",
        name="Maker",
        organisation_kind=OrganisationKind.MAKER,
        invitee=None,
        beheerder_email=None,
    )
    given(decider).when(maker).then(registered)
    note = NoteInvitation(organisation="m", invitation="i", at=org.MORNING)
    given(decider, registered).when(note).then()


def test_a_new_name_is_recorded_and_the_same_name_is_not():
    history = (org.organisation_registered(), org.contact_published())
    given(decider, *history).when(change(name="Gemeente Voorbeeldstad")).then(org.organisation_renamed())
    given(decider, *history).when(change(name="Gemeente Voorbeeld")).then()
    renamed = (*history, org.organisation_renamed())
    given(decider, *renamed).when(change(name="Gemeente Voorbeeldstad", if_match=3)).then()
    given(decider, *renamed).when(change(name="Anders", if_match=2)).refused("precondition_failed")


def test_the_same_contact_is_not_published_twice():
    history = (org.organisation_registered(), org.contact_published())
    given(decider, *history).when(change(contact=CONTACT)).then()


def test_a_change_based_on_an_older_reading_is_refused():
    history = (org.organisation_registered(), org.contact_published())
    given(decider, *history).when(change(name="Anders", if_match=1)).refused("precondition_failed")
    given(decider, *history).when(change(name="Gemeente Voorbeeldstad", if_match=2)).then(org.organisation_renamed())


def test_an_invitation_does_not_make_a_reading_old():
    history = (org.organisation_registered(), org.contact_published(), org.first_beheerder_invited())
    given(decider, *history).when(change(name="Gemeente Voorbeeldstad", if_match=2)).then(org.organisation_renamed())


def test_an_unknown_organisation_cannot_be_changed():
    given(decider).when(change(name="Anders")).refused("not_found")


def test_the_first_beheerder_is_invited_once():
    given(decider, org.organisation_registered()).when(INVITED).then(org.first_beheerder_invited())
    given(decider, org.organisation_registered(), org.first_beheerder_invited()).when(INVITED).then()


def test_a_history_that_lost_its_personal_values_decides_the_same():
    forgotten = org.contact_published(contact_name=None, contact_email=None, contact_phone=None)
    history = (org.organisation_registered(beheerder_email=None), forgotten)
    given(decider, *history).when(change(contact=CONTACT)).then()
