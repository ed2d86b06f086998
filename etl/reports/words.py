"""Figures in words: what text and page have in common."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from etl.model.report import RunStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.model.problem import Problem
    from etl.model.report import RecordCounts, RowCounts, RunReport

_MINUTE = 60
_HOUR = 3600
_SIGNALS = 128  # exit codes above this are 128 + the signal's number
_STOPPED = 5
_NO_TARGET = 6
_DOES_NOT_ADD_UP = 9
_UNUSED = "COLUMN_UNUSED"
_VERDICTS = {
    RunStatus.DONE: "done",
    RunStatus.REJECTS: "done, some rows were rejected",
    RunStatus.STOPPED: "stopped",
    RunStatus.FAILED: "failed",
}


def verdict(report: RunReport) -> str:
    """How the run ended, with its exit code where that is not 0."""
    code = f" (exit {report.exit_code})" if report.exit_code else ""
    return f"{_VERDICTS[report.status]}{code}"


def duration(seconds: float) -> str:
    """A time span as people say it: `0.4 s`, `2 min 05 s`, `1 h 02 min`."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE):02} s"
    return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE):02} min"


def counted(figures: Mapping[str, int], *, zeros: bool = False) -> str:
    """`294 created, 2 not modified`; figures of 0 are left out unless `zeros`."""
    told = [
        f"{number:,} {name.replace('_', ' ')}"
        for name, number in figures.items()
        if number or zeros
    ]
    return ", ".join(told) or "none"


def row_words(rows: RowCounts) -> str:
    """`300 read = 294 loaded + 6 rejected`: the sum that must be right."""
    sign = "=" if rows.adds_up else "≠"
    parts = [
        f"{number:,} {name}" for name, number in asdict(rows).items() if number and name != "read"
    ]
    return f"{rows.read:,} read {sign} {' + '.join(parts)}" if parts else f"{rows.read:,} read"


def record_words(counts: RecordCounts) -> str:
    """`12 created, 282 unchanged`."""
    return counted(asdict(counts))


def unused_columns(warnings: Sequence[Problem]) -> tuple[list[str], list[Problem]]:
    """The columns that no entry uses, to be told in one line, and the other warnings."""
    unused = [problem.column for problem in warnings if problem.code == _UNUSED and problem.column]
    return unused, [problem for problem in warnings if problem.code != _UNUSED]


def next_step(report: RunReport) -> str | None:
    """What to do now; None where nothing is left to do."""
    if report.exit_code == _DOES_NOT_ADD_UP:
        return "run it again with --full; if the rows still do not add up, it is a bug: report it"
    if report.exit_code > _SIGNALS:
        return "run it again: it goes on where it stopped"
    if report.exit_code == _NO_TARGET:
        return "see that the target can be reached, then run it again: it goes on where it stopped"
    if report.status is RunStatus.REJECTS and report.rows.rejected:
        return (
            f"correct the source ({_rejects(report)} says where), then run it again; "
            f"or correct that file, then: etl retry {report.run_id}"
        )
    if report.exit_code == _STOPPED:
        return f"correct the source ({_rejects(report)} says where), then run it again"
    return None


def _rejects(report: RunReport) -> str:
    return report.reports.get("rejects") or "rejects"
