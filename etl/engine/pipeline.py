"""The one page to read: how rows become confirmed records.

    gather             source -> screen -> transform -> compare; what changed waits on the stage
    settle_duplicates  which of several rows with one key counts
    send               resolve -> batch -> deliver -> record, entry by entry, in rounds
    answers            one result a row; the figures must add up

Resume is not a feature of its own: what was confirmed is in the state by content, so starting
again sends only the rest.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from etl.engine.answers import Counts, all_problems, answers, record_counts
from etl.engine.books import Books
from etl.engine.check import check_references
from etl.engine.deliver import Batch, Courier, deliver
from etl.engine.duplicates import settle_duplicates
from etl.engine.gather import gather
from etl.engine.job import Tally
from etl.engine.pace import Pace
from etl.engine.preflight import missing_records
from etl.engine.rejects import rejected_rows
from etl.engine.resolve import Missing
from etl.engine.resolver import Resolver
from etl.engine.stage import Stage
from etl.engine.waiting import settle_waiting, wake
from etl.errors import CheckFailed, EtlError, RunStopped, SourceError
from etl.model.report import RecordCounts, RowCounts, RowResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from etl.engine.job import Job
    from etl.engine.rejects import RejectedRow
    from etl.model.plan import EntryPlan
    from etl.model.problem import Problem

_WORKERS = 2  # threads, unless said otherwise: two keep a server's cores busy


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where the answers go: each is given a stream and reads it to its end."""

    results: Callable[[Iterable[RowResult]], None]
    rejects: Callable[[Iterable[RejectedRow]], None]
    problems: Callable[[Iterable[Problem]], None]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run's figures. `error` is what ended it early, `interrupted` that it was told to stop."""

    rows: RowCounts = field(default_factory=RowCounts)
    records: Mapping[str, RecordCounts] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    error: EtlError | None = None
    interrupted: bool = False


def run(job: Job, sinks: Sinks) -> Finished:
    """Brings the target to the source's state, and answers for every row."""
    return _carry_out(job, sinks, _write)


def check(job: Job, sinks: Sinks) -> Finished:
    """Finds all that can be known before a write; writes nothing, not even to the state."""
    return _carry_out(replace(job, options=replace(job.options, full=True)), sinks, _check)


def _carry_out(job: Job, sinks: Sinks, work: Callable[[Job, Stage, Tally], None]) -> Finished:
    stage, tally = Stage(job.folder / "stage.db"), Tally()
    error: EtlError | None = None
    try:
        try:
            work(job, stage, tally)
        except EtlError as ended:
            error = ended
        return _answer(job, stage, tally, sinks, error)
    finally:
        stage.close()


def _check(job: Job, stage: Stage, tally: Tally) -> None:
    gather(job, stage, tally)
    settle_duplicates(job, stage)
    check_references(job, stage)
    stage.set_all("pending", "same")


def _write(job: Job, stage: Stage, tally: Tally) -> None:
    wiped, told = missing_records(job.scope, job.target)
    if told:
        tally.warnings.append(told)
    if wiped:
        job.scope.forget()
    gather(job, stage, tally)
    settle_duplicates(job, stage)
    if job.options.strict:
        check_references(job, stage)
        if stage.rejected():
            raise CheckFailed("the check found errors (--strict), nothing was written")
    send(job, stage, tally)
    if job.options.limit is None and not job.stop.is_set():
        job.scope.prune(tally.seen)


def send(job: Job, stage: Stage, tally: Tally) -> None:
    """Delivers what waits on the stage, entry by entry, until nothing moves any more."""
    resolver = Resolver(job.target, job.made)
    sending = _Sending(job, stage, Books(job, stage, tally, resolver), resolver, tally)
    sending.remember_unsent()
    workers = job.options.workers or _WORKERS
    plans = sorted(job.transformer.plans, key=lambda plan: (plan.order, plan.index))
    missing = Missing.WAIT
    with ThreadPoolExecutor(workers) as pool:
        while stage.count("state = 'pending'"):
            sending.ensure_bearable()
            moved = sum(sending.entry(plan, missing, pool, workers + 1) for plan in plans)
            if sending.halted:
                break
            missing = Missing.WAIT
            if moved:
                wake(stage)
            elif stage.count("state = 'waiting'"):
                missing = settle_waiting(stage, job.transformer.plans)
    sending.ensure_bearable()


class _Sending:
    """The rounds of one run."""

    def __init__(
        self, job: Job, stage: Stage, books: Books, resolver: Resolver, tally: Tally
    ) -> None:
        self._job, self._stage, self._books, self._tally = job, stage, books, tally
        self._courier = Courier(job.target, resolver)
        options, able = job.options, job.target.capabilities
        pinned = options.batch_size is not None
        size = options.batch_size or able.batch_size
        self._pace = Pace(size, able.max_batch_size, pinned=pinned)
        self._total = stage.count("state = 'pending'")
        self._unbearable = False

    @property
    def halted(self) -> bool:
        """Told to stop, or too many rejects."""
        return self._unbearable or self._job.stop.is_set()

    def ensure_bearable(self) -> None:
        """Raises RunStopped once there are more rejects than `--max-errors` allows."""
        rejected = self._stage.rejected()
        if self._job.options.max_errors.reached(rejected, self._tally.read):
            raise RunStopped(f"{rejected} rows are rejected, more than --max-errors allows")

    def remember_unsent(self) -> None:
        """Rows whose records are as confirmed before need not be looked at again."""
        rows = list(self._stage.unsent_rows())
        if rows:
            for number in self._job.scope.confirm((), rows):
                self._tally.seen.add(number)

    def entry(
        self, plan: EntryPlan, missing: Missing, pool: ThreadPoolExecutor, in_flight: int
    ) -> int:
        """Delivers what is pending of one entry; how many records are through."""
        moved = 0
        batches = self._batches(plan, missing)
        for delivered in deliver(batches, self._courier, pool, in_flight):
            moved += self._books.enter(delivered)
            sent = len(delivered.batch.staged)
            self._pace.told(sent, delivered.seconds, refused=delivered.refused)
            self._job.progress.sending(self._books.settled, self._total, self._books.failed)
            self._unbearable = self._job.options.max_errors.reached(
                self._stage.rejected(), self._tally.read
            )
        return moved

    def _batches(self, plan: EntryPlan, missing: Missing) -> Iterator[Batch]:
        last = 0
        while not self.halted:
            staged = self._stage.records(
                "state = 'pending' AND entry = ? AND id > ? ORDER BY id LIMIT ?",
                (plan.index, last, self._pace.size),
            )
            if not staged:
                return
            last = staged[-1].id
            self._books.intend(staged)
            yield Batch(plan, staged, missing)


def _answer(job: Job, stage: Stage, tally: Tally, sinks: Sinks, error: EtlError | None) -> Finished:
    stage.refuse_unsent(f"not sent: {error or 'the run was stopped'}")
    counts = Counts()
    sinks.results(counts.of(answers(job, stage, tally)))
    try:
        sinks.rejects(rejected_rows(job, stage))
    except SourceError as gone:
        error = error or gone
    sinks.problems(all_problems(stage))
    return Finished(
        counts.rows(tally.read),
        record_counts(job, stage, tally),
        counts.codes,
        tuple(tally.warnings),
        error,
        job.stop.is_set(),
    )
