"""A password is kept as a hash that costs whoever guesses what OWASP asks at the least (P09)."""

from __future__ import annotations

from argon2 import Type, extract_parameters

from services.auth.app import passwords
from tests.unit.auth.world import PASSWORD


def test_a_password_costs_nineteen_mebibytes_and_two_passes_at_the_least(costly_passwords):
    hashed = passwords.checked(PASSWORD, [])
    kept = extract_parameters(hashed)

    assert (kept.type, kept.hash_len, kept.salt_len) == (Type.ID, 32, 16)
    assert kept.memory_cost >= 19 * 1024
    assert kept.time_cost >= 2
    assert passwords.matches(hashed, PASSWORD)
    assert not passwords.matches(hashed, PASSWORD + "2")
