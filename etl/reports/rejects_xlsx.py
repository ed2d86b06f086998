"""Rows as a workbook in which every cell is text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ROWS = 1_048_576  # of a sheet, Excel's limit
_LONGEST = 32_767  # characters of a cell, Excel's limit
_CUT = " […]"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class XlsxWriter:
    """A workbook, streamed to disk. Text that looks like a formula, a number or an error is text.

    Every cell has the format `@`, so that what a person types into it stays text as well: `00042`.
    Characters that a workbook cannot hold stand as `_x0001_`; a text longer than Excel's 32,767
    characters ends in `[…]`. When a sheet is full, the next one begins with the header again.
    """

    def __init__(self, path: Path) -> None:
        from openpyxl import Workbook  # noqa: PLC0415 - heavy, and only for workbooks
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - likewise

        self._make_cell = WriteOnlyCell
        self._path = path
        self._book = Workbook(write_only=True)
        self._header: Sequence[str] = ()
        self._rows = 0
        self._sheet: Any = None

    def write(self, cells: Sequence[str]) -> None:
        """Writes one row; the first one is the header."""
        if self._rows % _ROWS == 0:
            self._begin_sheet(cells)
        self._append(cells)

    def close(self) -> None:
        """Ends the file."""
        self._book.save(self._path)
        self._book.close()

    def _begin_sheet(self, cells: Sequence[str]) -> None:
        number = len(self._book.worksheets) + 1
        self._sheet = self._book.create_sheet("Rejects" if number == 1 else f"Rejects {number}")
        self._sheet.freeze_panes = "A2"
        if number > 1:
            self._append(self._header)
        else:
            self._header = cells

    def _append(self, cells: Sequence[str]) -> None:
        self._sheet.append([self._cell(text) for text in cells])
        self._rows += 1

    def _cell(self, text: str) -> Any:  # noqa: ANN401 - openpyxl's own
        cell = self._make_cell(self._sheet, _fitting(text))
        cell.data_type = "s"
        cell.number_format = "@"
        return cell


def _fitting(text: str) -> str:
    text = _NO_XML.sub(lambda sign: f"_x{ord(sign[0]):04X}_", text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT
