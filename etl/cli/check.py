"""`etl check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.app import Request, check_job
from etl.cli.flags import output_flags, run_flags, state_flags, target_flags
from etl.cli.flow import Answered, answer
from etl.cli.output import problem_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.app import CheckReport
    from etl.engine.task import Progress


@click.command("check")
@click.argument("mappings", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@target_flags
@run_flags
@state_flags
@output_flags
@click.pass_context
def check_command(ctx: click.Context, /, mappings: tuple[Path, ...], **flags: Any) -> None:  # noqa: ANN401 - click's own
    """Find all that is wrong before anything is written.

    The mapping itself, against the target's metadata, and every cell of the source, with
    references looked up; what another mapping of the same job makes counts as there. Nothing is
    written to the target or the state. Exit codes: 0 nothing found, 2 the mapping is wrong, 3 rows
    would be rejected.
    """
    answer(ctx, mappings, flags, _check)


def _check(request: Request, mappings: Sequence[Path], progress: Progress) -> Answered:
    reports = check_job(request, mappings, progress)
    return Answered([_json(one) for one in reports], "\n".join(_text(one) for one in reports))


def _text(report: CheckReport) -> str:
    lines = [f"{found.severity}: {found.code}: {found.text()}" for found in report.problems]
    errors = len(report.errors)
    rows = report.rows
    lines.append(
        f"{report.mapping}: {rows.read} rows read, {rows.rejected} would be rejected, "
        f"{errors} errors, {len(report.problems) - errors} warnings; nothing was written"
    )
    return "\n".join(lines)


def _json(report: CheckReport) -> dict[str, Any]:
    return {
        "mapping": report.mapping,
        "status": "failed" if report.exit_code else "done",
        "exit_code": report.exit_code,
        "error": None,
        "rows": {
            "read": report.rows.read,
            "filtered": report.rows.filtered,
            "rejected": report.rows.rejected,
        },
        "problems": [problem_json(found) for found in report.problems],
        "requests": {"sent": report.requests.sent, "writes": report.requests.writes},
    }
