"""The rejected rows of a run, corrected by people, through the same mapping again."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from etl.app.job import carry_out
from etl.app.parts import Parts, ensure_agreed, find_connection
from etl.errors import MappingError, SourceError, UsageError
from etl.mapping import load_mapping
from etl.model.chunk import Chunk
from etl.model.problem import Problem
from etl.reports import from_json, unguard
from etl.sources import open_source
from etl.state import open_state
from etl.targets.opener import open_target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from etl.app.parts import Request
    from etl.engine.task import Progress
    from etl.mapping.source_spec import SourceSpec
    from etl.model.chunk import TableInfo
    from etl.model.known import RunEntry, State
    from etl.model.ports import Source
    from etl.model.report import RunReport

_RUNS = 10_000  # of the history that are looked through
_OURS = ("_row", "_code", "_column", "_message")
_NO_ROW = frozenset({"RAGGED", "QUOTE", "NUL"})


def retry_run(
    request: Request, run_id: str | None, rejects: Path | None, progress: Progress | None = None
) -> RunReport:
    """Runs the rejected rows of a run again: of the newest that has some, or of the one named.

    They are read from the run's rejects file as it is now, or from `rejects`. Rows that have come
    in meanwhile are not sent again. Raises UsageError where there is nothing to retry.
    """
    settings = request.settings()
    with ExitStack() as stack:
        state = open_state(request.state or settings.state)
        stack.callback(state.close)
        report = _report(state, run_id)
        path = rejects or settings.folder / (report.reports.get("rejects") or "")
        mapping = load_mapping(Path(report.file), variables=settings.environment)
        if mapping is None:
            raise MappingError([Problem("MAPPING", "cannot be read", file=report.file)])
        connection = find_connection(settings, request, mapping.connection)
        target = open_target(connection)
        stack.callback(target.close)
        if target.identity != report.target:
            raise UsageError(
                f"run {report.run_id} went to {report.target}, not to {target.identity}: "
                "name the same connection"
            )
        source = _open(mapping.source, report.source, path)
        parts = Parts(mapping, source, target, connection, frozenset(), frozenset())
        ensure_agreed([parts], request)
        options = replace(request.options, part=True)
        asked = replace(request, options=options)
        (ended,) = carry_out(stack, asked, settings, state, [parts], progress)
        return ended  # type: ignore[return-value] # one mapping raises where it cannot begin


def _report(state: State, run_id: str | None) -> RunReport:
    entries = [one for one in state.history(_RUNS) if run_id in {None, one.run_id}]
    if not entries:
        raise UsageError(f"no run {run_id!r} (see `etl runs`)" if run_id else "there is no run yet")
    latest: set[tuple[str, str]] = set()
    for entry in entries:
        of = entry.mapping, entry.target
        if run_id is None and of in latest:
            continue  # a later run of the mapping has brought newer rows
        latest.add(of)
        report = _read(entry)
        if report and report.reports.get("rejects"):
            return report
    raise UsageError(
        f"run {run_id} has no rejected rows"
        if run_id
        else "no mapping's newest run has rejected rows; name an older run by its id"
    )


def _read(entry: RunEntry) -> RunReport | None:
    try:
        return from_json(json.loads(Path(entry.report or "").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _open(spec: SourceSpec, finds: Mapping[str, Any], path: Path) -> Rejected:
    """The rejects file, read under the conventions of the source that it came from."""
    if not path.is_file():
        raise SourceError(f"{path}: there is no such file; name it by --rejects")
    pinned = {
        "path": path.name,
        "format": "excel" if path.suffix == ".xlsx" else "csv",
        "encoding": finds.get("encoding"),
        "delimiter": finds.get("delimiter"),
        "quote": finds.get("quote"),
        "sheet": None,
        "header": 1,
        "skip_last": 0,
        "decimal": finds.get("decimal"),
        "thousands": finds.get("thousands"),
        "dates": tuple(finds.get("dates") or ()),
    }
    return Rejected(open_source(spec.model_copy(update=pinned), path.parent))


@dataclass(frozen=True, slots=True)
class Rejected:
    """A `Source`: the rows of a rejects file, as the source had them."""

    file: Source

    @property
    def info(self) -> TableInfo:
        """The table without our columns; raises SourceError where it has lost them."""
        info = self.file.info
        return replace(info, columns=info.columns[: self._width], files=1)

    @property
    def _width(self) -> int:
        columns = self.file.info.columns
        for place in range(len(columns) - len(_OURS) + 1):
            if columns[place : place + len(_OURS)] == _OURS:
                return place
        raise SourceError(
            f"{self.file.info.path}: the columns {', '.join(_OURS)} are gone; leave them there"
        )

    def chunks(self) -> Iterator[Chunk]:
        """The rows. Those that are still marked as unreadable stay so."""
        width, plain = self._width, self.file.info.format == "csv"
        for chunk in self.file.chunks():
            rows = [[unguard(cell) for cell in row] if plain else row for row in chunk.rows]
            broken = list(chunk.broken)
            good = []
            for place, row in enumerate(rows):
                code = row[width + 1]
                if code in _NO_ROW:
                    told = f"is still marked {code}: mend its cells, and empty its _code"
                    broken.append((chunk.numbers[place], row[:width], Problem(code, told)))
                else:
                    good.append(place)
            yield Chunk(
                [rows[place][:width] for place in good],
                [chunk.numbers[place] for place in good],
                chunk.file,
                {new: chunk.faults[old] for new, old in enumerate(good) if old in chunk.faults},
                sorted(broken, key=_number),
            )


def _number(broken: tuple[int, Sequence[str], Problem]) -> int:
    return broken[0]
