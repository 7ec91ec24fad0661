"""What nobody needs any more is forgotten as soon as the log says so (P06)."""

from __future__ import annotations

from services.org.reactions import forgotten
from tests.examples import org


def test_the_invited_beheerders_address_goes_once_auth_has_it() -> None:
    assert forgotten(org.first_beheerder_invited(), []) == {f"invitee/{org.INVITEE}"}


def test_earlier_contacts_go_and_later_ones_stay() -> None:
    history = [org.organisation_registered(), *(org.contact_published(contact=name) for name in "abc")]
    assert forgotten(history[1], history) == set()
    assert forgotten(history[2], history) == {"contact/a"}
    assert forgotten(history[3], history) == {"contact/a", "contact/b"}


def test_a_new_name_forgets_nobody() -> None:
    assert forgotten(org.organisation_renamed(), []) == set()
