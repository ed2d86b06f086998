"""A CSV file as a table: its dialect and header found out, its rows and their faults in chunks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from etl.errors import SourceError
from etl.model.chunk import Chunk
from etl.sources.conventions import Finds, find_conventions
from etl.sources.csv_faults import encoding_faults, nul_problem, quote_problem, ragged_problem
from etl.sources.csv_rows import Batch, Rows
from etl.sources.decoding import Damage, read_lines, readable
from etl.sources.dialect import find_dialect, sep_line
from etl.sources.encoding import checked_encoding, find_encoding
from etl.sources.header import column_names, find_header
from etl.sources.table import Gathering, chunk_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from etl.mapping.source_spec import SourceSpec
    from etl.sources.csv_careful import Dialect
    from etl.sources.locate import File

_SAMPLE_SIZE = 500_000  # characters that conventions are found from
_DIALECT_SIZE = 120_000  # below the field limit of the csv module, so that no cell can exceed it
_FIRST = itemgetter(0)
_CHUNK_SIZE = 16_000_000  # characters in a chunk, roughly


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
        size, now = chunk_size(len(self._columns)), Gathering()
        characters = 0
        for batch in self._rows:
            self._gather(batch, now)
            characters += sum(map(len, batch.lines))
            if len(now) >= size or characters > _CHUNK_SIZE:
                yield self._chunk(now)
                now, characters = Gathering(), 0
        if len(now):
            yield self._chunk(now)

    def _chunk(self, now: Gathering) -> Chunk:
        return Chunk(now.rows, now.numbers, self._name, now.faults, now.broken)

    def _gather(self, batch: Batch, now: Gathering) -> None:
        if self._is_clean(batch.rows):
            now.rows += batch.rows
            now.numbers += batch.numbers()[: len(batch.rows)]
        else:
            numbers = batch.numbers()
            for at, row in enumerate(batch.rows):
                if "".join(row).strip():
                    start, end = numbers[at] - batch.first, numbers[at + 1] - batch.first
                    self._carefully(row, numbers[at], batch.lines[start:end], now)
        if batch.fault:
            number = batch.numbers()[-1]
            lines = batch.lines[number - batch.first :]
            problem = replace(quote_problem(batch.fault, number, lines), file=self._name)
            now.broken.append((number, [readable("".join(lines).rstrip("\r\n"))], problem))

    def _is_clean(self, rows: Sequence[Sequence[str]]) -> bool:
        """True if all rows have the right number of cells, and none can be blank or damaged."""
        return (
            not self._damage.seen
            and set(map(len, rows)) == {len(self._columns)}
            and all(map(str.strip, map(_FIRST, rows)))
        )

    def _carefully(self, row: list[str], number: int, lines: Sequence[str], now: Gathering) -> None:
        width = len(self._columns)
        problem = nul_problem(row, number, lines) if self._damage.seen else None
        if not problem and (len(row) < width or "".join(row[width:]).strip()):
            problem = ragged_problem(row, number, self._columns)
        if problem:
            told = replace(problem, file=self._name)
            now.broken.append((number, [readable(cell) for cell in row], told))
            return
        cells = row[:width]
        if self._damage.seen and (faults := encoding_faults(cells, number, self._columns)):
            now.faults[len(now.rows)] = tuple(replace(it, file=self._name) for it in faults)
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
    """A row of the sample: the lines that it begins and ends on, 1-based, and its cells.

    `fault` says why it cannot be read.
    """

    first: int
    last: int
    cells: Sequence[str]
    fault: str | None = None


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
    """The rows of the sample that are not blank."""
    for batch in Rows(iter(lines), dialect, 0, first):
        numbers = batch.numbers()
        for at, row in enumerate(batch.rows):
            if "".join(row).strip():
                yield _Row(numbers[at], numbers[at + 1] - 1, row)
        if batch.fault:
            yield _Row(numbers[-1], batch.first + len(batch.lines) - 1, (), batch.fault.message)


def _header(file: File, spec: SourceSpec, found: list[_Row]) -> _Header:
    rows = [row for row in found if not row.fault]
    if not rows:
        reason = "".join(f": line {row.first}: {row.fault}" for row in found[:1])
        raise SourceError(f"{file.name}: has no header line and no rows{_where(spec)}{reason}")
    if spec.header == "none":
        width = len(rows[find_header([row.cells for row in rows])].cells)
        return _Header(column_names([], width), "none", 0, _fitting(rows, width))
    lines = [row for row in rows if row.first in _pinned(spec)]
    if spec.header is None:
        lines = [rows[find_header([row.cells for row in rows])]]
    elif len(lines) < len(_pinned(spec)):
        raise SourceError(f"{file.name}: has no readable header{_where(spec)}; correct `header`")
    _check_header(file, lines, found)
    cells = [[readable(cell) for cell in line.cells] for line in lines]
    width = max(len(row) for row in cells)
    end = max(line.last for line in lines)
    places = tuple(line.first for line in lines)
    data = [row for row in rows if row.first > end]
    setting = places if isinstance(spec.header, tuple) else places[0]
    return _Header(column_names(cells, width), setting, end, _fitting(data, width))


def _check_header(file: File, header: Sequence[_Row], rows: Sequence[_Row]) -> None:
    for row in rows:
        if row.fault and row.first < header[-1].first:
            raise SourceError(
                f"{file.name}: line {row.first} cannot be read: {row.fault}; correct it, or say "
                "with `header` in which line the header is"
            )
    if any("\0" in cell for row in header for cell in row.cells):
        raise SourceError(
            f"{file.name}: has NUL characters in its header; pin `encoding` (UTF-16, perhaps)"
        )


def _pinned(spec: SourceSpec) -> set[int]:
    return set(spec.header if isinstance(spec.header, tuple) else (spec.header or 0,))  # type: ignore[arg-type]


def _where(spec: SourceSpec) -> str:
    if spec.header is None or spec.header == "none":
        return ""
    return f" in line {' and '.join(str(line) for line in sorted(_pinned(spec)))}"


def _fitting(rows: Sequence[_Row], width: int) -> list[Sequence[str]]:
    return [row.cells for row in rows if len(row.cells) == width]
