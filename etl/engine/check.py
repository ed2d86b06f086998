"""References looked up ahead of any write: for `check` and `--strict`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.engine.digest import key_digest_of
from etl.engine.refusals import ambiguous, identity_problem, not_found
from etl.engine.resolve import named_references, own_ref
from etl.engine.resolver import Resolver
from etl.model.plan import LinkPolicy, OnMissing

if TYPE_CHECKING:
    from etl.engine.job import Job
    from etl.engine.stage import Stage, Staged
    from etl.model.plan import EntryPlan
    from etl.model.record import Ref

_STEP = 500  # records looked up at a time


def check_references(job: Job, stage: Stage) -> None:
    """Fails every staged record that refers to what is neither on the target nor in the source."""
    resolver = Resolver(job.target, job.made)
    for plan in job.transformer.plans:
        last = 0
        while staged := stage.records(
            "state = 'pending' AND entry = ? AND id > ? ORDER BY id LIMIT ?",
            (plan.index, last, _STEP),
        ):
            last = staged[-1].id
            with stage.transaction():
                _check_some(job, stage, resolver, plan, staged)


def _check_some(
    job: Job, stage: Stage, resolver: Resolver, plan: EntryPlan, staged: list[Staged]
) -> None:
    refs = [ref for one in staged for _, ref in named_references(one.record.values)]
    ids = resolver.find([*refs, *(own_ref(plan, one) for one in staged)])
    for one in staged:
        problem = identity_problem(plan, one.record.key_text(), ids[own_ref(plan, one)])
        for name, ref in named_references(one.record.values):
            policy = plan.links.get(name) or LinkPolicy(None)
            if len(ids[ref]) > 1:
                problem = problem or ambiguous(policy, ref, ids[ref])
            elif (
                not ids[ref]
                and policy.on_missing is OnMissing.REJECT
                and not (resolver.may_come(ref) and _is_made(job, stage, ref))
            ):
                problem = problem or not_found(policy, ref)
        if problem:
            stage.fail(one, problem)


def _is_made(job: Job, stage: Stage, ref: Ref) -> bool:
    """True if a row of the source makes the record."""
    makers = [
        plan.index
        for plan in job.transformer.plans
        if plan.entity == ref.entity and plan.key == ref.by
    ]
    key = key_digest_of(ref.entity, ref.key)
    return any(stage.is_made(entry, key) for entry in makers)
