"""Every service is asked at once how it keeps its promises; one that does not answer in time is known by that."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.kernel.calls.rpc import Unavailable
from services.kernel.decider import Refused

Ask = Callable[[str], Mapping[str, Any]]
Told = dict[str, Mapping[str, Any] | None]


def ask_each(services: Sequence[str], ask: Ask) -> Told:
    """What each tells, None for one that raised Unavailable or Refused. What else it raises is raised here."""
    told: Told = dict.fromkeys(services)
    broken: list[Exception] = []

    def one(service: str) -> None:
        try:
            told[service] = ask(service)
        except (Unavailable, Refused):
            return
        except Exception as error:  # noqa: BLE001 - it is raised where somebody waits for it
            broken.append(error)

    threads = [threading.Thread(target=one, args=(service,), daemon=True) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return told
