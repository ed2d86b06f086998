"""Several mappings as one job: in the order of their references, each with its run and report."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.app.check import check_job
from etl.app.parts import ensure_agreed, expanded, open_parts
from etl.app.run import Desk, Run
from etl.app.stop import stopped_by_signals
from etl.engine.pipeline import finish
from etl.errors import CheckFailed, EtlError
from etl.state import open_state

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from etl.app.parts import Parts, Request
    from etl.engine.task import Progress
    from etl.model.known import State
    from etl.model.report import RunReport
    from etl.settings import Settings


@dataclass(frozen=True, slots=True)
class NotRun:
    """A mapping whose run could not begin, and why; the exit code may be another mapping's."""

    mapping: str
    path: Path
    error: EtlError
    exit_code: int


class NotBegun(EtlError):
    """A mapping was kept back because of another one's end."""


def run_job(
    request: Request, paths: Sequence[Path], progress: Progress | None = None
) -> list[RunReport | NotRun]:
    """Runs mappings, and folders of them, as one job: their reports, in the order they ran.

    Raises EtlError where nothing could begin: what is wrong in any of the mappings is told before
    the first write.
    """
    if request.options.strict and len(expanded(paths)) > 1:
        _ensure_clean(request, paths, progress)
    settings = request.settings()
    with ExitStack() as stack:
        parts = open_parts(stack, settings, request, paths)
        ensure_agreed(parts, request)
        state = open_state(request.state or settings.state)
        stack.callback(state.close)
        return carry_out(stack, request, settings, state, parts, progress)


def _ensure_clean(request: Request, paths: Sequence[Path], progress: Progress | None) -> None:
    """Raises CheckFailed before the first write of any mapping (`--strict`)."""
    found = [one for one in check_job(request, paths, progress) if one.errors]
    if found:
        told = ", ".join(f"{one.mapping} ({one.rows.rejected} rows)" for one in found)
        raise CheckFailed(
            f"the check found errors in {told}; nothing was written (--strict): see etl check"
        )


def carry_out(  # noqa: PLR0913, PLR0917 - what a job is made of
    stack: ExitStack,
    request: Request,
    settings: Settings,
    state: State,
    parts: Sequence[Parts],
    progress: Progress | None,
) -> list[RunReport | NotRun]:
    """Runs opened mappings in their order; the stack lets everything go."""
    stop = stack.enter_context(stopped_by_signals())
    return _Job(Desk(request, settings, state, stop, progress), parts).carry_out(stack)


class _Job:
    """The mappings of a job on their way. `ended` are the answers by a mapping's place."""

    def __init__(self, desk: Desk, parts: Sequence[Parts]) -> None:
        self._desk, self._parts = desk, parts
        self._ended: dict[int, RunReport | NotRun] = {}
        self._open: dict[int, Run] = {}
        self._failed: dict[str, str] = {}  # entity -> the mapping that should have made it
        self._code = 0

    def carry_out(self, stack: ExitStack) -> list[RunReport | NotRun]:
        """Each mapping in its turn; those that wait for others are ended together, last."""
        for place in range(len(self._parts)):
            try:
                self._begin(stack, place)
            except EtlError as error:
                if len(self._parts) == 1:
                    raise
                self._fail(place, error)
        with ExitStack() as working:
            for run in self._open.values():
                working.enter_context(run.working())
            finish([run.execution for run in self._open.values()])
        for place, run in self._open.items():
            self._end(place, run)
        return [self._ended[place] for place in sorted(self._ended)]

    def _begin(self, stack: ExitStack, place: int) -> None:
        parts = self._parts[place]
        cause = self._cause(parts)
        if cause:
            raise NotBegun(f"not begun: {cause}")
        run = stack.enter_context(Run(self._desk, parts, self._coming(place)))
        run.begin()
        if run.execution.waits and not self._desk.stop.event.is_set():
            self._open[place] = run
        else:
            self._end(place, run)
            run.close()

    def _cause(self, parts: Parts) -> str | None:
        """Why a mapping must not begin; None if it may."""
        if self._desk.stop.event.is_set() and self._ended:
            self._code = self._desk.stop.exit_code
            return "the job was stopped"
        missing = sorted(self._failed.keys() & parts.needed)
        if missing:
            return f"it builds upon {missing[0]}, and {self._failed[missing[0]]} failed"
        return None

    def _coming(self, place: int) -> frozenset[str]:
        """What the mappings make that have not ended yet."""
        others = [
            one for at, one in enumerate(self._parts) if at != place and at not in self._ended
        ]
        return frozenset().union(*(one.made for one in others))

    def _end(self, place: int, run: Run) -> None:
        report = run.report()
        self._ended[place] = report
        if report.error:
            self._note_failure(place, report.exit_code)

    def _fail(self, place: int, error: EtlError) -> None:
        mapping = self._parts[place].mapping
        code = self._code if isinstance(error, NotBegun) else error.exit_code
        self._ended[place] = NotRun(mapping.name, mapping.path, error, code)
        self._note_failure(place, code)

    def _note_failure(self, place: int, exit_code: int) -> None:
        parts = self._parts[place]
        self._code = exit_code
        for entity in parts.made:
            self._failed.setdefault(entity, parts.mapping.name)
