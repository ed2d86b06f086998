"""A check of mappings: against the target, and every cell of their sources."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from etl.app.parts import coming_to, open_parts, warnings_of
from etl.engine.pipeline import Execution, Sinks
from etl.engine.task import Silent, Task
from etl.model.ports import RequestCounts
from etl.model.problem import Problem, Severity
from etl.state import open_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from etl.app.parts import Parts, Request
    from etl.engine.task import Progress
    from etl.model.known import State
    from etl.model.report import RowCounts

_EXIT_ERRORS = 3


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found. Rows that would be sent count as unchanged: nothing is loaded."""

    mapping: str
    exit_code: int
    rows: RowCounts
    problems: tuple[Problem, ...]
    requests: RequestCounts

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that would keep a row out."""
        return tuple(found for found in self.problems if found.severity is Severity.ERROR)


def check_job(
    request: Request, paths: Sequence[Path], progress: Progress | None = None
) -> list[CheckReport]:
    """Finds all that can be known before a write, in mappings and folders of them, as one job.

    Writes to neither the target nor the state. What one mapping makes counts as there for the
    others. Raises MappingError and the like where a mapping itself is wrong.
    """
    with ExitStack() as stack:
        parts = open_parts(stack, request.settings(), request, paths)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="etl-check-")))
        state = open_state(str(folder / "state.db"))
        stack.callback(state.close)
        checks = [
            _Check(one, coming_to(parts, place), folder / str(place), state)
            for place, one in enumerate(parts)
        ]
        for one in checks:
            one.begin(stack, request, progress or Silent())
        executions = [one.execution for one in checks]
        return [one.report(executions) for one in checks]


class _Check:
    """The check of one mapping."""

    execution: Execution

    def __init__(self, parts: Parts, coming: frozenset[str], folder: Path, state: State) -> None:
        self._parts, self._coming, self._folder, self._state = parts, coming, folder, state
        self._problems: list[Problem] = []
        self._sent = 0

    def begin(self, stack: ExitStack, request: Request, progress: Progress) -> None:
        """Reads the source."""
        parts = self._parts
        transformer = parts.draft or parts.final()
        self._problems += warnings_of(transformer, parts.mapping)
        self._problems += _passed_over(transformer.uncompiled, parts.mapping.path)
        self._folder.mkdir()
        before = parts.target.counts().sent
        task = Task(
            source=parts.source,
            transformer=transformer,
            target=parts.target,
            scope=self._state.scope(parts.target.identity, parts.mapping.name),
            duplicates=tuple(entry.duplicates for entry in parts.mapping.records),
            folder=self._folder,
            options=request.options,
            progress=progress,
            coming=self._coming,
        )
        self.execution = stack.enter_context(Execution(task))
        self.execution.read()
        self._sent += parts.target.counts().sent - before

    def report(self, of_job: Sequence[Execution]) -> CheckReport:
        """Looks the records up and answers for every row."""
        before = self._parts.target.counts().sent
        self.execution.check(of_job)
        finished = self.execution.answer(Sinks(_read, _read, self._problems.extend))
        if finished.error:
            raise finished.error
        self._sent += self._parts.target.counts().sent - before
        return CheckReport(
            self._parts.mapping.name,
            _EXIT_ERRORS if finished.rows.rejected else 0,
            finished.rows,
            tuple(self._problems),
            RequestCounts(self._sent, self._parts.target.counts().writes),
        )


def _passed_over(names: Sequence[str], path: Path) -> Iterator[Problem]:
    if names:
        told = (
            f"not there yet, made by other mappings of the job, so not checked: {', '.join(names)}"
        )
        yield Problem("NOT_CHECKED", told, severity=Severity.WARNING, file=str(path))


def _read(answers: Iterable[object]) -> None:
    """Nothing but the count is wanted."""
    for _ in answers:
        pass
