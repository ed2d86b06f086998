"""A CSV file as a table: its dialect and header found out, its rows and their faults in chunks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from etl.errors import SourceError
from etl.model.chunk import Chunk
from etl.model.problem import Problem
from etl.sources.conventions import Finds, find_conventions
from etl.sources.csv_faults import encoding_faults, nul_problem, quote_problem, ragged_problem
from etl.sources.csv_rows import Dialect, QuoteFault, Rows
from etl.sources.decoding import Damage, read_lines, readable
from etl.sources.dialect import find_dialect, sep_line
from etl.sources.encoding import checked_encoding, find_encoding
from etl.sources.header import column_names, find_header
from etl.sources.table import Gathering, chunk_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from etl.mapping.source_spec import SourceSpec
    from etl.sources.locate import File

_SAMPLE_SIZE = 500_000  # characters that conventions are found from
_DIALECT_SIZE = 120_000  # below the field limit of the csv module, so that no cell can exceed it


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file, opened. `skip` is the number of lines before the first row of data."""

    file: File
    columns: tuple[str, ...]
    settings: Mapping[str, Any]
    finds: Finds
    encoding: str
    dialect: Dialect
    skip: int

    def chunks(self, decimal: str = ".") -> Iterator[Chunk]:  # noqa: ARG002 - text stays text
        """All rows from the top; each call reads the file anew."""
        damage = Damage()
        lines = islice(read_lines(self.file, self.encoding, damage), self.skip, None)
        rows = Rows(lines, self.dialect, len(self.columns), self.skip + 1)
        yield from _Reader(self.file.name, self.columns, rows, damage).chunks()


class _Reader:
    """Rows -> chunks. A row with too few cells is ragged, whatever is missing.

    One with too many is accepted when the cells beyond the header are empty (trailing delimiters).
    """

    def __init__(self, name: str, columns: Sequence[str], rows: Rows, damage: Damage) -> None:
        self._name = name
        self._columns = columns
        self._rows = rows
        self._damage = damage

    def chunks(self) -> Iterator[Chunk]:
        rows, damage, width = self._rows, self._damage, len(self._columns)
        size = chunk_size(width)
        now = Gathering()
        for row in rows:
            if len(row) == width and row[0].strip() and not damage.seen:  # type: ignore[arg-type,index]
                now.rows.append(row)  # type: ignore[arg-type]
                now.numbers.append(rows.number)
            else:
                self._carefully(row, now)
            if len(now.rows) >= size or len(now.broken) >= size:
                yield self._chunk(now)
                now = Gathering()
        if len(now):
            yield self._chunk(now)

    def _chunk(self, now: Gathering) -> Chunk:
        return Chunk(now.rows, now.numbers, self._name, now.faults, now.broken)

    def _carefully(self, row: list[str] | QuoteFault, now: Gathering) -> None:
        number, lines = self._rows.number, self._rows.recent
        if isinstance(row, QuoteFault):
            now.broken.append((number, [readable(row.text)], quote_problem(row, number, lines)))
        elif "".join(row).strip():
            problem = self._problem(row, number)
            if problem is None:
                self._accept(row, now)
            else:
                now.broken.append((number, [readable(cell) for cell in row], problem))

    def _problem(self, row: Sequence[str], number: int) -> Problem | None:
        width = len(self._columns)
        if self._damage.seen and (problem := nul_problem(row, number, self._rows.recent)):
            return problem
        if len(row) < width or "".join(row[width:]).strip():
            return ragged_problem(row, number, self._columns)
        return None

    def _accept(self, row: list[str], now: Gathering) -> None:
        cells, number = row[: len(self._columns)], self._rows.number
        if self._damage.seen and (faults := encoding_faults(cells, number, self._columns)):
            now.faults[len(now.rows)] = faults
            cells = [readable(cell) for cell in cells]
        now.rows.append(cells)
        now.numbers.append(number)


