"""`etl runs` and `etl report`."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli.flags import output_flags, state_flags
from etl.cli.output import print_json
from etl.errors import UsageError
from etl.reports import as_json, as_text, from_json, history_text
from etl.settings import load_settings
from etl.state import open_state

if TYPE_CHECKING:
    from etl.model.known import RunEntry, State
    from etl.model.report import RunReport

_SHOWN = 20  # runs that are listed


@click.command("runs")
@click.option("--limit", type=click.IntRange(min=1), default=_SHOWN, show_default=True)
@state_flags
@output_flags
def runs_command(limit: int, **flags: Any) -> None:  # noqa: ANN401 - click's own
    """List the runs so far, the newest first."""
    entries = _history(flags, limit)
    if flags["output"] == "json":
        print_json({"status": "done", "exit_code": 0, "error": None, "runs": _listed(entries)})
    else:
        click.echo(history_text(entries))


@click.command("report")
@click.argument("run", required=False)
@state_flags
@output_flags
def report_command(run: str | None, **flags: Any) -> None:  # noqa: ANN401 - click's own
    """Show one run's report: of the newest run, or of the one whose id is given."""
    report = _report(_history(flags, 10_000), run)
    if flags["output"] == "json":
        print_json(as_json(report))
    else:
        click.echo(as_text(report))


def _history(flags: dict[str, Any], limit: int) -> list[RunEntry]:
    settings = load_settings(Path.cwd(), os.environ)
    state = open_state(flags["state"] or settings.state)
    try:
        return [_with_holder(state, entry) for entry in state.history(limit)]
    finally:
        state.close()


def _with_holder(state: State, entry: RunEntry) -> RunEntry:
    """A run that is said to be running has a holder, or it has broken off."""
    if entry.status != "running":
        return entry
    holder = state.holder(entry.target, entry.mapping)
    return replace(entry, status="running" if holder else "broken off", holder=holder)


def _listed(entries: list[RunEntry]) -> list[dict[str, Any]]:
    return [
        {
            "run_id": entry.run_id,
            "mapping": entry.mapping,
            "target": entry.target,
            "started": entry.started.isoformat(),
            "status": entry.status,
            "exit_code": entry.exit_code,
            "holder": entry.holder and str(entry.holder),
            "report": entry.report,
        }
        for entry in entries
    ]


def _report(entries: list[RunEntry], run: str | None) -> RunReport:
    found = [entry for entry in entries if run is None or entry.run_id == run]
    if not found:
        raise UsageError(f"no run {run!r} (see `etl runs`)" if run else "there is no run yet")
    path = Path(found[0].report or "")
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise UsageError(f"run {found[0].run_id} left no report at {path}") from error
