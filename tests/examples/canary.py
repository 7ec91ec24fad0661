"""A believable canary of any service: values that could be nobody's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.privacy import Category

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
CANARY = "6d1e2f3a-4b5c-4d6e-8f70-91a2b3c4d5e6"
MAKER = "0c1d2e3f-4a5b-4c6d-8e7f-8091a2b3c4d5"
MARK = "5f0b7c1e9d3a48266b1c0f7e2d9a4853"
FIELDS = {one.value: one.value for one in Category} | {Category.ORGANISATION.value: "organisation_name"}


def planted(kind: type[Any], service: str) -> Any:
    values = {FIELDS[one.value]: f'{one.value}, "vógel", {MARK}' for one in Category}
    return kind(planting=service, canary=CANARY, organisation=MAKER, at=MORNING, **values)


def destroyed(kind: type[Any], service: str) -> Any:
    at = MORNING + timedelta(days=1)
    return kind(planting=service, canary=CANARY, planted_at=MORNING, keys=11, looked=48_300_117, found=0, at=at)
