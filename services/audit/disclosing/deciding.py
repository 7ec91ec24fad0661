"""What may be given of what was asked, and who decides it: two officers, neither of whom opened the file (P08)."""

from __future__ import annotations

from typing import Any

from services.audit.disclosing import shapes
from services.audit.disclosing.copies import Copies
from services.audit.disclosing.file import File, Files, as_json
from services.audit.disclosing.holding import release
from services.audit.disclosing.sources import Sources
from services.audit.packaging.scope import Reach, Removed, Scope, document
from services.contracts.audit import DisclosureApproved, DisclosureRejected, DisclosureScoped
from services.kernel.context import Context
from services.kernel.decider import Refused


class Deciding:
    def __init__(self, files: Files, sources: Sources, copies: Copies) -> None:
        self._files, self._sources, self._copies = files, sources, copies

    def scope(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """Set what is granted: never what the basis does not reach, and less than that for reasons alone.

        Answers `version` and `digest`, which are what is approved. Raises Refused: `nothing_granted`,
        `controller_decides`, `ground_needed` where something is left out without a reason.
        """
        given, file = shapes.loaded(shapes.Scoping, said), self._files.read(disclosure)
        asked = set(file.asked.categories)
        granted = _granted(file, given)
        before = file.state.scope
        scope = Scope(
            version=before.scope_version + 1 if before else 1,
            salt=file.salt,
            asked=file.asked,
            granted=granted,
            removed=_removed(file, granted, given.get("reasons")),
        )
        step = self._files.step(
            context,
            file,
            DisclosureScoped,
            scope_version=scope.version,
            digest=scope.digest(disclosure),
            rule=file.basis.rule,
            asked=tuple(sorted(asked)),
            granted=granted.categories,
            unreached=tuple(sorted(asked - file.basis.reaches)),
            people=len(granted.people),
            scope=as_json(document(scope)),
        )
        return self._files.take(context, file, step, version=scope.version, digest=step.digest)

    def approve(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        """Raises Refused: `second_officer_needed`, `scope_changed`, `written_form_missing`."""
        given, file = shapes.loaded(shapes.Approval, said), self._files.read(disclosure)
        chosen = {"scope_version": given["version"], "digest": given["digest"]}
        return self._files.take(context, file, self._files.step(context, file, DisclosureApproved, **chosen))

    def reject(self, context: Context, disclosure: str, **said: Any) -> dict[str, Any]:
        given, file = shapes.loaded(shapes.Rejection, said), self._files.read(disclosure)
        answer = self._files.take(context, file, self._files.step(context, file, DisclosureRejected, **given))
        self._copies.let_go()
        release(self._files.read(disclosure), self._sources, context.actor)
        return answer


def _granted(file: File, given: dict[str, Any]) -> Reach:
    asked = file.asked
    people = set(given.get("people", asked.people))
    since, until = given.get("since", asked.since), given.get("until", asked.until)
    if not people <= set(asked.people):
        raise Refused("invalid", errors={"people": ["Not among those who were asked for."]})
    if (asked.since and (not since or since < asked.since)) or (asked.until and (not until or until > asked.until)):
        raise Refused("period_invalid")
    if since and until and until <= since:
        raise Refused("period_invalid")
    categories = set(given.get("categories", asked.categories)) & set(asked.categories) & file.basis.reaches
    return Reach(people=tuple(sorted(people)), categories=tuple(sorted(categories)), since=since, until=until)


def _removed(file: File, granted: Reach, reasons: str | None) -> tuple[Removed, ...]:
    """Each thing between what was asked and what is given, with why; the basis is a reason of its own."""
    asked, unreached = file.asked, set(file.asked.categories) - file.basis.reaches
    narrower = [f"category/{one}" for one in sorted(set(asked.categories) - unreached - set(granted.categories))]
    narrower += [f"person/{label}" for label in sorted(set(asked.people) - set(granted.people))]
    narrower += [name for name in ("since", "until") if getattr(asked, name) != getattr(granted, name)]
    if narrower and reasons is None:
        raise Refused("ground_needed")
    by_law = [Removed(what=f"category/{one}", reason=f"{file.basis.rule}") for one in sorted(unreached)]
    return (*by_law, *(Removed(what=what, reason=reasons or "") for what in narrower))
