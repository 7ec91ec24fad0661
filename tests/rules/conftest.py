from __future__ import annotations

from tests.made import compile_once

compile_once()
