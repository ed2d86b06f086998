"""A mapping with everything that it needs: source, target and both compiled together."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from etl.engine.job import Options
from etl.errors import MappingError, UsageError
from etl.mapping import load_mapping
from etl.model.connection import Connection, Secret
from etl.model.problem import Problem, Severity
from etl.settings import Settings, load_settings
from etl.sources import open_source
from etl.targets.opener import open_target
from etl.transform import compile_mapping

if TYPE_CHECKING:
    from contextlib import ExitStack

    from etl.mapping import Mapping
    from etl.model.ports import Source, Target
    from etl.transform import CompiledMapping

SANDBOX_FOLDER = Path(".etl") / "sandbox"


@dataclass(frozen=True, slots=True)
class Request:
    """What the flags say. `folder` is the project's, where etl.yaml lies and paths begin."""

    connection: str | None = None
    url: str | None = None
    username: str | None = None
    sandbox: str | None = None
    state: str | None = None
    runs: Path | None = None
    options: Options = field(default_factory=Options)
    agreed: bool = False
    folder: Path = field(default_factory=Path.cwd)

    def settings(self) -> Settings:
        """The project's settings, with the flags on top."""
        return load_settings(self.folder, os.environ)


@dataclass(frozen=True, slots=True)
class Parts:
    """An opened mapping. `warnings` are told once a run."""

    mapping: Mapping
    source: Source
    target: Target
    connection: Connection
    transformer: CompiledMapping
    warnings: tuple[Problem, ...]


def open_parts(stack: ExitStack, settings: Settings, request: Request, path: Path) -> Parts:
    """Opens a mapping, its source and its target; the stack closes them.

    Raises MappingError with all that is wrong in the mapping at once, and UsageError, SourceError
    or TargetError where a part cannot be opened.
    """
    problems: list[Problem] = []
    mapping = load_mapping(path, collect=problems)
    if mapping is None:
        raise MappingError(problems)
    connection = find_connection(stack, settings, request, mapping.connection)
    target = open_target(connection)
    stack.callback(target.close)
    source = open_source(mapping.source, path.parent)
    transformer = compile_mapping(mapping, source.info, target, collect=problems)
    if transformer is None or problems:
        raise MappingError(problems)
    warnings = tuple(_unused(path, column) for column in transformer.unused_columns)
    return Parts(mapping, source, target, connection, transformer, warnings)


def find_connection(
    stack: ExitStack, settings: Settings, request: Request, mapping: str | None
) -> Connection:
    """The connection that flags, environment or mapping name; or an embedded sandbox, started."""
    if request.sandbox is None:
        return settings.connection(
            request.connection, mapping, url=request.url, username=request.username
        )
    if request.sandbox != "v1":
        raise UsageError(f"--sandbox={request.sandbox}: only v1 is there yet")
    from etl.sandbox import Sandbox  # noqa: PLC0415 - a door of its own, opened when asked for

    data = settings.folder / SANDBOX_FOLDER / request.sandbox
    server = stack.enter_context(Sandbox(data))
    return Connection(
        type="atrocore",
        url=server.url,
        name="sandbox",
        username=server.username,
        password=Secret(server.password),
        identity=f"sandbox {request.sandbox} {data.resolve()}",
    )


def _unused(path: Path, column: str) -> Problem:
    return Problem(
        "COLUMN_UNUSED",
        f"no entry uses column {column!r}",
        column=column,
        severity=Severity.WARNING,
        file=str(path),
    )
