"""`etl retry`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from etl.app import retry_run
from etl.cli.console import watched
from etl.cli.flags import output_flags, run_flags, state_flags, target_flags
from etl.cli.flow import begin, request_of
from etl.cli.output import print_json
from etl.reports import as_json, as_text


@click.command("retry")
@click.argument("run", required=False)
@click.option(
    "--rejects",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The corrected file, where it is not the run's own.",
)
@target_flags
@run_flags
@state_flags
@output_flags
@click.pass_context
def retry_command(
    ctx: click.Context,
    /,
    run: str | None,
    rejects: Path | None,
    **flags: Any,  # noqa: ANN401 - click's own
) -> None:
    """Run the rejected rows again, from the corrected rejects file.

    Of the newest run that has some, if it is the last one of its mapping, or of the one whose id is
    given (then older rows may replace newer ones). Correct the cells in the run's rejects file and
    leave the columns _row, _code, _column and _message alone; a row that was no row (RAGGED, QUOTE,
    NUL) counts as mended once its _code is empty. Rows that have come in meanwhile are not sent
    again, and nothing is concluded from rows that are not in the file.
    """
    begin(flags)
    quiet = flags["quiet"] or flags["output"] == "json"
    with request_of(flags) as request, watched(quiet=quiet) as progress:
        report = retry_run(request, run, rejects, progress)
    if flags["output"] == "json":
        print_json(as_json(report))
    else:
        click.echo(as_text(report))
    ctx.exit(report.exit_code)
