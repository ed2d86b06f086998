"""Mappings with everything that they need: sources, targets, and how they depend on each other."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from etl.engine.task import Options
from etl.errors import MappingError, UsageError
from etl.mapping import load_mapping
from etl.model.problem import Problem, Severity
from etl.settings import Settings, load_settings
from etl.sources import open_source
from etl.targets.opener import open_target
from etl.transform import compile_mapping, job_order, made_and_needed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import ExitStack

    from etl.mapping import Mapping
    from etl.model.connection import Connection
    from etl.model.ports import Source, Target
    from etl.transform import CompiledMapping

_ENDINGS = (".yaml", ".yml")


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
    rate: float | None = None
    folder: Path = field(default_factory=Path.cwd)

    def settings(self) -> Settings:
        """The project's settings, with the flags on top."""
        return load_settings(self.folder, os.environ)


@dataclass(frozen=True, slots=True)
class Parts:
    """An opened mapping. `made` and `needed` are the entities that it makes and builds upon.

    `draft` is what was compiled before the job's first write.
    """

    mapping: Mapping
    source: Source
    target: Target
    connection: Connection
    made: frozenset[str]
    needed: frozenset[str]
    draft: CompiledMapping | None = None

    def final(self) -> CompiledMapping:
        """The mapping, compiled against what its target is now. Raises MappingError."""
        draft = self.draft
        if draft and not draft.uncompiled and not self.target.counts().writes:
            return draft
        compiled = self.compiled()
        assert compiled is not None  # noqa: S101 - without `collect` it raises instead
        return compiled

    def compiled(
        self, collect: list[Problem] | None = None, coming: frozenset[str] = frozenset()
    ) -> CompiledMapping | None:
        """The mapping, compiled against its source and what its target is now.

        What is wrong goes to `collect`; without it, raises MappingError. `coming` are the entities
        that other mappings of the job still make.
        """
        return compile_mapping(self.mapping, self.source.info, self.target, collect, coming=coming)


def expanded(paths: Sequence[Path]) -> list[Path]:
    """The mappings' files: a folder stands for all that lie in it, in the order of their names.

    Raises UsageError for a folder without any.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(one for one in path.iterdir() if one.suffix in _ENDINGS and one.is_file())
        if not inside:
            raise UsageError(f"{path} has no mapping ({' or '.join(_ENDINGS)}) in it")
        found += inside
    return list(dict.fromkeys(found))


def open_parts(
    stack: ExitStack, settings: Settings, request: Request, paths: Sequence[Path]
) -> list[Parts]:
    """Opens the mappings of a job with their sources and targets, in the order of their references.

    The stack closes them. Raises MappingError with all that is wrong in all of them at once, and
    UsageError, SourceError or TargetError where a part cannot be opened.
    """
    problems: list[Problem] = []
    mappings = [load_mapping(path, problems, settings.environment) for path in expanded(paths)]
    loaded = [mapping for mapping in mappings if mapping is not None]
    if not loaded:
        raise MappingError(problems)
    problems += _same_names(loaded)
    targets = _Targets(stack)
    parts = [_open(targets, settings, request, mapping) for mapping in loaded]
    order = job_order([(one.made, one.needed) for one in parts])
    parts = [parts[place] for place in order]
    parts = [
        replace(one, draft=one.compiled(problems, coming_to(parts, place)))
        for place, one in enumerate(parts)
    ]
    if problems:
        raise MappingError(problems)
    return parts


def coming_to(parts: Sequence[Parts], place: int) -> frozenset[str]:
    """The entities that the other mappings of a job make."""
    others = (one.made for at, one in enumerate(parts) if at != place)
    return frozenset().union(*others)


def _open(targets: _Targets, settings: Settings, request: Request, mapping: Mapping) -> Parts:
    connection = find_connection(settings, request, mapping.connection)
    target = targets.of(connection)
    source = open_source(mapping.source, mapping.path.parent)
    made, needed = made_and_needed(mapping.spec)
    return Parts(mapping, source, target, connection, made, needed)


class _Targets:
    """One target for all mappings of a job that go to the same place: asked and logged in once."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._open: dict[tuple[str, str], Target] = {}

    def of(self, connection: Connection) -> Target:
        """The target of this connection."""
        name = connection.name, connection.url
        if name not in self._open:
            self._open[name] = open_target(connection)
            self._stack.callback(self._open[name].close)
        return self._open[name]


def _same_names(mappings: Sequence[Mapping]) -> Iterator[Problem]:
    """What is known is kept under a mapping's name: two of one job need two."""
    names = Counter(mapping.name for mapping in mappings)
    for mapping in mappings:
        if names[mapping.name] > 1:
            told = f"another mapping of the job is called {mapping.name!r}, too"
            yield mapping.problem(told, "name", hint="give each a name: of its own")


def ensure_agreed(parts: Sequence[Parts], request: Request) -> None:
    """Raises UsageError before anything is written to a protected target without a yes."""
    for one in parts:
        if one.connection.protected and not request.agreed:
            raise UsageError(
                f"connection {one.connection.name!r} is protected: say --yes to write to it"
            )


def find_connection(settings: Settings, request: Request, mapping: str | None) -> Connection:
    """The connection that is given, or that flags, environment or mapping name."""
    found = request.given or settings.connection(
        request.connection, mapping, url=request.url, username=request.username
    )
    return replace(found, rate=request.rate) if request.rate else found


def warnings_of(transformer: CompiledMapping, mapping: Mapping) -> tuple[Problem, ...]:
    """What is told once a run: columns that nobody uses, or that an attribute cannot take."""
    file = str(mapping.path)
    return (
        *(
            _warning(file, name, f"no entry uses column {name!r}")
            for name in transformer.unused_columns
        ),
        *(_warning(file, name, why, "COLUMN_LEFT_OUT") for name, why in transformer.left_out),
    )


def _warning(file: str, column: str, told: str, code: str = "COLUMN_UNUSED") -> Problem:
    return Problem(code, told, column=column, severity=Severity.WARNING, file=file)
