"""The books: what came back is written down, one transaction a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.engine.resolve import own_ref
from etl.engine.waiting import put_back
from etl.model.change import Outcome, Status
from etl.model.known import ConfirmedRecord
from etl.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.engine.deliver import Delivered
    from etl.engine.job import Job, Tally
    from etl.engine.resolver import Resolver
    from etl.engine.stage import Stage, Staged

_KEPT_BACK = Problem("SERVER_REJECTED", "the target refused this record without saying why")


class Books:
    """One thread only. Keeps stage, state and resolver in step with what the target confirmed."""

    def __init__(self, job: Job, stage: Stage, tally: Tally, resolver: Resolver) -> None:
        self._job, self._stage, self._tally, self._resolver = job, stage, tally, resolver
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
        with stage.transaction():
            put_back(stage, resolved.waiting)
            for staged, problem in resolved.refused:
                self._fail(staged, problem)
            for staged, warning in resolved.warnings:
                stage.warn(staged, warning)
            through = [pair for pair in delivered.outcomes if not self._failed(*pair)]
            confirmed = [
                self._done(delivered, staged, outcome)
                for staged, outcome in through
                if staged.id not in resolved.partial
            ]
            self._again([staged.id for staged, _ in through if staged.id in resolved.partial])
        self.settled += len(confirmed)
        self.checkpoint(confirmed, [staged.id for staged, _ in through])
        return len(resolved.refused) + len(delivered.outcomes)

    def checkpoint(self, records: Sequence[ConfirmedRecord], staged: Sequence[int]) -> None:
        """Records and the rows that are finished with them, in one transaction."""
        rows = [row for _, row in self._stage.finished_rows(staged)]
        for number in self._job.scope.confirm(records, rows):
            self._tally.seen.add(number)

    def _fail(self, staged: Staged, problem: Problem) -> None:
        self._stage.fail(staged, problem)
        self._stage.note_result(staged.id, Status.FAILED, "")
        self.failed += 1
        self.settled += 1

    def _failed(self, staged: Staged, outcome: Outcome) -> bool:
        if outcome.status is Status.FAILED:
            self._fail(staged, outcome.problem or _KEPT_BACK)
            return True
        if outcome.problem:
            self._stage.warn(staged, outcome.problem)
        new_id = outcome.id or outcome.change.id or ""
        self._stage.note_result(staged.id, outcome.status, new_id)
        if new_id:
            self._resolver.learn(own_ref(self._job.plan(staged.record.entry), staged), new_id)
        return False

    def _done(self, delivered: Delivered, staged: Staged, outcome: Outcome) -> ConfirmedRecord:
        self._stage.set_state([staged.id], "done")
        return ConfirmedRecord(
            staged.record.entry,
            delivered.batch.plan.entity,
            staged.key_digest,
            staged.record.digest,
            outcome.id or outcome.change.id or "",
            outcome.change.burnt,
        )

    def _again(self, partial: Sequence[int]) -> None:
        self._stage.set_state(partial, "pending")
