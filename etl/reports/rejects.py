"""rejects.csv or rejects.xlsx: the rows that did not make it, as they stood in the source.

First the source's columns, then `_row`, `_code`, `_column`, `_message` (and `_file` where a source
is several files). A row with too few cells is filled up with empty ones; of a row with too many the
rest stands behind the `_` columns, where the header names nothing. So every cell is there, none is
shifted, and the row stays unreadable as a row until a person moves the rest to where it belongs.
Reading such a file back: names that begin with `_` are ours, cells of a CSV file go through
`unguard`, and a row whose `_code` still says that it was no row (RAGGED, QUOTE, NUL) was not yet
corrected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from etl.reports.rejects_csv import CsvWriter
from etl.reports.rejects_xlsx import XlsxWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from etl.model.chunk import TableInfo

_OURS = ("_row", "_code", "_column", "_message")


class _Writer(Protocol):
    def write(self, cells: Sequence[str]) -> None: ...

    def close(self) -> None: ...


class RejectsFile:
    """The file of rejected rows; it comes into being with the first of them.

    `path` is None until then.
    """

    def __init__(
        self, path: Path, columns: Sequence[str], make: Callable[[Path], _Writer], *, files: bool
    ) -> None:
        self.path: Path | None = None
        self._place = path
        self._columns = tuple(columns)
        self._make = make
        self._files = files
        self._writer: _Writer | None = None

    def add(  # noqa: PLR0913 - the columns of the file
        self,
        number: int,
        cells: Sequence[str],
        code: str,
        column: str | None,
        message: str,
        *,
        file: str = "",
    ) -> None:
        """Writes one row: its number as a person sees it, its cells as read, and why."""
        writer = self._writer or self._begin()
        width = len(self._columns)
        missing = [""] * (width - len(cells))
        ours = [str(number), code, column or "", message]
        if self._files:
            ours.append(file)
        writer.write([*cells[:width], *missing, *ours, *cells[width:]])

    def close(self) -> None:
        """Ends the file, if there is one."""
        if self._writer:
            self._writer.close()
            self._writer = None

    def _begin(self) -> _Writer:
        self._writer = self._make(self._place)
        self.path = self._place
        self._writer.write([*self._columns, *_OURS, *(["_file"] if self._files else [])])
        return self._writer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def open_rejects(folder: Path, info: TableInfo, *, files: bool = False) -> RejectsFile:
    """The rejects file of a run over this table, in the table's own format.

    A CSV file has the source's delimiter, quote and encoding. With `files` each row names the file
    that it is from.
    """
    if info.format == "excel":
        return RejectsFile(folder / "rejects.xlsx", info.columns, XlsxWriter, files=files)

    def make(path: Path) -> CsvWriter:
        settings = info.settings
        return CsvWriter(path, settings["encoding"], settings["delimiter"], settings["quote"])

    return RejectsFile(folder / "rejects.csv", info.columns, make, files=files)