def open_csv(file: File, spec: SourceSpec) -> CsvTable:
    """The CSV file as a table; what the mapping does not pin is found out from its first lines."""
    encoding = checked_encoding(spec.encoding, file) if spec.encoding else find_encoding(file)
    sep = sep_line(next(read_lines(file, encoding.name, Damage()), ""))
    skip = _lines_before_header(spec, sep)
    sample = _sample(file, encoding.name, skip)
    dialect = find_dialect(_head(sample), spec.delimiter or sep, spec.quote)
    header = _header(file, spec, list(_parsed(sample, dialect, skip + 1)))
    finds = find_conventions(header.sample)
    settings = {
        "format": "csv",
        "encoding": encoding.name,
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "header": header.setting,
        "notes": tuple(filter(None, (encoding.note, *finds.notes))),
    }
    return CsvTable(
        file, header.columns, settings, finds, encoding.name, dialect, max(skip, header.end)
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the sample: the lines that it begins and ends on, 1-based, and its cells."""

    first: int
    last: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Header:
    """The columns, the line that the header ends on (0 for none), and rows of the right width."""

    columns: tuple[str, ...]
    setting: int | tuple[int, ...] | str
    end: int
    sample: list[Sequence[str]]


def _lines_before_header(spec: SourceSpec, sep: str | None) -> int:
    if isinstance(spec.header, int):
        return spec.header - 1
    if isinstance(spec.header, tuple):
        return min(spec.header) - 1
    return 1 if sep else 0


def _sample(file: File, encoding: str, skip: int) -> list[str]:
    sample, size = list[str](), 0
    for line in islice(read_lines(file, encoding, Damage()), skip, None):
        sample.append(line)
        size += len(line)
        if size >= _SAMPLE_SIZE:
            break
    return sample


def _head(lines: Sequence[str]) -> list[str]:
    head, size = list[str](), 0
    for line in lines:
        size += len(line)
        if size > _DIALECT_SIZE and head:
            break
        head.append(line[:_DIALECT_SIZE])
    return head


def _parsed(lines: Sequence[str], dialect: Dialect, first: int) -> Iterator[_Row]:
    """The rows of the sample that can be read and are not blank."""
    rows = Rows(iter(lines), dialect, 0, first)
    for row in rows:
        if not isinstance(row, QuoteFault) and "".join(row).strip():
            yield _Row(rows.number, rows.number + len(rows.recent) - 1, row)


def _header(file: File, spec: SourceSpec, rows: list[_Row]) -> _Header:
    if not rows:
        raise SourceError(f"{file.name}: has no header line and no rows{_where(spec)}")
    if spec.header == "none":
        width = len(rows[find_header([row.cells for row in rows])].cells)
        return _Header(column_names([], width), "none", 0, _fitting(rows, width))
    lines = [row for row in rows if row.first in _pinned(spec)]
    if spec.header is None:
        lines = [rows[find_header([row.cells for row in rows])]]
    elif len(lines) < len(_pinned(spec)):
        raise SourceError(f"{file.name}: has no readable header{_where(spec)}; correct `header`")
    cells = [[readable(cell) for cell in line.cells] for line in lines]
    width = max(len(row) for row in cells)
    end = max(line.last for line in lines)
    places = tuple(line.first for line in lines)
    data = [row for row in rows if row.first > end]
    setting = places if isinstance(spec.header, tuple) else places[0]
    return _Header(column_names(cells, width), setting, end, _fitting(data, width))


def _pinned(spec: SourceSpec) -> set[int]:
    return set(spec.header if isinstance(spec.header, tuple) else (spec.header or 0,))  # type: ignore[arg-type]


def _where(spec: SourceSpec) -> str:
    if spec.header is None or spec.header == "none":
        return ""
    return f" in line {' and '.join(str(line) for line in sorted(_pinned(spec)))}"


def _fitting(rows: Sequence[_Row], width: int) -> list[Sequence[str]]:
    return [row.cells for row in rows if len(row.cells) == width]
