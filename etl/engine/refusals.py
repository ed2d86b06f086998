"""The problems that references and keys have with a target, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.model.problem import Problem
from etl.model.record import RefKind

if TYPE_CHECKING:
    from etl.model.plan import EntryPlan, LinkPolicy
    from etl.model.record import Ref

_TOLD = 5  # ids named in a message

_CODES = {
    RefKind.RECORD: "REF_NOT_FOUND",
    RefKind.OPTION: "OPTION_UNKNOWN",
    RefKind.UNIT: "UNIT_UNKNOWN",
}


def not_found(policy: LinkPolicy, ref: Ref) -> Problem:
    """What a reference names is not there."""
    by = ", ".join(ref.by)
    message = {
        RefKind.RECORD: f"no {ref.entity} has {by} {ref.text()!r}",
        RefKind.OPTION: f"the list has no option with {by} {ref.text()!r}",
        RefKind.UNIT: f"the measure has no unit {ref.text()!r}",
    }[ref.kind]
    return Problem(_CODES[ref.kind], message, column=policy.column, value=ref.text())


def ambiguous(policy: LinkPolicy, ref: Ref, ids: tuple[str, ...]) -> Problem:
    """What a reference names is there more than once."""
    return Problem(
        "REF_AMBIGUOUS",
        f"{len(ids)} {ref.entity} records have {', '.join(ref.by)} {ref.text()!r}: "
        f"{', '.join(ids[:_TOLD])}",
        column=policy.column,
        value=ref.text(),
        hint="refer by a field that is unique",
    )


def identity_problem(plan: EntryPlan, key: str, ids: tuple[str, ...]) -> Problem | None:
    """Why a record of this key, found under these ids, must not be written; None if it may."""
    if len(ids) > 1:
        return Problem(
            "KEY_AMBIGUOUS",
            f"{len(ids)} {plan.entity} records have {', '.join(plan.key)} {key!r}: "
            f"{', '.join(ids[:_TOLD])}",
            value=key,
            hint="remove or renumber the others on the target",
        )
    if plan.action == "create" and ids:
        return Problem("EXISTS", f"{plan.entity} {key!r} exists, and action is create", value=key)
    if plan.action == "update" and not ids:
        message = f"{plan.entity} {key!r} does not exist, and action is update"
        return Problem("NOT_FOUND", message, value=key)
    return None
