"""One run of one mapping, from its lock to its report."""

from __future__ import annotations

import os
import secrets
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Self

import structlog

from etl.app.parts import warnings_of
from etl.engine.pipeline import Execution, Finished, Sinks
from etl.engine.task import Silent, Task
from etl.errors import AccountingError, RunStopped
from etl.logs import run_log
from etl.model.known import RunEntry
from etl.model.ports import RequestCounts
from etl.model.report import RowStatus, RunReport, RunStatus
from etl.reports import ResultsFile, open_rejects, write_html, write_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from etl.app.parts import Parts, Request
    from etl.app.stop import Stop
    from etl.engine.rejects import RejectedRow
    from etl.engine.task import Progress
    from etl.model.known import State
    from etl.model.problem import Problem
    from etl.model.report import RowResult
    from etl.settings import Settings

_log = structlog.get_logger("etl.run")
_EXIT_REJECTS = 4
_SHOWN = 200  # rejected rows on the report's page


@dataclass(frozen=True, slots=True)
class Desk:
    """What the runs of a job have in common."""

    request: Request
    settings: Settings
    state: State
    stop: Stop
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class _Begun:
    run_id: str
    at: datetime


class Run:
    """A run's folder, its files and its place in the history; holds the mapping's lock.

    `begin` sends all that waits for nobody, `report` answers for every row. Raises EtlError where
    the run cannot begin; from then on all that happens is in the report.
    """

    def __init__(self, desk: Desk, parts: Parts, coming: frozenset[str]) -> None:
        self._desk, self._parts = desk, parts
        self._begun = _Begun(secrets.token_hex(4), datetime.now(UTC))
        self._seconds, self._requests = 0.0, RequestCounts()
        self._rejects: Path | None = None
        self._shown_rejects: list[RowResult] = []
        self._several = parts.source.info.files > 1
        self._stack = ExitStack()
        with ExitStack() as stack:
            scope = desk.state.scope(parts.target.identity, parts.mapping.name)
            stack.enter_context(scope.lock())
            transformer = parts.final()
            self._warnings = warnings_of(transformer, parts.mapping)
            self.folder = self._make_folder()
            task = Task(
                source=parts.source,
                transformer=transformer,
                target=parts.target,
                scope=scope,
                duplicates=tuple(entry.duplicates for entry in parts.mapping.records),
                folder=self.folder,
                options=desk.request.options,
                progress=desk.progress or Silent(),
                stop=desk.stop.event,
                coming=coming,
            )
            self.execution = stack.enter_context(Execution(task))
            self._enter_history()
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets the lock and the working files go."""
        self._stack.close()

    @contextmanager
    def working(self) -> Iterator[None]:
        """What happens inside is logged, timed and counted as this run's."""
        clock, before = monotonic(), self._parts.target.counts()
        try:
            with run_log(self.folder / "run.log"):
                yield
        finally:
            self._seconds += monotonic() - clock
            now, so_far = self._parts.target.counts(), self._requests
            self._requests = RequestCounts(
                so_far.sent + now.sent - before.sent,
                so_far.writes + now.writes - before.writes,
                so_far.retried + now.retried - before.retried,
            )

    def begin(self) -> None:
        """Reads the source and sends what waits for nobody."""
        with self.working():
            _log.info("run begins", run=self._begun.run_id, mapping=self._parts.mapping.name)
            self.execution.begin()

    def report(self) -> RunReport:
        """Answers for every row and writes the report, whatever happened."""
        with self.working():
            sinks = Sinks(self._write_results, self._write_rejects, _ignore)
            finished = self.execution.answer(sinks)
        report = self._report(finished)
        with run_log(self.folder / "run.log"):
            _log.info("run ends", status=report.status, exit_code=report.exit_code)
        write_json(report, self.folder / "report.json")
        write_html(report, self.folder / "report.html", self._shown_rejects)
        (self.folder / "unchanged.csv").unlink(missing_ok=True)
        self._leave_history(report)
        return report

    def _make_folder(self) -> Path:
        begun = self._begun
        name = f"{begun.at:%Y%m%dT%H%M%SZ}-{self._parts.mapping.name}-{begun.run_id}"
        folder = (self._desk.request.runs or self._desk.settings.runs) / name
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def _write_results(self, results: Iterable[RowResult]) -> None:
        with ResultsFile(self.folder / "results.csv", files=self._several) as file:
            file.add_many(self._keeping_rejected(results))

    def _keeping_rejected(self, results: Iterable[RowResult]) -> Iterator[RowResult]:
        """The page of the report shows the first rejected rows."""
        for result in results:
            if result.status is RowStatus.REJECTED and len(self._shown_rejects) < _SHOWN:
                self._shown_rejects.append(result)
            yield result

    def _write_rejects(self, rejected: Iterable[RejectedRow]) -> None:
        info = self._parts.source.info
        with open_rejects(self.folder, info, files=self._several) as file:
            for number, cells, problem, name in rejected:
                file.add(number, cells, problem.code, problem.column, problem.message, file=name)
        self._rejects = file.path

    def _report(self, finished: Finished) -> RunReport:
        status, code = how_it_ended(finished, self._desk.stop.exit_code)
        error = finished.error
        if status is RunStatus.FAILED and error is None:
            error = AccountingError(f"the rows do not add up: {finished.rows}")
        info = self._parts.source.info
        return RunReport(
            run_id=self._begun.run_id,
            mapping=self._parts.mapping.name,
            target=self._parts.target.identity,
            status=status,
            exit_code=code,
            started=self._begun.at,
            duration=self._seconds,
            rows=finished.rows,
            records=finished.records,
            requests=self._requests,
            codes=finished.codes,
            warnings=(*self._warnings, *finished.warnings),
            source={"path": info.path, "format": info.format, **info.settings},
            reports={
                "json": self._shown(self.folder / "report.json"),
                "html": self._shown(self.folder / "report.html"),
                "results": self._shown(self.folder / "results.csv"),
                "rejects": self._shown(self._rejects) if self._rejects else None,
            },
            error=str(error) if error else None,
            file=str(self._parts.mapping.path.resolve()),
        )

    def _shown(self, path: Path) -> str:
        return os.path.relpath(path, self._desk.settings.folder)

    def _enter_history(self) -> None:
        self._entry = RunEntry(
            self._begun.run_id,
            self._parts.mapping.name,
            self._parts.target.identity,
            self._begun.at,
            "running",
            report=str((self.folder / "report.json").resolve()),
        )
        self._desk.state.begin(self._entry)

    def _leave_history(self, report: RunReport) -> None:
        entry = replace(self._entry, status=report.status, exit_code=report.exit_code)
        self._desk.state.finish(entry)


def _ignore(problems: Iterable[Problem]) -> None:
    """A run tells its problems row by row, in results and rejects."""
    del problems


def how_it_ended(finished: Finished, signalled: int) -> tuple[RunStatus, int]:
    """(status, exit code): what ended the run early counts more than what its rows did."""
    if not finished.rows.adds_up:
        return RunStatus.FAILED, AccountingError.exit_code
    if isinstance(finished.error, RunStopped):
        return RunStatus.STOPPED, finished.error.exit_code
    if finished.error is not None:
        return RunStatus.FAILED, finished.error.exit_code
    if finished.interrupted:
        return RunStatus.STOPPED, signalled
    if finished.rows.rejected or finished.unswept:
        return RunStatus.REJECTS, _EXIT_REJECTS
    return RunStatus.DONE, 0
