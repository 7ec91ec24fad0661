"""What a production process does not start with."""

from __future__ import annotations

import pytest

from services.kernel.configuration import Configuration, ConfigurationError


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://post:25", "CRISISCONNECT_DISCLOSURE_BASES": "bases.json"}, "DISCLOSURE_BASES"),
    ],
)
def test_in_production_mail_goes_out_and_nobody_s_term_is_cut_short(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], named: str
) -> None:
    for name in ("SMTP_URL", "CRISISCONNECT_DISCLOSURE_BASES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CRISISCONNECT_ENV", "development")
    assert Configuration.read().development

    monkeypatch.setenv("CRISISCONNECT_ENV", "production")
    with pytest.raises(ConfigurationError, match=named):
        Configuration.read()
