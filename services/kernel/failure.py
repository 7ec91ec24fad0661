"""What went wrong, in words that hold no value of anybody: a class, a code, a place in the source (P18)."""

from __future__ import annotations

import traceback

from sqlalchemy.exc import SQLAlchemyError

from services.kernel.decider import Refused


def said(error: BaseException) -> str:
    """Class and code only: a text may quote a value."""
    code = error.code if isinstance(error, Refused) else getattr(getattr(error, "orig", None), "sqlstate", None)
    return f"{type(error).__name__}:{code}"[:200] if code else type(error).__name__[:200]


def place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames or isinstance(error, SQLAlchemyError):
        return said(error)
    return f"{said(error)} at {frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}"
