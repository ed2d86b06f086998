"""`etl run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.app import NotRun, Request, run_job
from etl.cli.flags import output_flags, run_flags, state_flags, target_flags
from etl.cli.flow import Answered, answer
from etl.model.report import RunReport
from etl.reports import as_json, job_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.engine.task import Progress


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

    Several mappings, or a folder of them, are one job: they run in the order of their references
    and are told in one summary. Rows that were confirmed before are not sent again; a run that
    broke off goes on by itself.
    Every row gets an answer in results.csv, and rejected rows are in rejects.csv with their
    reasons. Exit codes: 0 all rows in, 4 some rejected, 2 the mapping is wrong, 6 the target
    cannot be reached.
    """
    answer(ctx, mappings, flags, _run)


def _run(request: Request, mappings: Sequence[Path], progress: Progress) -> Answered:
    ended = run_job(request, mappings, progress)
    reports = [one for one in ended if isinstance(one, RunReport)]
    others = [(one.mapping, str(one.error)) for one in ended if isinstance(one, NotRun)]
    runs = [as_json(one) if isinstance(one, RunReport) else _not_run(one) for one in ended]
    return Answered(runs, job_text(reports, others))


def _not_run(one: NotRun) -> dict[str, Any]:
    """A mapping that could not begin, as JSON."""
    return {
        "mapping": one.mapping,
        "status": "failed",
        "exit_code": one.exit_code,
        "error": str(one.error),
    }
