"""The child process that reads a workbook with python-calamine: `… WORKBOOK SPOOL`.

Writes JSON lines to the spool: first the worksheets as [name, visible], then every row that has
something in it as [sheet, number, cells]; a cell is a text, a number with a fraction, or a fault as
a list. Ends with 1 and one line on stdout when the workbook cannot be read.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from etl.sources.cells import CellFault, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

_MEMORY = 4 * 1024**3


def main(workbook: str, spool: str) -> int:
    """Reads the workbook into the spool; the exit code."""
    _limit_memory()
    try:
        with Path(spool).open("w", encoding="utf-8") as out:
            _write(workbook, out)
    except PasswordError:
        return _failed("it is protected by a password; save it without one")
    except (CalamineError, OSError, ValueError) as error:
        return _failed(str(error))
    return 0


def _failed(reason: str) -> int:
    sys.stdout.write(" ".join(reason.split())[:200] + "\n")
    return 1


def _limit_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _write(path: str, out: TextIO) -> None:
    workbook = load_workbook(path)
    kept = [
        (index, sheet)
        for index, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ == SheetTypeEnum.WorkSheet
    ]
    names = [[sheet.name, sheet.visible == SheetVisibleEnum.Visible] for _, sheet in kept]
    _line(out, names)
    for index, (place, _) in enumerate(kept):
        for number, cells in _rows(workbook.get_sheet_by_index(place)):
            _line(out, [index, number, cells])


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, Sequence[object]]]:
    if sheet.start is None:
        return
    left = [""] * sheet.start[1]
    for number, row in enumerate(sheet.iter_rows(), 1):
        end = len(row)
        while end and row[end - 1] == "":
            end -= 1
        if end:
            yield number, left + [_cell(value) for value in row[:end]]


def _cell(value: object) -> object:
    cell = value_text(value)
    if isinstance(cell, CellFault):
        return [cell.code, cell.text, cell.message, cell.hint]
    return cell


def _line(out: TextIO, item: object) -> None:
    out.write(json.dumps(item, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
