"""Reports to write and read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from etl.model.chunk import TableInfo
from etl.model.ports import RequestCounts
from etl.model.problem import Problem, Severity
from etl.model.report import RecordCounts, RowCounts, RunReport, RunStatus

if TYPE_CHECKING:
    from pathlib import Path

UNUSED = Problem(
    "COLUMN_UNUSED",
    "no entry uses column 'Notes'",
    column="Notes",
    severity=Severity.WARNING,
    file="mappings/catalog.yaml",
)

REPORT = RunReport(
    run_id="1f2e3d4c",
    mapping="catalog",
    target="atrocore https://pim.example.com",
    status=RunStatus.REJECTS,
    exit_code=4,
    started=datetime(2026, 1, 31, 12, 30, 5, tzinfo=UTC),
    duration=75.25,
    rows=RowCounts(read=1300, rejected=6, unchanged=1, loaded=1293),
    records={
        "Brand": RecordCounts(created=12),
        "Product": RecordCounts(created=1200, updated=93, not_modified=1, unchanged=1, failed=2),
    },
    requests=RequestCounts(sent=120, writes=30, retried=2),
    codes={"TYPE": 1, "OPTION_UNKNOWN": 4, "REQUIRED": 1},
    warnings=(UNUSED,),
    source={"path": "sample_data/catalog.csv", "format": "csv", "header": [1, 2], "sheet": None},
    reports={
        "json": "runs/a b/report.json",
        "html": "runs/a b/report.html",
        "results": "runs/a b/results.csv",
        "rejects": "runs/a b/rejects#1.csv",
    },
)


def report(**changes: Any) -> RunReport:  # noqa: ANN401 - any field
    """The sample report with other facts."""
    return replace(REPORT, **changes)


def csv_info(
    columns: tuple[str, ...] = ("SKU", "Name"),
    encoding: str = "utf-8",
    delimiter: str = ",",
    quote: str = '"',
) -> TableInfo:
    """A CSV file as a source tells it."""
    settings = {"format": "csv", "encoding": encoding, "delimiter": delimiter, "quote": quote}
    return TableInfo("catalog.csv", columns, "csv", settings)


def excel_info(columns: tuple[str, ...] = ("SKU", "Name")) -> TableInfo:
    """A workbook as a source tells it."""
    return TableInfo("catalog.xlsx", columns, "excel", {"format": "excel", "sheet": "Sheet1"})


def files_in(folder: Path) -> list[str]:
    """The names of the files there."""
    return sorted(path.name for path in folder.iterdir())
