"""Records looked up ahead of any write: for `check` and `--strict`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.engine.made import Made
from etl.engine.refusals import ambiguous, identity_problem, not_found
from etl.engine.resolve import Missing, Mode, named_references, own_ref, resolve
from etl.engine.resolver import Resolver
from etl.model.plan import LinkPolicy, OnMissing
from etl.model.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.engine.stage import Stage, Staged
    from etl.engine.task import Task
    from etl.model.plan import EntryPlan

_STEP = 500  # records looked up at a time
_MODE = Mode(Missing.PARTIAL, making=False)


def check_records(task: Task, stage: Stage, makers: Sequence[tuple[Stage, Task]]) -> None:
    """Fails every staged record that could not be written.

    It refers to what is neither on the target nor made by one of the `makers` (the mappings of the
    task), or the target objects to it.
    """
    resolver = Resolver(task.target, task.made | task.coming)
    others = Made([(where, maker) for where, maker in makers if maker is not task])
    made = Made(makers)
    for plan in task.transformer.plans:
        last = 0
        while staged := stage.records(
            "state = 'pending' AND entry = ? AND id > ? ORDER BY id LIMIT ?",
            (plan.index, last, _STEP),
        ):
            last = staged[-1].id
            with stage.transaction():
                good = _check_references(stage, resolver, plan, staged, made)
                good = _check_identity(stage, resolver, plan, good, others)
                _hear_objections(task, stage, resolver, plan, good)


def _check_references(
    stage: Stage, resolver: Resolver, plan: EntryPlan, staged: Sequence[Staged], made: Made
) -> list[Staged]:
    """The records whose references lead somewhere; the others are failed."""
    ids = resolver.find(ref for one in staged for _, ref in named_references(one.record.values))
    good = []
    for one in staged:
        problem = None
        for name, ref in named_references(one.record.values):
            policy = plan.links.get(name) or LinkPolicy(None)
            if len(ids[ref]) > 1:
                problem = problem or ambiguous(policy, ref, ids[ref])
            elif (
                not ids[ref]
                and policy.on_missing is OnMissing.REJECT
                and not (resolver.makes(ref.entity) and made.has(ref))
            ):
                problem = problem or not_found(policy, ref)
        if problem:
            stage.fail(one, problem)
        else:
            good.append(one)
    return good


def _check_identity(
    stage: Stage, resolver: Resolver, plan: EntryPlan, staged: Sequence[Staged], others: Made
) -> list[Staged]:
    """The records that there is one of, or none; what another mapping makes counts as there."""
    ids = resolver.find(own_ref(plan, one) for one in staged)
    good = []
    for one in staged:
        own = own_ref(plan, one)
        found = ids[own]
        if not found and plan.action == "update" and others.has(own):
            good.append(one)
            continue
        problem = identity_problem(plan, one.record.key_text(), found)
        if problem:
            stage.fail(one, problem)
        else:
            good.append(one)
    return good


def _hear_objections(
    task: Task, stage: Stage, resolver: Resolver, plan: EntryPlan, staged: Sequence[Staged]
) -> None:
    ready = resolve(resolver, plan, staged, _MODE).ready
    objections = task.target.objections([change for _, change in ready]) if ready else {}
    for place, problem in objections.items():
        one = ready[place][0]
        if problem.severity is Severity.ERROR:
            stage.fail(one, problem)
        else:
            stage.warn(one, problem)
