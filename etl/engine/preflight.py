"""Before a run: a look whether what the state believes in is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.model.problem import Problem, Severity

if TYPE_CHECKING:
    from etl.model.known import Scope
    from etl.model.ports import Target

_SAMPLE = 50  # records looked up
_TOO_MANY = 0.2  # share of missing ones from which the target counts as wiped or restored


def missing_records(scope: Scope, target: Target) -> tuple[bool, Problem | None]:
    """Looks a sample of confirmed records up: (the target was wiped or restored, what to tell)."""
    believed: dict[str, list[str]] = {}
    for entity, number in scope.sample(_SAMPLE):
        believed.setdefault(entity, []).append(number)
    asked = sum(len(ids) for ids in believed.values())
    alive = sum(len(target.alive(entity, ids)) for entity, ids in believed.items())
    missing = asked - alive
    if not missing:
        return False, None
    wiped = missing >= asked * _TOO_MANY
    told = f"{missing} of {asked} records that earlier runs confirmed are not on the target"
    hint = (
        "it was wiped or restored: everything is sent again"
        if wiped
        else "run with --full to bring deleted records back"
    )
    return wiped, Problem("TARGET_LOST", told, severity=Severity.WARNING, hint=hint)
