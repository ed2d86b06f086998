"""A check of one mapping: against the target, and every cell of its source."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from etl.app.parts import Request, open_parts
from etl.engine.job import Job, Progress, Silent
from etl.engine.pipeline import Sinks, check
from etl.model.problem import Severity
from etl.state import open_state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.model.ports import RequestCounts
    from etl.model.problem import Problem
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


def check_mapping(request: Request, path: Path, progress: Progress | None = None) -> CheckReport:
    """Finds all that can be known before a write; writes to neither the target nor the state.

    Raises MappingError and the like where the mapping itself is wrong.
    """
    with ExitStack() as stack:
        parts = open_parts(stack, request.settings(), request, path)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="etl-check-")))
        state = open_state(str(folder / "state.db"))
        stack.callback(state.close)
        job = Job(
            source=parts.source,
            transformer=parts.transformer,
            target=parts.target,
            scope=state.scope(parts.target.identity, parts.mapping.name),
            duplicates=tuple(entry.duplicates for entry in parts.mapping.records),
            folder=folder,
            options=request.options,
            progress=progress or Silent(),
        )
        problems: list[Problem] = list(parts.warnings)
        finished = check(job, Sinks(_read, _read, problems.extend))
        if finished.error:
            raise finished.error
        return CheckReport(
            parts.mapping.name,
            _EXIT_ERRORS if finished.rows.rejected else 0,
            finished.rows,
            tuple(problems),
            parts.target.counts(),
        )


def _read(answers: Iterable[object]) -> None:
    """Nothing but the count is wanted."""
    for _ in answers:
        pass
