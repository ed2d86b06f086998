"""The one page to read: how rows become confirmed records.

    gather             source -> screen -> transform -> compare; what changed waits on the stage
    settle_duplicates  which of several rows with one key counts
    sending            resolve -> batch -> deliver -> record, entry by entry, in rounds
    complete           rounds over all mappings of a job, as long as something moves
    sweep              records whose rows are gone are set or removed, if the mapping says so
    answers            one result a row; the figures must add up

Resume is not a feature of its own: what was confirmed is in the state by content, so starting
again sends only the rest.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from etl.engine.answers import Counts, all_problems, answers, record_counts
from etl.engine.check import check_records
from etl.engine.duplicates import settle_duplicates
from etl.engine.gather import gather
from etl.engine.preflight import missing_records
from etl.engine.rejects import rejected_rows
from etl.engine.sending import Sending, complete
from etl.engine.stage import Stage
from etl.engine.sweep import sweep, sweeps
from etl.engine.task import Tally
from etl.errors import CheckFailed, EtlError, SourceError
from etl.model.report import RecordCounts, RowCounts, RowResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from etl.engine.rejects import RejectedRow
    from etl.engine.task import Task
    from etl.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where the answers go: each is given a stream and reads it to its end."""

    results: Callable[[Iterable[RowResult]], None]
    rejects: Callable[[Iterable[RejectedRow]], None]
    problems: Callable[[Iterable[Problem]], None]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run's figures. `error` is what ended it early, `interrupted` that it was told to stop.

    `unswept` are records whose rows are gone and that could not be set or removed.
    """

    rows: RowCounts = field(default_factory=RowCounts)
    records: Mapping[str, RecordCounts] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    error: EtlError | None = None
    interrupted: bool = False
    unswept: int = 0


def run(task: Task, sinks: Sinks) -> Finished:
    """Brings the target to the source's state, and answers for every row."""
    with Execution(task) as one:
        one.begin()
        finish([one])
        return one.answer(sinks)


def check(task: Task, sinks: Sinks) -> Finished:
    """Finds all that can be known before a write; writes nothing, not even to the state."""
    with Execution(task) as one:
        one.read()
        one.check([one])
        return one.answer(sinks)


def finish(executions: Sequence[Execution]) -> None:
    """Ends executions that have begun, together: the mappings of a job may wait for each other.

    At last they are swept, in reverse: what others refer to goes after them.
    """
    complete([one.sending for one in executions if one.sending is not None and not one.error])
    for one in reversed(executions):
        one.sweep()


class Execution:
    """One task under way, from its first row to its answers. What ends it early is its `error`."""

    def __init__(self, task: Task) -> None:
        self.task, self.stage = task, Stage(task.folder / "stage.db")
        self.sending: Sending | None = None
        self._error: EtlError | None = None
        self._tally = Tally()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stage.close()

    @property
    def error(self) -> EtlError | None:
        """What ended it early."""
        return self._error or (self.sending.error if self.sending else None)

    @property
    def waits(self) -> bool:
        """True if something is left for the job's other mappings, or for its end."""
        left = self.stage.count("state IN ('pending', 'waiting', 'late')") > 0
        return self.sending is not None and self.error is None and (left or sweeps(self.task))

    def begin(self) -> None:
        """Reads the source and sends all that waits for nobody."""
        with self._guarded():
            wiped, told = missing_records(self.task.scope, self.task.target)
            if told:
                self._tally.warnings.append(told)
            if wiped:
                self.task.scope.forget()
            self._gather()
            if self.task.options.strict:
                self._ensure_clean()
            self.sending = Sending(self.task, self.stage, self._tally)
            self.sending.remember_unsent()
            self.sending.while_it_moves()

    def sweep(self) -> None:
        """Sees to the records whose rows are gone, if all of the source was read and sent."""
        whole = self.task.options.whole and not self.task.stop.is_set()
        if whole and self.error is None and sweeps(self.task):
            with self._guarded():
                sweep(self.task, self.stage, self._tally)

    def read(self) -> None:
        """Reads the source, for a check: every row counts, whatever the state knows."""
        self.task = replace(self.task, options=replace(self.task.options, full=True))
        with self._guarded():
            self._gather()

    def check(self, of_job: Sequence[Execution]) -> None:
        """Looks all records up; what other mappings of the job make counts as there."""
        if self.error is None:
            with self._guarded():
                check_records(self.task, self.stage, [(one.stage, one.task) for one in of_job])

    def answer(self, sinks: Sinks) -> Finished:
        """The answers of all rows, and the figures."""
        task, stage, tally = self.task, self.stage, self._tally
        if self.sending is None:
            if self.error is None:  # a check: nothing was meant to be sent
                stage.set_all("pending", "same")
        elif self.error is None and task.options.whole and not task.stop.is_set():
            task.scope.prune(tally.seen)
        stage.refuse_unsent(f"not sent: {self.error or 'the run was stopped'}")
        counts = Counts()
        sinks.results(counts.of(answers(task, stage, tally)))
        try:
            sinks.rejects(rejected_rows(task, stage))
        except SourceError as gone:
            self._error = self.error or gone
        sinks.problems(all_problems(stage))
        return Finished(
            counts.rows(tally.read),
            record_counts(task, stage, tally),
            counts.codes,
            tuple(tally.warnings),
            self.error,
            task.stop.is_set(),
            tally.failed_sweeps,
        )

    def _gather(self) -> None:
        gather(self.task, self.stage, self._tally)
        settle_duplicates(self.task, self.stage)

    def _ensure_clean(self) -> None:
        check_records(self.task, self.stage, [(self.stage, self.task)])
        if self.stage.rejected():
            raise CheckFailed("the check found errors (--strict), nothing was written")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except EtlError as ended:
            self._error = ended
