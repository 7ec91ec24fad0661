"""What nobody needs any more is forgotten as soon as the log says so (P06)."""

from __future__ import annotations

from services.org.reactions import forgotten
from tests.examples import org


def test_the_invited_beheerders_address_goes_once_auth_has_it() -> None:
    assert forgotten(org.first_beheerder_invited(), None) == {f"invitee/{org.INVITEE}"}


def test_each_contact_forgets_the_one_before_it() -> None:
    first, second = (org.contact_published(contact=name) for name in "ab")
    assert forgotten(first, None) == set()
    assert forgotten(second, first) == {"contact/a"}


def test_a_new_name_forgets_nobody() -> None:
    assert forgotten(org.organisation_renamed(), None) == set()
