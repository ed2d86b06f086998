"""The books: what came back is written down, one transaction a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.engine.resolve import own_ref
from etl.engine.waiting import put_back
from etl.model.change import Status
from etl.model.known import ConfirmedRecord
from etl.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.engine.deliver import Delivered
    from etl.engine.resolver import Resolver
    from etl.engine.stage import Stage, Staged
    from etl.engine.task import Tally, Task
    from etl.model.change import Outcome

_KEPT_BACK = Problem("SERVER_REJECTED", "the target refused this record without saying why")


class Books:
    """One thread only. Keeps stage, state and resolver in step with what the target confirmed."""

    def __init__(self, task: Task, stage: Stage, tally: Tally, resolver: Resolver) -> None:
        self._job, self._stage, self._tally, self._resolver = task, stage, tally, resolver
        self.settled = 0
        self.failed = 0

    def intend(self, staged: Sequence[Staged]) -> None:
        """Before a batch goes out: what the state knew of its records no longer counts."""
        known: dict[int, list[bytes]] = {}
        for one in staged:
            if one.known:
                known.setdefault(one.record.entry, []).append(one.key_digest)
        if known:
            self._job.scope.intend(known)

    def enter(self, delivered: Delivered) -> int:
        """A batch is back. Returns how many of its records are through, for good or bad."""
        resolved, stage = delivered.resolved, self._stage
        stored = [pair for pair in delivered.outcomes if pair[1].status is not Status.FAILED]
        parts = resolved.partial | resolved.late
        whole = [(staged, got) for staged, got in stored if staged.id not in parts]
        with stage.transaction():
            put_back(stage, resolved.waiting)
            for staged, problem in [*resolved.refused, *_failures(delivered)]:
                self._fail(staged, problem)
            for staged, warning in [*resolved.warnings, *_warnings(stored)]:
                stage.warn(staged, warning)
            stage.note_results((staged.id, got.status, _id(got)) for staged, got in stored)
            stage.set_state([staged.id for staged, _ in whole], "done")
            late = resolved.late - resolved.partial
            stage.set_state([staged.id for staged, _ in stored if staged.id in late], "late")
        for staged, outcome in stored:
            own = own_ref(delivered.batch.plan, staged)
            self._resolver.learn(own, outcome.change.key, _id(outcome))
        self.settled += len(whole)
        self.checkpoint(
            [_confirmed(staged, outcome) for staged, outcome in whole],
            [staged.id for staged, _ in stored],
        )
        return len(resolved.refused) + len(delivered.outcomes)

    def checkpoint(self, records: Sequence[ConfirmedRecord], staged: Sequence[int]) -> None:
        """Records and the rows that are finished with them, in one transaction."""
        rows = list(self._stage.finished_rows(staged))
        for number in self._job.scope.confirm(records, rows):
            self._tally.seen.add(number)

    def _fail(self, staged: Staged, problem: Problem) -> None:
        self._stage.fail(staged, problem)
        self._stage.note_results([(staged.id, Status.FAILED, "")])
        self.failed += 1
        self.settled += 1


def _id(outcome: Outcome) -> str:
    return outcome.id or outcome.change.id or ""


def _failures(delivered: Delivered) -> Iterator[tuple[Staged, Problem]]:
    for staged, outcome in delivered.outcomes:
        if outcome.status is Status.FAILED:
            yield staged, outcome.problem or _KEPT_BACK


def _warnings(stored: Sequence[tuple[Staged, Outcome]]) -> Iterator[tuple[Staged, Problem]]:
    for staged, outcome in stored:
        if outcome.problem:
            yield staged, outcome.problem


def _confirmed(staged: Staged, outcome: Outcome) -> ConfirmedRecord:
    record = staged.record
    return ConfirmedRecord(
        record.entry,
        record.entity,
        staged.key_digest,
        record.digest,
        _id(outcome),
        outcome.change.burnt,
        outcome.status is Status.CREATED,
    )
