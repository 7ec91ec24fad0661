"""What waits, as it is shown."""

from __future__ import annotations

from marshmallow import Schema, fields as m
from marshmallow.validate import Range

from gateway.schemas.fields import Number, Page, page_of


class MostAtOnce(Page):
    """As many as there may be on a page, where nobody asks for fewer."""

    limit = Number(load_default=100, validate=Range(1, 100))


class TaskShown(Schema):
    """`path` is where it is seen and done; `due` is null where nothing but care says by when."""

    kind = m.String(required=True)
    id = m.String(required=True)
    organisation = m.String(required=True)
    since = m.String(required=True, allow_none=True)
    due = m.String(required=True, allow_none=True)
    overdue = m.Boolean(required=True)
    path = m.String(required=True)


TASKS = page_of(TaskShown, "Tasks")
