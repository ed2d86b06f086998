"""A workbook's sheet as a table: which sheet, where its header is, its rows in chunks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from etl.errors import SourceError
from etl.model.chunk import Chunk
from etl.model.problem import Problem
from etl.sources.calamine import CalamineWorkbook
from etl.sources.cells import Cell, CellFault, float_text
from etl.sources.conventions import Finds, find_conventions
from etl.sources.header import column_letter, column_names, find_header
from etl.sources.ooxml_workbook import OoxmlWorkbook
from etl.sources.table import Gathering, chunk_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from etl.mapping.source_spec import SourceSpec
    from etl.sources.kind import Kind
    from etl.sources.locate import File

_SAMPLE = 1_000  # rows that the header, the width and the conventions are found from

Row = tuple[int, list[Cell]]


class SheetName(Protocol):
    """What is known of a sheet before it is read."""

    @property
    def name(self) -> str:
        """What stands on its tab."""
        ...

    @property
    def visible(self) -> bool:
        """False if its tab is hidden."""
        ...


class Workbook(Protocol):
    """A workbook, opened; the worksheets in their order, hidden ones included."""

    @property
    def notes(self) -> Sequence[str]:
        """What people should know of this kind of workbook."""
        ...

    @property
    def sheets(self) -> Sequence[SheetName]:
        """The worksheets: no charts, no macros."""
        ...

    def rows(self, index: int) -> Iterator[Row]:
        """The rows that have a cell with something in it: (number, cells up to the last such)."""
        ...


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A sheet, opened. `end` is the number of the header's last row."""

    file: File
    columns: tuple[str, ...]
    settings: Mapping[str, Any]
    finds: Finds
    workbook: Workbook
    index: int
    end: int

    def chunks(self, decimal: str) -> Iterator[Chunk]:
        """All rows from the top; each call reads the workbook anew."""
        size, now = chunk_size(len(self.columns)), Gathering()
        for number, cells in self.workbook.rows(self.index):
            if number > self.end and not _is_blank(cells):
                self._gather(number, cells, now, decimal)
                if len(now) >= size:
                    yield self._chunk(now)
                    now = Gathering()
        if len(now):
            yield self._chunk(now)

    def _chunk(self, now: Gathering) -> Chunk:
        return Chunk(now.rows, now.numbers, self.file.name, now.faults)

    def _gather(self, number: int, cells: list[Cell], now: Gathering, decimal: str) -> None:
        width = len(self.columns)
        faults = tuple(
            self._problem(cell, number, at)
            for at, cell in enumerate(cells)
            if isinstance(cell, CellFault) or (at >= width and not _is_blank((cell,)))
        )
        if faults:
            now.faults[len(now.rows)] = faults
        row = [cell if type(cell) is str else _text(cell, decimal) for cell in cells[:width]]
        row.extend([""] * (width - len(row)))
        now.rows.append(row)
        now.numbers.append(number)

    def _problem(self, cell: Cell, number: int, at: int) -> Problem:
        if at < len(self.columns) and isinstance(cell, CellFault):
            return Problem(
                cell.code,
                cell.message,
                row=number,
                column=self.columns[at],
                value=cell.text,
                file=self.file.name,
                hint=cell.hint,
            )
        return Problem(
            "RAGGED",
            f"the cell stands beyond the header's {len(self.columns)} columns",
            row=number,
            column=column_letter(at),
            value=_text(cell, "."),
            file=self.file.name,
            hint="give its column a header",
        )


