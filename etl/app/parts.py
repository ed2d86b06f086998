"""A mapping with everything that it needs: source, target and both compiled together."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from etl.engine.job import Options
from etl.errors import MappingError
from etl.mapping import load_mapping
from etl.model.problem import Problem, Severity
from etl.settings import Settings, load_settings
from etl.sources import open_source
from etl.targets.opener import open_target
from etl.transform import compile_mapping

if TYPE_CHECKING:
    from contextlib import ExitStack

    from etl.mapping import Mapping
    from etl.model.connection import Connection
    from etl.model.ports import Source, Target
    from etl.transform import CompiledMapping


@dataclass(frozen=True, slots=True)
class Request:
    """What the flags say. `folder` is the project's, where etl.yaml lies and paths begin.

    `given` is a connection that is there already, and beats all names: the embedded sandbox's.
    """

    connection: str | None = None
    url: str | None = None
    username: str | None = None
    given: Connection | None = None
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
    connection = find_connection(settings, request, mapping.connection)
    target = open_target(connection)
    stack.callback(target.close)
    source = open_source(mapping.source, path.parent)
    transformer = compile_mapping(mapping, source.info, target, collect=problems)
    if transformer is None or problems:
        raise MappingError(problems)
    warnings = tuple(_unused(path, column) for column in transformer.unused_columns)
    return Parts(mapping, source, target, connection, transformer, warnings)


def find_connection(settings: Settings, request: Request, mapping: str | None) -> Connection:
    """The connection that is given, or that flags, environment or mapping name."""
    if request.given is not None:
        return request.given
    return settings.connection(
        request.connection, mapping, url=request.url, username=request.username
    )


def _unused(path: Path, column: str) -> Problem:
    return Problem(
        "COLUMN_UNUSED",
        f"no entry uses column {column!r}",
        column=column,
        severity=Severity.WARNING,
        file=str(path),
    )
