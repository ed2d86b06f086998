"""Opens what a mapping's `source` names: one or several files, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from etl.errors import SourceError
from etl.model.chunk import Conventions, TableInfo
from etl.sources.conventions import Finds, conventions
from etl.sources.csv_table import open_csv
from etl.sources.kind import kind_of
from etl.sources.locate import locate
from etl.sources.sheet_table import open_sheet
from etl.sources.table import without_last
from etl.sources.unpack import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from etl.mapping.source_spec import SourceSpec
    from etl.model.chunk import Chunk
    from etl.sources.locate import File
    from etl.sources.table import Table

_PINNED = (
    *("format", "encoding", "delimiter", "quote", "sheet", "header"),
    *("decimal", "thousands", "dates"),
)


@dataclass(frozen=True, slots=True)
class TableSource:
    """The tables of one or several files with the same columns, one after the other."""

    info: TableInfo
    tables: Sequence[Table]
    skip_last: int = 0

    def chunks(self) -> Iterator[Chunk]:
        """All rows of all files; each call reads them anew."""
        for table in self.tables:
            chunks = table.chunks(self.info.conventions.decimal)
            yield from without_last(chunks, self.skip_last) if self.skip_last else chunks


def open_source(spec: SourceSpec, base: Path) -> TableSource:
    """The source that `spec` names; its path is relative to `base`.

    Raises SourceError, with the file's name and what to do, when a file is not there, is no table,
    or has other columns than the first one.
    """
    tables = [_open(file, spec) for file in locate(spec.path, base)]
    _check_columns(tables)
    first = tables[0]
    finds = _common(tables)
    settled = conventions(spec, finds)
    kind = first.settings["format"]
    info = TableInfo(
        path=first.file.name if len(tables) == 1 else spec.path,
        columns=first.columns,
        format="csv" if kind == "csv" else "excel",
        settings=_settings(first, spec, settled, finds),
        conventions=settled,
        files=len(tables),
    )
    return TableSource(info, tables, spec.skip_last)


def _open(file: File, spec: SourceSpec) -> Table:
    plain = unpack(file)
    kind = kind_of(plain, spec.format)
    return open_csv(plain, spec) if kind == "csv" else open_sheet(plain, kind, spec)


def _check_columns(tables: Sequence[Table]) -> None:
    first = tables[0]
    for other in tables[1:]:
        if other.columns != first.columns:
            raise SourceError(
                f"{other.file.name}: has other columns than {first.file.name}: "
                f"{_difference(first.columns, other.columns)}; give them the same header, or read "
                "them by mappings of their own"
            )


def _difference(first: Sequence[str], other: Sequence[str]) -> str:
    missing = [name for name in first if name not in other]
    extra = [name for name in other if name not in first]
    told = [f"without {', '.join(missing)}"] * bool(missing)
    told += [f"with {', '.join(extra)}"] * bool(extra)
    return " and ".join(told) or "in another order"


def _common(tables: Sequence[Table]) -> Finds:
    """What all files agree on; where they differ, nothing is found."""
    finds = [table.finds for table in tables]
    if all(find == finds[0] for find in finds):
        return finds[0]
    return Finds(notes=("the files write numbers or dates differently; pin `decimal`, `dates`",))


def _settings(table: Table, spec: SourceSpec, settled: Conventions, finds: Finds) -> dict[str, Any]:
    found = {
        **table.settings,
        "decimal": settled.decimal,
        "thousands": settled.thousands,
        "dates": settled.dates,
        "pinned": tuple(name for name in _PINNED if getattr(spec, name) not in (None, ())),
    }
    found["notes"] = tuple(dict.fromkeys((*table.settings["notes"], *finds.notes)))
    return found
