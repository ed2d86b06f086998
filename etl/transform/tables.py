"""The mapping's tables, as expressions see them: `table.families[parent].family`.

They have nothing but look-ups: a column called `values` or `items` is a column.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NoReturn

from etl.transform.csv_files import CsvFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from etl.mapping import TableSpec


class NotInTable(ValueError):  # a LookupError would be taken for "not defined" by Jinja2
    """An expression asked for a table, a row or a column that is not there."""


class _Found:
    """Part of a table; no text can be made of it."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> NoReturn:
        raise NotInTable(
            f"name a row and a column of {self._name!r}: table.{self._name}[key].column"
        )


class Row(_Found):
    """A row: its cells by their columns' headers."""

    __slots__ = ("_cells", "_key", "_places")

    def __init__(
        self, name: str, key: str, places: Mapping[str, int], cells: tuple[str, ...]
    ) -> None:
        super().__init__(name)
        self._key, self._places, self._cells = key, places, cells

    def __getitem__(self, column: object) -> str:
        place = self._places.get(str(column))
        if place is None:
            raise NotInTable(f"the table {self._name!r} has no column {str(column)!r}")
        return self._cells[place]

    def __contains__(self, column: object) -> bool:
        return str(column) in self._places


class Table(_Found):
    """Rows by their keys."""

    __slots__ = ("_places", "_rows")

    def __init__(
        self,
        name: str,
        places: Mapping[str, int] | None = None,
        rows: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        super().__init__(name)
        self._places, self._rows = places or {}, rows or {}

    def __getitem__(self, key: object) -> Row:
        cells = self._rows.get(str(key))
        if cells is None:
            raise NotInTable(f"the table {self._name!r} has no row {str(key)!r}")
        return Row(self._name, str(key), self._places, cells)

    def __contains__(self, key: object) -> bool:
        return str(key) in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def digest(self) -> str:
        """It changes with the content, and not with the order of rows and columns."""
        columns = sorted(self._places)
        made = blake2b(repr((self._name, columns)).encode("utf-8", "surrogatepass"), digest_size=16)
        for key in sorted(self._rows):
            cells = [self._rows[key][self._places[column]] for column in columns]
            made.update(repr((key, cells)).encode("utf-8", "surrogatepass"))
        return made.hexdigest()


class Tables:
    """All tables of a mapping, by their names."""

    __slots__ = ("_tables",)

    def __init__(self, tables: Mapping[str, Table] | None = None) -> None:
        self._tables = dict(tables or {})

    def __getitem__(self, name: object) -> Table:
        table = self._tables.get(str(name))
        if table is None:
            raise NotInTable(f"there is no table {str(name)!r}")
        return table

    def __str__(self) -> NoReturn:
        raise NotInTable("name a table, a row and a column: table.name[key].column")

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def digests(self) -> list[str]:
        """The digest of each table."""
        return [self._tables[name].digest() for name in sorted(self._tables)]


def read_table(name: str, spec: TableSpec, folder: Path) -> Table:
    """The table of that file. Blank cells are empty, and rows without a key are none.

    Raises CsvFileError where it cannot be read, or one key has two rows of other content.
    """
    file = CsvFile(folder / spec.file)
    key_place = file.place(spec.key)
    places = {column: file.place(column) for column in file.header if column}
    rows: dict[str, tuple[str, ...]] = {}
    for number, row in file.rows():
        cells = tuple(cell if cell.strip() else "" for cell in row)
        if any(cells[len(file.header) :]):
            raise file.wrong(number, "has more cells than the header")
        key = cells[key_place]
        if key and rows.setdefault(key, cells[: len(file.header)]) != cells[: len(file.header)]:
            raise file.wrong(number, f"{key!r} stands there twice, with other content")
    return Table(name, places, rows)
