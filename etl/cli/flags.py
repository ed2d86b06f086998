"""The flags that several commands share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

_Command = TypeVar("_Command", bound="Callable[..., Any]")


class Auto(click.ParamType[int | None]):
    """A whole number from 1, or `auto`, which is None."""

    name = "N|auto"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        """The number."""
        if value is None or value == "auto":
            return None
        text = str(value)
        if not text.isdecimal() or int(text) < 1:
            self.fail(f"{value!r} is neither a whole number from 1 nor auto", param, ctx)
        return int(text)


class ErrorLimit(click.ParamType["tuple[int | None, float | None]"]):
    """A number of rows, or a share such as 5%; as (rows, share)."""

    name = "N|P%"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int | None, float | None]:
        """(rows, None) or (None, share from 0 to 1)."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(%?)", str(value).strip())
        if not found or (not found[2] and "." in found[1]):
            self.fail(f"{value!r} is neither a number of rows nor a share such as 5%", param, ctx)
        return (None, float(found[1]) / 100) if found[2] else (int(found[1]), None)


_TARGET = (
    click.option("-c", "--connection", metavar="NAME", help="A connection of etl.yaml."),
    click.option("--url", help="The target's root, for a connection that has no name."),
    click.option("--username", help="Its user; the password comes from ETL_PASSWORD."),
    click.option(
        "--sandbox",
        is_flag=False,
        flag_value="v1",
        metavar="[=API]",
        help="An embedded sandbox instead of a server; its data stay in .etl/sandbox/.",
    ),
)
_OUTPUT = (
    click.option(
        "-o",
        "--output",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="json: one object on stdout, also on failure.",
    ),
    click.option(
        "--log-format",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="How logs are written to stderr.",
    ),
    click.option("-v", "--verbose", count=True, help="More on stderr; twice: everything."),
    click.option("-q", "--quiet", is_flag=True, help="Only errors on stderr."),
)
_STATE = (
    click.option("--state", metavar="URL", help="Where the state is kept."),
    click.option(
        "--runs", type=click.Path(path_type=Path), metavar="DIR", help="Where runs leave reports."
    ),
)
_RUN = (
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N rows."),
    click.option("--full", is_flag=True, help="Ignore what the state knows."),
    click.option("--batch-size", type=Auto(), default="auto", help="Records in one request."),
    click.option("--workers", type=Auto(), default="auto", help="Requests at the same time."),
    click.option(
        "--rate",
        type=click.FloatRange(min=0, min_open=True),
        metavar="N",
        help="At most N requests a second.",
    ),
    click.option("--max-errors", type=ErrorLimit(), help="Stop when more rows are rejected."),
    click.option("--yes", is_flag=True, help="Do not ask before writing to a protected target."),
)


def _adds(options: tuple[Callable[[_Command], _Command], ...]) -> Callable[[_Command], _Command]:
    def add(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


target_flags = _adds(_TARGET)
output_flags = _adds(_OUTPUT)
state_flags = _adds(_STATE)
run_flags = _adds(_RUN)
