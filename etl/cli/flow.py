"""What `run` and `check` have in common: flags into a request, reports out."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.app.parts import Request
from etl.cli.console import set_up_logs, watched
from etl.cli.output import print_json
from etl.engine.task import Limit, Options
from etl.errors import UsageError
from etl.model.connection import Connection, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from etl.engine.task import Progress


@contextmanager
def request_of(flags: dict[str, Any]) -> Iterator[Request]:
    """The request that the flags make; with `--sandbox`, the sandbox runs as long."""
    with ExitStack() as stack:
        given = _sandbox(stack, flags["sandbox"]) if flags["sandbox"] else None
        yield _request(flags, given)


def _sandbox(stack: ExitStack, api: str) -> Connection:
    if api != "v1":
        raise UsageError(f"--sandbox={api}: only v1 is there yet")
    from etl.sandbox import Sandbox  # noqa: PLC0415 - only who asks for it waits for it

    data = Path.cwd() / ".etl" / "sandbox" / api
    server = stack.enter_context(Sandbox(data))
    return Connection(
        type="atrocore",
        url=server.url,
        name="sandbox",
        username=server.username,
        password=Secret(server.password),
        identity=f"sandbox {api} {data.resolve()}",
    )


def _request(flags: dict[str, Any], given: Connection | None) -> Request:
    if "limit" not in flags:
        return Request(flags["connection"], flags["url"], flags["username"], given)
    rows, share = flags["max_errors"] or (None, None)
    return Request(
        connection=flags["connection"],
        url=flags["url"],
        username=flags["username"],
        given=given,
        state=flags["state"],
        runs=flags["runs"],
        agreed=flags["yes"],
        rate=flags["rate"],
        options=Options(
            limit=flags["limit"],
            full=flags["full"],
            strict=flags.get("strict", False),
            batch_size=flags["batch_size"],
            workers=flags["workers"],
            max_errors=Limit(rows, share),
        ),
    )


def begin(flags: dict[str, Any]) -> None:
    """Sets the logs up as the flags say."""
    set_up_logs(
        flags["verbose"],
        quiet=flags["quiet"],
        form=flags["log_format"],
        level=os.environ.get("ETL_LOG_LEVEL"),
    )


def answer(
    ctx: click.Context,
    mappings: Sequence[Path],
    flags: dict[str, Any],
    work: Callable[[Request, Sequence[Path], Progress], Answered],
) -> None:
    """Works on the mappings and prints what comes of them, as text or as one JSON object.

    One mapping gives its own object, several (or a folder) one of all their runs.
    """
    begin(flags)
    as_object = flags["output"] == "json"
    alone = len(mappings) == 1 and not mappings[0].is_dir()
    with request_of(flags) as request, watched(quiet=flags["quiet"] or as_object) as progress:
        answered = work(request, mappings, progress)
    code = next((found["exit_code"] for found in answered.runs if found["exit_code"]), 0)
    if as_object:
        status = next((found["status"] for found in answered.runs if found["exit_code"]), "done")
        summary = {"status": status, "exit_code": code, "error": None, "runs": answered.runs}
        print_json(answered.runs[0] if alone else summary)
    else:
        click.echo(answered.text)
    ctx.exit(code)


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of some mappings: one object each, and the whole as text."""

    runs: Sequence[dict[str, Any]]
    text: str
