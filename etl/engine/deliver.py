"""Delivery: batches go out over several threads and come back in order; one thread keeps the books.

A batch that the server refuses as a whole is halved until the culprit stands alone. Between tries
the records are looked up again, so what a refused batch stored in part is never made twice.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from etl.engine.resolve import Missing, Mode, Resolved, resolve
from etl.errors import BatchRefused, EtlError, TargetUnreachable
from etl.model.change import Outcome, Status
from etl.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    from etl.engine.pace import Pace
    from etl.engine.resolver import Resolver
    from etl.engine.stage import Staged
    from etl.model.plan import EntryPlan
    from etl.model.ports import Target

_PATIENCE = 10  # records refused one after the other, each alone: then it is the server


@dataclass(frozen=True, slots=True)
class Batch:
    """Some staged records of one entry. `held` are the payload keys whose values come last."""

    plan: EntryPlan
    staged: Sequence[Staged]
    missing: Missing
    held: frozenset[str] = frozenset()


@dataclass(slots=True)
class Delivered:
    """What came back of a batch.

    `refused` is True where it had to be halved, `repeated` where the target had requests repeated
    in the meantime: it is busy.
    """

    batch: Batch
    outcomes: list[tuple[Staged, Outcome]] = field(default_factory=list)
    resolved: Resolved = field(default_factory=Resolved)
    seconds: float = 0.0
    refused: bool = False
    repeated: bool = False


class Courier:
    """Takes a batch to the target, in any thread."""

    def __init__(self, target: Target, resolver: Resolver, pace: Pace) -> None:
        self._target = target
        self._resolver = resolver
        self._pace = pace
        self._refused_in_a_row = 0
        self._lock = Lock()

    def take(self, batch: Batch) -> Delivered:
        """Resolves and writes one batch. Raises TargetError where the target as a whole is out."""
        delivered = Delivered(batch)
        with self._pace.slot():
            start, before = monotonic(), self._target.counts().retried
            self._try(batch.staged, delivered)
            delivered.seconds = monotonic() - start
            delivered.repeated = self._target.counts().retried > before
        return delivered

    def _try(self, staged: Sequence[Staged], delivered: Delivered) -> None:
        batch = delivered.batch
        found = resolve(self._resolver, batch.plan, staged, Mode(batch.missing, batch.held))
        changes = [change for _, change in found.ready]
        try:
            outcomes = self._target.write(changes) if changes else []
        except BatchRefused as refusal:
            self._halve(staged, found, refusal, delivered)
            return
        if outcomes:
            self._refused_in_a_row = 0
        delivered.outcomes += zip((one for one, _ in found.ready), outcomes, strict=True)
        _add(delivered.resolved, found)

    def _halve(
        self,
        staged: Sequence[Staged],
        found: Resolved,
        refusal: BatchRefused,
        delivered: Delivered,
    ) -> None:
        delivered.refused = True
        if len(found.ready) > 1:
            middle = len(staged) // 2
            self._try(staged[:middle], delivered)
            self._try(staged[middle:], delivered)
            return
        self._count_refusal(refusal)
        one, change = found.ready[0]
        message = f"the target gives no usable answer to this record alone: {refusal}"
        problem = Problem("SERVER_REJECTED", message)
        delivered.outcomes.append((one, Outcome(change, Status.FAILED, problem=problem)))
        _add(delivered.resolved, found)

    def _count_refusal(self, refusal: BatchRefused) -> None:
        with self._lock:
            self._refused_in_a_row += 1
            if self._refused_in_a_row >= _PATIENCE:
                raise TargetUnreachable(
                    f"the target refused {_PATIENCE} records in a row, each alone: {refusal}"
                ) from refusal


def _add(to: Resolved, found: Resolved) -> None:
    to.refused += found.refused
    to.partial |= found.partial
    to.late |= found.late
    to.waiting += found.waiting
    to.warnings += found.warnings


def deliver(
    batches: Iterator[Batch], courier: Courier, pool: Executor, in_flight: Callable[[], int]
) -> Iterator[Delivered]:
    """Yields what came back, in the order of the batches; never more than `in_flight` are out.

    When the target is lost, what is still out is brought in first; then the error is raised.
    """
    out: deque[Future[Delivered]] = deque()
    errors: list[EtlError] = []

    def bring() -> Iterator[Delivered]:
        try:
            yield out.popleft().result()
        except EtlError as error:
            errors.append(error)

    for batch in batches:
        out.append(pool.submit(courier.take, batch))
        while len(out) >= in_flight():
            yield from bring()
        if errors:
            break
    while out:
        yield from bring()
    if errors:
        raise errors[0]
