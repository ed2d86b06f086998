"""`etl state`: what the state knows."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.cli.flags import output_flags, state_flags
from etl.cli.output import print_json
from etl.errors import StateError, UsageError
from etl.reports import scopes_text
from etl.settings import load_settings
from etl.state import open_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.model.known import ScopeEntry, State


@click.group("state")
def state_command() -> None:
    """Show, export or forget what earlier runs confirmed.

    The state is what makes the second run send nothing. It can always be forgotten: then the next
    run looks everything up and sends it again, and nothing is made twice.
    """


@state_command.command("show")
@state_flags
@output_flags
def show_command(**flags: Any) -> None:  # noqa: ANN401 - click's own
    """List what is known, by target and mapping, and who runs a mapping now."""
    with _opened(flags) as state:
        scopes = state.scopes()
    if flags["output"] == "json":
        print_json(_told(scopes=[asdict(one) for one in scopes]))
    else:
        click.echo(scopes_text(scopes))


@state_command.command("export")
@click.argument("mapping")
@click.option("--target", help="The target's identity, where several have this mapping.")
@state_flags
def export_command(mapping: str, target: str | None, **flags: Any) -> None:  # noqa: ANN401 - click's own
    """Print the records of a mapping, one JSON object a line."""
    with _opened(flags) as state:
        scope = _the_scope(state, mapping, target)
        for record in state.scope(scope.target, scope.mapping).export():
            click.echo(json.dumps(asdict(record), ensure_ascii=False))


@state_command.command("forget")
@click.argument("mapping")
@click.option("--target", help="The target's identity, where several have this mapping.")
@click.option("--key", help="Only the rows of this key, as results.csv shows it.")
@state_flags
@output_flags
def forget_command(mapping: str, target: str | None, key: str | None, **flags: Any) -> None:  # noqa: ANN401 - click's own
    """Forget a mapping, or a key of it: the next run sends it again.

    The ids that were used are kept, so that a record that was deleted on the target never comes
    back with its old values.
    """
    with _opened(flags) as state:
        entry = _the_scope(state, mapping, target)
        scope = state.scope(entry.target, entry.mapping)
        with scope.lock():
            rows = entry.rows if key is None else scope.forget_key(key)
            if key is None:
                scope.forget()
    if key is not None and not rows:
        raise UsageError(f"no row of {mapping!r} has the key {key!r}")
    if flags["output"] == "json":
        print_json(_told(forgotten=rows))
    else:
        click.echo(f"{mapping}: {rows:,} rows forgotten")


@state_command.command("check")
@state_flags
@output_flags
def check_command(**flags: Any) -> None:  # noqa: ANN401 - click's own
    """Look whether the state's file is whole."""
    with _opened(flags) as state:
        faults = state.faults()
    if faults:
        told = "; ".join(faults[:5])
        raise StateError(f"the state is damaged: {told}; move it away, and run again without it")
    if flags["output"] == "json":
        print_json(_told())
    else:
        click.echo("The state is whole.")


@contextmanager
def _opened(flags: dict[str, Any]) -> Iterator[State]:
    settings = load_settings(Path.cwd(), os.environ)
    state = open_state(flags["state"] or settings.state)
    try:
        yield state
    finally:
        state.close()


def _the_scope(state: State, mapping: str, target: str | None) -> ScopeEntry:
    found = [
        one
        for one in state.scopes()
        if one.mapping == mapping and (target is None or one.target == target)
    ]
    if not found:
        raise UsageError(f"nothing is known of mapping {mapping!r} (see `etl state show`)")
    if len(found) > 1:
        targets = ", ".join(repr(one.target) for one in found)
        raise UsageError(f"mapping {mapping!r} is known for {targets}: say which by --target")
    return found[0]


def _told(**more: object) -> dict[str, object]:
    return {"status": "done", "exit_code": 0, "error": None, **more}
