"""A source's seeds as they lie in `secrets/`: the one that holds, and for a while the one that comes."""

from __future__ import annotations

import base64
from pathlib import Path

from services.kernel.signing.note import SeedMissing, Signer


class SeedFiles:
    """Looks anew each time it is asked for another key: a rotation brings a file and takes one away."""

    def __init__(self, signing: Path, source: str, name: str, pin: str) -> None:
        """`signing` holds `<source>.seed` and maybe `<source>.next.seed`; `pin` is the source's first verifier key."""
        self.name = name
        self._pin = pin
        # What comes is looked for first: it takes the other's name once it holds, and is never in neither place.
        self._paths = signing / f"{source}.next.seed", signing / f"{source}.seed"
        self._kept: Signer | None = None

    def of(self, vkey: str | None) -> Signer:
        """The signer with this verifier key, the pinned one where it is None. Raises SeedMissing."""
        wanted = vkey or self._pin
        if self._kept is None or self._kept.verifier.vkey != wanted:
            found = (self._read(path) for path in self._paths)
            kept = next((one for one in found if one is not None and one.verifier.vkey == wanted), None)
            if kept is None:
                raise SeedMissing(f"no seed of {self.name} here is that of {wanted}")
            self._kept = kept
        return self._kept

    def _read(self, path: Path) -> Signer | None:
        """None for a file that is not there, or that is being destroyed."""
        try:
            seed = base64.b64decode(path.read_text())
            return Signer(self.name, seed)
        except (FileNotFoundError, ValueError):
            return None
