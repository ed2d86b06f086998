"""Sweeping: what this mapping made and whose rows are gone is set or removed, as it says.

Only what is certain counts. A row that is rejected still stands in the source, and so does its
record; where a rejected row does not even tell its key, nothing is swept in this run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from etl.errors import BatchRefused, RunStopped
from etl.model.change import Change, Status
from etl.model.known import Seen
from etl.model.problem import Problem, Severity
from etl.model.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from etl.engine.stage import Stage
    from etl.engine.task import Tally, Task
    from etl.model.known import GoneRecord
    from etl.model.plan import EntryPlan, GonePolicy
    from etl.model.record import Scalar

_STEP = 50  # records that are set in one request

_log = structlog.get_logger()


def sweeps(task: Task) -> bool:
    """True if an entry says what becomes of records whose rows are gone."""
    return any(plan.gone for plan in task.transformer.plans)


def sweep(task: Task, stage: Stage, tally: Tally) -> None:
    """Sees to the records whose rows are gone, the last entries first.

    Raises RunStopped before the first of them where there are more than the entry's limit allows,
    or no rows at all.
    """
    plans = sorted(task.transformer.plans, key=lambda plan: (plan.order, plan.index), reverse=True)
    found = [
        (plan, plan.gone, _gone(task, stage, tally, plan))
        for plan in plans
        if plan.gone is not None
    ]
    for plan, policy, gone in found:
        _ensure_allowed(task, tally, plan, policy, len(gone))
    for plan, policy, gone in found:
        if gone:
            _see_to(task, tally, plan, policy, gone)


def _gone(task: Task, stage: Stage, tally: Tally, plan: EntryPlan) -> list[GoneRecord]:
    unnamed = tally.unnamed[plan.index]
    if unnamed:
        told = f"{unnamed} rejected rows do not tell which {plan.entity} they mean"
        hint = "records whose rows are gone are left alone until these rows are mended"
        tally.warnings.append(Problem("GONE_UNKNOWN", told, severity=Severity.WARNING, hint=hint))
        return []
    present = Seen()
    present.update(tally.records[plan.index])
    for keys in stage.keys(plan.index):
        for known in task.scope.known_records(plan.index, keys).values():
            present.add(known.number)
    return list(task.scope.gone(plan.index, plan.entity, present))


def _ensure_allowed(
    task: Task, tally: Tally, plan: EntryPlan, policy: GonePolicy, gone: int
) -> None:
    made = task.scope.made(plan.index, plan.entity)
    if not gone or (tally.read and policy.allows(gone, made)):
        return
    why = "more than gone_limit allows" if tally.read else "and the source has no rows at all"
    raise RunStopped(
        f"the rows of {gone} of {made} {plan.entity} records are gone, {why}; none was touched"
    )


def _see_to(
    task: Task, tally: Tally, plan: EntryPlan, policy: GonePolicy, gone: Sequence[GoneRecord]
) -> None:
    what = "removed" if policy.values is None else f"set to {dict(policy.values)}"
    told = f"the rows of {len(gone)} {plan.entity} records are gone: they are {what}"
    _log.info("rows are gone", entity=plan.entity, records=len(gone), what=what)
    task.progress.sweeping(told)
    tally.warnings.append(Problem("GONE", told, severity=Severity.WARNING))
    step = len(gone) if policy.values is None else _STEP  # the target keeps families together
    for start in range(0, len(gone), step):
        if task.stop.is_set():
            return
        some = gone[start : start + step]
        alive = task.target.alive(plan.entity, [one.id for one in some])
        ids = [one.id for one in some if one.id in alive]  # what is not there needs nothing
        task.scope.intend_gone([one.number for one in some])
        if policy.values is None:
            problems = dict(task.target.remove(plan.entity, ids))
        else:
            problems = dict(_set(task, plan, policy.values, ids))
        done = [one for one in some if one.id not in problems]
        task.scope.note_gone([one.number for one in done])
        tally.swept["deleted" if policy.values is None else "updated", plan.entity] += sum(
            one.id in alive for one in done
        )
        tally.failed_sweeps += len(problems)
        tally.warnings += [_failed(plan, one, problem) for one, problem in problems.items()]


def _failed(plan: EntryPlan, one: str, problem: Problem) -> Problem:
    told = f"{plan.entity} {one}, whose rows are gone, stays as it is: {problem.message}"
    return Problem("GONE_FAILED", told, severity=Severity.WARNING, hint=problem.hint)


def _set(
    task: Task, plan: EntryPlan, values: Mapping[str, Scalar], ids: Sequence[str]
) -> Iterator[tuple[str, Problem]]:
    """(id, why not) of records that could not be set."""
    record = Record(plan.index, plan.entity, (), {}, b"", ())
    yield from _write(task, [Change(record, one, (), values) for one in ids])


def _write(task: Task, changes: Sequence[Change]) -> Iterator[tuple[str, Problem]]:
    try:
        outcomes = task.target.write(changes) if changes else []
    except BatchRefused as refusal:
        if len(changes) == 1:
            yield str(changes[0].id), Problem("SERVER_REJECTED", str(refusal))
            return
        middle = len(changes) // 2
        yield from _write(task, changes[:middle])
        yield from _write(task, changes[middle:])
        return
    for one in outcomes:
        if one.status is Status.FAILED:
            yield str(one.change.id), one.problem or Problem("SERVER_REJECTED", "refused")
