"""A run's report as JSON and back: the interface's object, with more keys."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from etl.model.ports import RequestCounts
from etl.model.problem import Problem, Severity
from etl.model.report import RecordCounts, RowCounts, RunReport, RunStatus
from etl.reports.whole import write_whole

if TYPE_CHECKING:
    from pathlib import Path

_Counts = TypeVar("_Counts", RowCounts, RecordCounts, RequestCounts)


def as_json(report: RunReport) -> dict[str, Any]:
    """The report as `etl run --output json` prints it and report.json holds it."""
    return {
        "run_id": report.run_id,
        "mapping": report.mapping,
        "mapping_file": report.file,
        "target": report.target,
        "status": report.status.value,
        "exit_code": report.exit_code,
        "error": report.error,
        "started": report.started.isoformat(),
        "duration_s": round(report.duration, 3),
        "source": {name: _plain(value) for name, value in report.source.items()},
        "rows": asdict(report.rows),
        "records": {entity: asdict(counts) for entity, counts in report.records.items()},
        "files": dict(report.files),
        "requests": asdict(report.requests),
        "codes": dict(report.codes),
        "warnings": [_problem_json(problem) for problem in report.warnings],
        "reports": dict(report.reports),
    }


def from_json(found: dict[str, Any]) -> RunReport:
    """The report that `as_json` was given, its duration in milliseconds.

    Keys that are unknown are left out, so that reports of other versions can be read. Raises
    ValueError where it is no report.
    """
    try:
        return RunReport(
            run_id=found["run_id"],
            mapping=found["mapping"],
            file=found.get("mapping_file", ""),
            target=found["target"],
            status=RunStatus(found["status"]),
            exit_code=found["exit_code"],
            error=found["error"],
            started=datetime.fromisoformat(found["started"]),
            duration=found["duration_s"],
            source=found["source"],
            rows=_known(RowCounts, found["rows"]),
            records={
                entity: _known(RecordCounts, counts) for entity, counts in found["records"].items()
            },
            files=found["files"],
            requests=_known(RequestCounts, found["requests"]),
            codes=found["codes"],
            warnings=tuple(_problem(problem) for problem in found["warnings"]),
            reports=found["reports"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no report of a run: {error!r}") from error


def write_json(report: RunReport, path: Path) -> None:
    """Writes report.json, all of it or nothing."""
    text = json.dumps(as_json(report), ensure_ascii=False, indent=2)
    write_whole(path, f"{text}\n")


def read_report(path: Path) -> RunReport:
    """The report in a report.json. Raises OSError or ValueError where there is none."""
    return from_json(json.loads(path.read_text(encoding="utf-8")))


def _plain(value: object) -> object:
    """A find about the source as JSON: what JSON has no word for, as text."""
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {name: value for name, value in asdict(problem).items() if value is not None}


def _problem(found: dict[str, Any]) -> Problem:
    known = {item.name for item in fields(Problem)}
    told = {name: value for name, value in found.items() if name in known}
    return Problem(**told | {"severity": Severity(found["severity"])})


def _known(kind: type[_Counts], found: dict[str, int]) -> _Counts:
    names = {item.name for item in fields(kind)}
    return kind(**{name: value for name, value in found.items() if name in names})
