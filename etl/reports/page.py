"""A run's report as one page of HTML that needs nothing else."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from etl.model.report import RowStatus
from etl.reports.structure import as_json
from etl.reports.whole import write_whole
from etl.reports.words import duration, next_step, row_words, unused_columns, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Template

    from etl.model.report import RowCounts, RowResult, RunReport

_SHOWN = 200


def write_html(report: RunReport, path: Path, rejects: Sequence[RowResult] = ()) -> None:
    """Writes report.html, all of it or nothing, with up to 200 of the rejected rows.

    The page has no scripts and loads nothing; links to the other files are by name, since they lie
    in the same folder.
    """
    write_whole(path, _template().render(_facts(report, rejects)))


@cache
def _template() -> Template:
    """The page; a job of many mappings writes many."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - heavy

    templates = Environment(
        loader=PackageLoader("etl.reports", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("report.html")


def _facts(report: RunReport, rejects: Sequence[RowResult]) -> dict[str, Any]:
    unused, warnings = unused_columns(report.warnings)
    return {
        "unused": unused,
        "warnings": warnings,
        "report": report,
        "shown": as_json(report),
        "verdict": verdict(report),
        "duration": duration(report.duration),
        "next_step": next_step(report),
        "row_words": row_words(report.rows),
        "shares": _shares(report.rows),
        "codes": sorted(report.codes.items(), key=lambda item: (-item[1], item[0])),
        "records": {entity: asdict(counts) for entity, counts in report.records.items()},
        "files": [(kind, *_link(place)) for kind, place in report.reports.items() if place],
        "rejects": rejects[:_SHOWN],
        "several_files": any(result.file for result in rejects[:_SHOWN]),
        "more_rejects": max(report.rows.rejected - len(rejects[:_SHOWN]), 0),
    }


def _link(place: str) -> tuple[str, str]:
    """(the file's name, the link to it from a page in the same folder)."""
    name = PurePath(place).name
    return name, f"./{quote(name)}"


def _shares(rows: RowCounts) -> list[tuple[str, int, float]]:
    """(status, rows, per cent of all rows) of each status."""
    figures = asdict(rows)
    whole = max(rows.read, 1)
    order = (RowStatus.LOADED, RowStatus.UNCHANGED, RowStatus.FILTERED, RowStatus.REJECTED)
    return [(status.value, figures[status], 100 * figures[status] / whole) for status in order]
