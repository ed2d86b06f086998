"""Sending: what waits on the stage goes out entry by entry, in rounds, until nothing moves.

while_it_moves   rounds of one mapping: what a record refers to goes first, level by level
complete         rounds over all mappings of a job: what only another one can bring, and knots;
                 at the very end the values that a target wants last
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from etl.engine.books import Books
from etl.engine.deliver import Batch, Courier, deliver
from etl.engine.pace import Bounds, Pace
from etl.engine.resolve import Missing
from etl.engine.resolver import Resolver
from etl.engine.waiting import settle_waiting, wake
from etl.errors import EtlError, RunStopped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.engine.stage import Stage, Staged
    from etl.engine.task import Tally, Task
    from etl.model.plan import EntryPlan

_WORKERS, _MOST_WORKERS = 2, 4  # requests at the same time, unless said otherwise


class Sending:
    """The rounds of one mapping's run."""

    def __init__(self, task: Task, stage: Stage, tally: Tally) -> None:
        self.task, self.stage, self._tally = task, stage, tally
        resolver = Resolver(task.target, task.made | task.coming)
        self._books = Books(task, stage, tally, resolver)
        self._plans = sorted(task.transformer.plans, key=lambda plan: (plan.order, plan.index))
        orders = {plan.entity: task.target.precedence(plan.entity) for plan in self._plans}
        self._first = {entity: order.first for entity, order in orders.items()}
        self._held = {entity: order.last for entity, order in orders.items()}
        options, able = task.options, task.target.capabilities
        self._workers = Bounds.of(options.workers, _WORKERS, _MOST_WORKERS)
        sizes = Bounds.of(options.batch_size, able.batch_size, able.max_batch_size)
        self._pace = Pace(sizes, self._workers)
        self._courier = Courier(task.target, resolver, self._pace)
        self._total = stage.count("state = 'pending'")
        self._unbearable = False
        self.error: EtlError | None = None

    @property
    def halted(self) -> bool:
        """Told to stop, too many rejects, or the target is lost."""
        return self._unbearable or self.task.stop.is_set() or self.error is not None

    def ensure_bearable(self) -> None:
        """Raises RunStopped once there are more rejects than `--max-errors` allows."""
        rejected = self.stage.rejected()
        if self.task.options.max_errors.reached(rejected, self._tally.read):
            raise RunStopped(f"{rejected} rows are rejected, more than --max-errors allows")

    def remember_unsent(self) -> None:
        """Rows whose records are as confirmed before need not be looked at again."""
        rows = list(self.stage.unsent_rows())
        if rows:
            for number in self.task.scope.confirm((), rows):
                self._tally.seen.add(number)

    def while_it_moves(self, missing: Missing = Missing.WAIT) -> int:
        """Rounds until nothing moves any more; how many records got through.

        `missing` is for the first round only. What is left waits for a reference.
        """
        moved_in_all = 0
        with ThreadPoolExecutor(self._workers.most) as pool:
            while self.stage.count("state = 'pending'"):
                self.ensure_bearable()
                moved = sum(self._entry(plan, missing, pool) for plan in self._plans)
                moved_in_all += moved
                missing = Missing.WAIT
                if self.halted or not moved:
                    break
                wake(self.stage)
        self.ensure_bearable()
        return moved_in_all

    def release_last(self) -> bool:
        """Lets the values go that the target wants last; True if there are any."""
        self._held = dict.fromkeys(self._held, frozenset())
        late = self.stage.count("state = 'late'") > 0
        self.stage.set_all("late", "pending")
        return late

    def _entry(self, plan: EntryPlan, missing: Missing, pool: ThreadPoolExecutor) -> int:
        """Delivers what is pending of one entry; how many records are through."""
        first = self._first[plan.entity]
        return sum(
            self._deliver(plan, missing, pool, only)
            for only in ([None] if first is None else [first, None])
        )

    def _deliver(
        self, plan: EntryPlan, missing: Missing, pool: ThreadPoolExecutor, only: str | None
    ) -> int:
        moved = 0
        batches = self._batches(plan, missing, only)
        for delivered in deliver(batches, self._courier, pool, lambda: self._pace.workers + 1):
            moved += self._books.enter(delivered)
            self._pace.told(
                len(delivered.batch.staged),
                delivered.seconds,
                refused=delivered.refused,
                repeated=delivered.repeated,
            )
            self.task.progress.sending(self._books.settled, self._total, self._books.failed)
            self._unbearable = self.task.options.max_errors.reached(
                self.stage.rejected(), self._tally.read
            )
        return moved

    def _batches(self, plan: EntryPlan, missing: Missing, only: str | None) -> Iterator[Batch]:
        """What is pending; with `only`, just the records that have this value true."""
        last = 0
        while not self.halted:
            staged: Sequence[Staged] = self.stage.records(
                "state = 'pending' AND entry = ? AND id > ? ORDER BY id LIMIT ?",
                (plan.index, last, self._pace.size),
            )
            if not staged:
                return
            last = staged[-1].id
            if only is not None:
                staged = [one for one in staged if one.record.values.get(only) is True]
            if staged:
                self._books.intend(staged)
                yield Batch(plan, staged, missing, self._held[plan.entity])


def complete(sendings: Sequence[Sending]) -> None:
    """Brings all mappings of a job to their end, together: they may wait for each other.

    What ends one of them early becomes its `error`; the others go on.
    """
    _until_nothing_waits(sendings)
    late = [one.release_last() for one in sendings]
    if any(late):
        _until_nothing_waits(sendings)


def _until_nothing_waits(sendings: Sequence[Sending]) -> None:
    while going := [one for one in sendings if not one.halted]:
        for one in going:
            wake(one.stage)
        if sum(_moved(one) for one in going):
            continue
        waiting = [one for one in going if one.stage.count("state = 'waiting'")]
        if not waiting:
            return
        missing = settle_waiting([(one.stage, one.task.transformer.plans) for one in waiting])
        for one in waiting:
            _moved(one, missing)


def _moved(one: Sending, missing: Missing = Missing.WAIT) -> int:
    try:
        return one.while_it_moves(missing)
    except EtlError as ended:
        one.error = ended
        return 0
