"""The summary of several mappings that ran as one job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.model.report import RunStatus
from etl.reports.text import as_text, harmless, table, told_warnings
from etl.reports.words import counted, duration, next_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.model.report import RunReport

_HEADERS = ("mapping", "status", "read", "loaded", "unchanged", "filtered", "rejected", "took")
_NUMBERS = frozenset(range(2, 8))  # columns whose cells stand on the right


def job_text(reports: Sequence[RunReport], others: Sequence[tuple[str, str]] = ()) -> str:
    """Runs on a screen: a line for each, their sums, and what there is to say about some of them.

    `others` are (mapping, why) of those that did not begin. A single run is told in full.
    """
    if len(reports) == 1 and not others:
        return as_text(reports[0])
    lines = [*table([_HEADERS, *map(_line, reports), _sums(reports)], _NUMBERS)]
    lines.append(f"requests: {_requests(reports)}")
    lines += [f"{mapping}: {why}" for mapping, why in others]
    for report in reports:
        notes = list(_notes(report))
        if notes:
            lines += ["", f"{report.mapping}:", *(f"  {name:<8}  {note}" for name, note in notes)]
    return harmless("\n".join(lines))


def _line(report: RunReport) -> tuple[str, ...]:
    rows = report.rows
    status = report.status.value
    if report.exit_code and report.status is not RunStatus.REJECTS:
        status = f"{status} ({report.exit_code})"
    figures = (rows.read, rows.loaded, rows.unchanged, rows.filtered, rows.rejected)
    return (
        report.mapping,
        status,
        *(f"{number:,}" for number in figures),
        duration(report.duration),
    )


def _sums(reports: Sequence[RunReport]) -> tuple[str, ...]:
    rows = [one.rows for one in reports]
    figures = (
        sum(one.read for one in rows),
        sum(one.loaded for one in rows),
        sum(one.unchanged for one in rows),
        sum(one.filtered for one in rows),
        sum(one.rejected for one in rows),
    )
    took = duration(sum(one.duration for one in reports))
    return (f"{len(reports)} mappings", "", *(f"{number:,}" for number in figures), took)


def _requests(reports: Sequence[RunReport]) -> str:
    counts = [one.requests for one in reports]
    told = {
        "sent": sum(one.sent for one in counts),
        "writes": sum(one.writes for one in counts),
    }
    retried = sum(one.retried for one in counts)
    return counted(told | ({"retried": retried} if retried else {}), zeros=True)


def _notes(report: RunReport) -> Iterator[tuple[str, str]]:
    if report.error:
        yield "error", report.error.replace("\n", "\n    ")
    if report.codes:
        codes = sorted(report.codes.items(), key=lambda item: (-item[1], item[0]))
        yield "rejected", ", ".join(f"{code} {number:,}" for code, number in codes)
    yield from told_warnings(report)
    if report.codes:
        yield "rejects", report.reports.get("rejects") or ""
    if step := next_step(report):
        yield "next", step
