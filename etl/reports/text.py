"""A run's report and the history of runs as text for a terminal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from etl.model.report import RunStatus
from etl.reports.structure import read_report
from etl.reports.words import (
    counted,
    duration,
    next_step,
    record_words,
    row_words,
    unused_columns,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from etl.model.known import RunEntry, ScopeEntry
    from etl.model.report import RunReport

_SHOWN = 20  # warnings, unused columns; the others are in report.json
_HEADERS = ("run", "started (UTC)", "mapping", "status", "read", "loaded", "rejected", "took")
_SCOPE_HEADERS = ("mapping", "target", "records", "rows", "gone", "")
_LEFT_OUT = "COLUMN_LEFT_OUT"
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NUMBERS = frozenset({4, 5, 6, 7})  # columns whose cells stand on the right


def as_text(report: RunReport) -> str:
    """The report on a screen: figures, what was rejected, where the files are, what to do next."""
    lines = [f"{report.mapping}: {verdict(report)} in {duration(report.duration)}"]
    facts = list(_facts(report))
    width = max(len(name) for name, _ in facts)
    lines += [f"  {name:<{width}}  {fact}" for name, fact in facts]
    if step := next_step(report):
        lines.append(f"Next: {step}")
    return harmless("\n".join(lines))


def harmless(text: str) -> str:
    """The text without characters that could steer a terminal."""
    return _STEERING.sub("\ufffd", text)


def _facts(report: RunReport) -> Iterator[tuple[str, str]]:
    if report.error:
        yield "error", report.error.replace("\n", "\n    ")
    yield "target", report.target
    yield "rows", row_words(report.rows)
    for entity, counts in report.records.items():
        yield entity, record_words(counts)
    if any(report.files.values()):
        yield "files", counted(report.files)
    yield (
        "requests",
        counted(
            {"sent": report.requests.sent, "writes": report.requests.writes}
            | ({"retried": report.requests.retried} if report.requests.retried else {}),
            zeros=True,
        ),
    )
    if report.codes:
        codes = sorted(report.codes.items(), key=lambda item: (-item[1], item[0]))
        yield "rejected", ", ".join(f"{code} {number:,}" for code, number in codes)
    yield from told_warnings(report)
    for kind in ("results", "rejects", "html"):
        if path := report.reports.get(kind):
            yield {"html": "report"}.get(kind, kind), path


def told_warnings(report: RunReport) -> Iterator[tuple[str, str]]:
    """(name, text) of what is told once a run; the columns that nobody uses in one line."""
    unused, others = unused_columns(report.warnings)
    for problem in others[:_SHOWN]:
        if problem.code == _LEFT_OUT:
            yield "left out", f"column {problem.column!r}: {problem.message}"
        else:
            yield "warning", problem.text()
    if len(others) > _SHOWN:
        yield "warning", f"… and {len(others) - _SHOWN:,} more in report.json"
    if unused:
        more = f" and {len(unused) - _SHOWN:,} more" if len(unused) > _SHOWN else ""
        yield "unused", f"columns {', '.join(unused[:_SHOWN])}{more}"


def history_text(entries: Sequence[RunEntry]) -> str:
    """The runs as a table, in the order given.

    Figures come from each run's report.json; where that is gone or not there yet they are blank.
    """
    if not entries:
        return "There is no run yet."
    return "\n".join(table([_HEADERS, *map(_history_line, entries)], _NUMBERS))


def _history_line(entry: RunEntry) -> tuple[str, ...]:
    started = f"{entry.started:%Y-%m-%d %H:%M:%S}"
    status = entry.status
    if entry.exit_code and status != RunStatus.REJECTS:
        status = f"{status} ({entry.exit_code})"
    if entry.holder:
        status = f"{status} {entry.holder}"
    return (entry.run_id, started, entry.mapping, status, *_figures(entry))


def _figures(entry: RunEntry) -> tuple[str, str, str, str]:
    try:
        report = read_report(Path(entry.report or ""))
    except (OSError, ValueError):
        return ("", "", "", "")
    rows = report.rows
    return (
        f"{rows.read:,}",
        f"{rows.loaded:,}",
        f"{rows.rejected:,}",
        duration(report.duration),
    )


def scopes_text(scopes: Sequence[ScopeEntry]) -> str:
    """What the state knows, as a table."""
    if not scopes:
        return "Nothing is known yet."
    lines = [
        (
            one.mapping,
            one.target,
            f"{one.records:,}",
            f"{one.rows:,}",
            f"{one.gone:,}",
            f"running {one.holder}" if one.holder else "",
        )
        for one in scopes
    ]
    return harmless("\n".join(table([_SCOPE_HEADERS, *lines], frozenset({2, 3, 4}))))


def table(rows: Sequence[Sequence[str]], right: Container[int]) -> Iterator[str]:
    """Lines of cells under each other; those of the columns `right` stand on the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
