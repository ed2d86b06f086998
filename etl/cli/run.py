"""`etl run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.app import Request, run_mapping
from etl.cli.flags import output_flags, run_flags, state_flags, target_flags
from etl.cli.flow import answer
from etl.reports import as_json, as_text

if TYPE_CHECKING:
    from etl.engine.job import Progress


@click.command("run")
@click.argument("mappings", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@target_flags
@run_flags
@click.option("--strict", is_flag=True, help="Write nothing if the check finds an error (exit 3).")
@state_flags
@output_flags
@click.pass_context
def run_command(ctx: click.Context, /, mappings: tuple[Path, ...], **flags: Any) -> None:  # noqa: ANN401 - click's own
    """Bring the target to the state that the source says.

    Rows that were confirmed before are not sent again; a run that broke off goes on by itself.
    Every row gets an answer in results.csv, and rejected rows are in rejects.csv with their
    reasons. Exit codes: 0 all rows in, 4 some rejected, 2 the mapping is wrong, 6 the target
    cannot be reached.
    """
    answer(ctx, mappings, flags, _run)


def _run(request: Request, mapping: Path, progress: Progress) -> tuple[int, dict[str, Any], str]:
    report = run_mapping(request, mapping, progress)
    return report.exit_code, as_json(report), as_text(report)
