"""What `run` and `check` have in common: flags into a request, reports out."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from etl.app.parts import Request
from etl.cli.console import set_up_logs, watched
from etl.cli.output import print_json, problem_json
from etl.engine.job import Limit, Options
from etl.errors import EtlError, MappingError, UsageError
from etl.model.connection import Connection, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from etl.engine.job import Progress


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
    work: Callable[[Request, Path, Progress], tuple[int, dict[str, Any], str]],
) -> None:
    """Works on each mapping and prints what comes of it, as text or as one JSON object.

    `work` gives the exit code, the answer as JSON, and as text.
    """
    begin(flags)
    as_object = flags["output"] == "json"

    def one(mapping: Path) -> tuple[int, dict[str, Any]]:
        with watched(quiet=flags["quiet"] or as_object) as progress:
            code, found, text = work(request, mapping, progress)
        if not as_object:
            click.echo(text)
        return code, found

    with request_of(flags) as request:
        code, results = each_mapping(mappings, one)
    if as_object:
        print_json(results[0] if len(mappings) == 1 else {"runs": results, "exit_code": code})
    ctx.exit(code)


def each_mapping(
    mappings: Sequence[Path], work: Callable[[Path], tuple[int, dict[str, Any]]]
) -> tuple[int, list[dict[str, Any]]]:
    """Works on the mappings one after the other: (the first exit code that is not 0, results).

    A mapping that cannot begin does not keep the others from their turn.
    """
    if len(mappings) == 1:
        code, found = work(mappings[0])
        return code, [found]
    worst, results = 0, []
    for mapping in mappings:
        try:
            code, found = work(mapping)
        except EtlError as error:
            code, found = error.exit_code, failure(mapping, error)
            click.echo(str(error), err=True)
        worst = worst or code
        results.append(found)
    return worst, results


def failure(mapping: Path, error: EtlError) -> dict[str, Any]:
    """A mapping that could not begin, as JSON."""
    found: dict[str, Any] = {
        "mapping": str(mapping),
        "status": "failed",
        "exit_code": error.exit_code,
        "error": str(error),
    }
    if isinstance(error, MappingError):
        found["problems"] = [problem_json(problem) for problem in error.problems]
    return found
