"""Who else has seen this checkpoint: a cosignature counts only under a key that was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from services.reader.checkpoint import Checkpoint
from services.reader.note import COSIGNATURE_V1, Malformed, VerifierKey, parse_vkey
from services.reader.report import Damage, Findings, Unusable


class Witnesses:
    """Those whose cosignatures are asked for, and how many of them it takes."""

    def __init__(self, vkeys: Sequence[str] = (), quorum: int | None = None) -> None:
        """`vkeys`: cosignature/v1 (0x04). Without a `quorum` every one must have cosigned. Raises Unusable."""
        try:
            self._keys = tuple(dict.fromkeys(parse_vkey(vkey) for vkey in vkeys))
        except Malformed as error:
            raise Unusable(f"a witness's verifier key is unreadable: {error}") from error
        if any(key.algorithm != COSIGNATURE_V1 for key in self._keys):
            raise Unusable("a witness's verifier key is of type cosignature/v1 (0x04)")
        cosigners = len({key.public_key for key in self._keys})
        self._quorum = cosigners if quorum is None else quorum
        if not 0 <= self._quorum <= cosigners:
            raise Unusable(f"a quorum of {self._quorum} can never be reached by {cosigners} witnesses")

    def judge(self, checkpoint: Checkpoint, findings: Findings) -> tuple[str, ...]:
        """The names of those that cosigned. Too few, or a cosignature that fails, is damage."""
        signed: dict[bytes, str] = {}
        for key in self._keys:
            lines = [line for line in checkpoint.note.signatures if (line.name, line.key_id) == (key.name, key.key_id)]
            if not lines:
                continue
            if key.verifies(checkpoint.note.text, lines[0].blob):
                signed.setdefault(key.public_key, key.name)
            else:
                findings.add(Damage.NOT_WITNESSED, None, "checkpoint", f"the cosignature of {key.name} fails")
        if len(signed) < self._quorum:
            missing = ", ".join(key.name for key in self._keys if key.public_key not in signed)
            detail = f"{len(signed)} of {self._quorum} cosignatures; none that holds of {missing}"
            findings.add(Damage.NOT_WITNESSED, None, "checkpoint", detail)
        return tuple(signed.values())

    def strangers(self, checkpoint: Checkpoint, log: VerifierKey) -> tuple[str, ...]:
        """The names on signature lines that neither the log's key nor a witness's can judge."""
        known = {(key.name, key.key_id) for key in (log, *self._keys)}
        return tuple(line.name for line in checkpoint.note.signatures if (line.name, line.key_id) not in known)
