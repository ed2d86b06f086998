"""One run of one mapping, from its lock to its report."""

from __future__ import annotations

import os
import secrets
import signal
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

import structlog

from etl.app.parts import Parts, Request, open_parts
from etl.engine.job import Job, Progress, Silent
from etl.engine.pipeline import Finished, Sinks, run
from etl.errors import AccountingError, RunStopped, UsageError
from etl.logs import run_log
from etl.model.known import RunEntry
from etl.model.report import RowStatus, RunReport, RunStatus
from etl.reports import ResultsFile, open_rejects, write_html, write_json
from etl.state import open_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from etl.engine.rejects import RejectedRow
    from etl.model.known import State
    from etl.model.problem import Problem
    from etl.model.report import RowResult

_log = structlog.get_logger("etl.run")
_EXIT_REJECTS = 4
_SHOWN = 200  # rejected rows on the report's page
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_mapping(request: Request, path: Path, progress: Progress | None = None) -> RunReport:
    """Runs one mapping.

    Raises EtlError where the run could not begin; from then on all that happens is in the report.
    """
    settings = request.settings()
    with ExitStack() as stack:
        parts = open_parts(stack, settings, request, path)
        if parts.connection.protected and not request.agreed:
            raise UsageError(
                f"connection {parts.connection.name!r} is protected: say --yes to write to it"
            )
        state = open_state(request.state or settings.state)
        stack.callback(state.close)
        scope = state.scope(parts.target.identity, parts.mapping.name)
        stack.enter_context(scope.lock())
        this = _Run(parts, state, request.runs or settings.runs, settings.folder)
        stack.enter_context(run_log(this.folder / "run.log"))
        stop = stack.enter_context(_stopped_by_signals())
        job = Job(
            source=parts.source,
            transformer=parts.transformer,
            target=parts.target,
            scope=scope,
            duplicates=tuple(entry.duplicates for entry in parts.mapping.records),
            folder=this.folder,
            options=request.options,
            progress=progress or Silent(),
            stop=stop.event,
        )
        return this.carry_out(job, stop)


class _Stop:
    """What a signal asked for."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.exit_code = 0

    def ask(self, number: int, frame: object) -> None:
        """The first signal ends the run in order, the second one at once."""
        del frame
        if self.event.is_set():
            os._exit(128 + number)
        self.exit_code = 128 + number
        self.event.set()


@contextmanager
def _stopped_by_signals() -> Iterator[_Stop]:
    stop = _Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, stop.ask) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True, slots=True)
class _Begun:
    run_id: str
    at: datetime
    clock: float


class _Run:
    """A run's folder, its files and its place in the history."""

    def __init__(self, parts: Parts, state: State, runs: Path, project: Path) -> None:
        self._parts, self._state, self._project = parts, state, project
        self._begun = _Begun(secrets.token_hex(4), datetime.now(UTC), monotonic())
        name = f"{self._begun.at:%Y%m%dT%H%M%SZ}-{parts.mapping.name}-{self._begun.run_id}"
        self.folder = runs / name
        self.folder.mkdir(mode=0o700, parents=True)
        self._rejects: Path | None = None
        self._shown_rejects: list[RowResult] = []
        self._several = parts.source.info.files > 1

    def carry_out(self, job: Job, stop: _Stop) -> RunReport:
        """Runs the job and writes its report, whatever happens."""
        self._enter_history()
        _log.info("run begins", run=self._begun.run_id, mapping=self._parts.mapping.name)
        sinks = Sinks(self._write_results, self._write_rejects, _ignore)
        finished = run(job, sinks)
        report = self._report(finished, stop)
        _log.info("run ends", status=report.status, exit_code=report.exit_code)
        write_json(report, self.folder / "report.json")
        write_html(report, self.folder / "report.html", self._shown_rejects)
        (self.folder / "unchanged.csv").unlink(missing_ok=True)
        self._leave_history(report)
        return report

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

    def _report(self, finished: Finished, stop: _Stop) -> RunReport:
        status, code = how_it_ended(finished, stop.exit_code)
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
            duration=monotonic() - self._begun.clock,
            rows=finished.rows,
            records=finished.records,
            requests=self._parts.target.counts(),
            codes=finished.codes,
            warnings=(*self._parts.warnings, *finished.warnings),
            source={"path": info.path, "format": info.format, **info.settings},
            reports={
                "json": self._shown(self.folder / "report.json"),
                "html": self._shown(self.folder / "report.html"),
                "results": self._shown(self.folder / "results.csv"),
                "rejects": self._shown(self._rejects) if self._rejects else None,
            },
            error=str(error) if error else None,
        )

    def _shown(self, path: Path) -> str:
        return os.path.relpath(path, self._project)

    def _enter_history(self) -> None:
        entry = RunEntry(
            self._begun.run_id,
            self._parts.mapping.name,
            self._parts.target.identity,
            self._begun.at,
            "running",
            report=str((self.folder / "report.json").resolve()),
        )
        self._state.begin(entry)
        self._entry = entry

    def _leave_history(self, report: RunReport) -> None:
        self._state.finish(replace(self._entry, status=report.status, exit_code=report.exit_code))


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
    if finished.rows.rejected:
        return RunStatus.REJECTS, _EXIT_REJECTS
    return RunStatus.DONE, 0