def open_sheet(file: File, kind: Kind, spec: SourceSpec) -> SheetTable:
    """The workbook's sheet as a table; what the mapping does not pin is found out."""
    workbook: Workbook
    workbook = OoxmlWorkbook(file) if kind in ("xlsx", "xlsm") else CalamineWorkbook(file, kind)
    index = _choose(workbook, spec.sheet, file)
    sample = list(_sample(workbook.rows(index), _first_row(spec)))
    numbers, setting = _header(spec, sample, f"{file.name}: sheet {_name(workbook, index)}")
    end = max(numbers, default=0)
    columns = column_names(
        [_texts(cells) for number, cells in sample if number in numbers],
        max(len(cells) for number, cells in sample if number >= min(numbers, default=0)),
    )
    data = [cells for number, cells in sample if number > end]
    finds = find_conventions(_only_text(data, len(columns)))
    settings = {
        "format": kind,
        "sheet": workbook.sheets[index].name,
        "header": setting,
        "notes": (*workbook.notes, *finds.notes),
    }
    return SheetTable(file, columns, settings, finds, workbook, index, end)


def _choose(workbook: Workbook, wanted: str | int | None, file: File) -> int:
    """The wanted sheet (hidden ones count), else the first visible one that has data."""
    sheets = workbook.sheets
    if wanted is None:
        for index, sheet in enumerate(sheets):
            if sheet.visible and not all(_is_blank(cells) for _, cells in workbook.rows(index)):
                return index
        raise SourceError(f"{file.name}: has no visible sheet with data; name one with `sheet`")
    names = [sheet.name for sheet in sheets]
    if wanted in names:
        return names.index(str(wanted))
    if isinstance(wanted, int) and wanted <= len(names):
        return wanted - 1
    known = ", ".join(f"{name!r}" for name in names)
    raise SourceError(f"{file.name}: has no sheet {wanted!r}; it has {known or 'none'}")


def _sample(rows: Iterable[Row], first: int) -> Iterator[Row]:
    filled = ((number, _trimmed(cells)) for number, cells in rows if number >= first)
    return islice(((number, cells) for number, cells in filled if cells), _SAMPLE)


def _header(
    spec: SourceSpec, sample: Sequence[Row], place: str
) -> tuple[set[int], int | tuple[int, ...] | str]:
    """The numbers of the header rows, and how the setting says it."""
    if not sample:
        raise SourceError(f"{place} has no rows{_where(spec)}")
    if spec.header == "none":
        return set(), "none"
    if spec.header is None:
        number = sample[find_header([_texts(cells) for _, cells in sample])][0]
        return {number}, number
    pinned = _pinned(spec)
    if not pinned <= {number for number, _ in sample}:
        raise SourceError(f"{place} has no header{_where(spec)}; correct `header`")
    return pinned, spec.header


def _first_row(spec: SourceSpec) -> int:
    return min(_pinned(spec), default=1)


def _pinned(spec: SourceSpec) -> set[int]:
    if isinstance(spec.header, tuple):
        return set(spec.header)
    return {spec.header} if isinstance(spec.header, int) else set()


def _where(spec: SourceSpec) -> str:
    rows = " and ".join(str(row) for row in sorted(_pinned(spec)))
    return f" in row {rows}" if rows else ""


def _name(workbook: Workbook, index: int) -> str:
    return repr(workbook.sheets[index].name)


def _is_blank(cells: Iterable[Cell]) -> bool:
    return all(isinstance(cell, str) and not cell.strip() for cell in cells)


def _trimmed(cells: list[Cell]) -> list[Cell]:
    """The cells up to the last one that is not blank."""
    end = len(cells)
    while end and _is_blank(cells[end - 1 : end]):
        end -= 1
    return cells[:end]


def _text(cell: Cell, decimal: str) -> str:
    if isinstance(cell, CellFault):
        return cell.text
    return float_text(cell, decimal) if isinstance(cell, float) else cell


def _texts(cells: Iterable[Cell]) -> list[str]:
    return [_text(cell, ".") for cell in cells]


def _only_text(rows: Iterable[Sequence[Cell]], width: int) -> Iterator[list[str]]:
    """The rows with text cells alone: what is a number or a date already says nothing."""
    for cells in rows:
        texts = [cell if isinstance(cell, str) else "" for cell in cells[:width]]
        yield texts + [""] * (width - len(texts))
