"""Workbooks in .xls, .xlsb and .ods, through python-calamine, in a process of its own.

calamine holds a whole sheet in memory, and a hostile file can make it ask for more than there is,
which ends its process: so it runs in a child with limits of memory and time, whose rows go to a
temporary file and are streamed from there.

Its limits: number formats are not told, so a code shows its leading zeros only if it is text; an
error cell and a formula without a stored result look like empty cells; in .ods, sheets whose XML is
indented cannot be opened, nor can files without a `mimetype` entry. Save such a workbook as .xlsx.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from etl.errors import SourceError
from etl.sources.cells import Cell, CellFault
from etl.sources.ooxml_package import guard
from etl.sources.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.sources.kind import Kind
    from etl.sources.locate import File

_SECONDS = 600
_CHILD = "etl.sources.calamine_child"
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: its name, and whether people see it."""

    name: str
    visible: bool


class CalamineWorkbook:
    """A workbook whose rows the child has written to a temporary file, sheet by sheet."""

    def __init__(self, file: File, kind: Kind) -> None:
        if kind != "xls" and zipfile.is_zipfile(file.path):
            guard(file)
        self.notes = (f"in .{kind} error cells look empty and number formats are not seen",)
        self._spool = Spool()
        _run_child(file, self._spool.path, kind)
        with self._spool.path.open(encoding="utf-8") as lines:
            self.sheets = [Sheet(name, visible) for name, visible in json.loads(next(lines))]

    def rows(self, index: int) -> Iterator[tuple[int, list[Cell]]]:
        """The rows of the sheet that have a cell with something in it: (number, cells)."""
        with self._spool.path.open(encoding="utf-8") as lines:
            next(lines)
            for line in lines:
                sheet, number, cells = json.loads(line)
                if sheet == index:
                    yield number, [_cell(cell) for cell in cells]


def _cell(stored: str | float | list[str]) -> Cell:
    return CellFault(*stored) if isinstance(stored, list) else stored


def _run_child(file: File, spool: Path, kind: Kind) -> None:
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-P", "-m", _CHILD, str(file.path), str(spool)]
    try:
        child = subprocess.run(  # noqa: S603 - our own interpreter, our own module
            command,
            env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", "RUST_BACKTRACE": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(
            f"{file.name}: could not be read within {_SECONDS} seconds; save it as .xlsx"
        ) from error
    if child.returncode:
        raise SourceError(f"{file.name}: cannot be read as {kind}: {_reason(child.stdout)}")


def _reason(told: str) -> str:
    reason = told.strip().splitlines()[-1:] or ["it is damaged, or needs too much memory"]
    return f"{reason[0]}; open it in Excel or LibreOffice and save it as .xlsx"
