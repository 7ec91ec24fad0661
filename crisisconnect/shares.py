"""What each process may hold of `secrets/`: in a container of its own it gets this and no more."""

from __future__ import annotations

from crisisconnect.topology import CALLS, RELAYS, SERVICES


def share(process: str) -> list[str]:
    """The files of one process, relative to `secrets/`; a service mints its key-encryption keys itself."""
    held = ["installation.json", f"broker/{process}.password"]
    held += [f"rpc/{process}--{service}.key" for service in CALLS.get(process, ())]
    if process in SERVICES:
        held += [f"rpc/{caller}--{process}.key" for caller, called in CALLS.items() if process in called]
    if process in RELAYS:
        held.append(f"signing/{process.removesuffix('-relay')}.seed")
    if process == "audit-ingest":
        held.append("signing/log.seed")
    return sorted(set(held))


def passing(process: str) -> list[str]:
    """Files that a process holds only for a while: a signing key that is to come, for who will sign with it."""
    return [f"signing/{process.removesuffix('-relay')}.next.seed"] if process in RELAYS else []
