"""One row of CSV, parsed with care: the slow and sure way, which can say what is wrong."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST_CELL = 16 * 1024 * 1024


class _Format(TypedDict, total=False):
    delimiter: str
    quotechar: str | None
    quoting: Literal[0, 1, 2, 3]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells stand in a line; `quote` is "" where nothing is quoted."""

    delimiter: str = ","
    quote: str = '"'

    def format(self) -> _Format:
        """The keyword arguments of `csv.reader`."""
        if not self.quote:
            return {"delimiter": self.delimiter, "quotechar": None, "quoting": csv.QUOTE_NONE}
        return {"delimiter": self.delimiter, "quotechar": self.quote}


@dataclass(frozen=True, slots=True)
class QuoteFault:
    """A row that cannot be told from its quotes: in line `line` (1-based), at `position`."""

    line: int
    position: int
    message: str
    text: str
    open_end: bool = False


def careful_row(lines: Iterator[str], number: int, dialect: Dialect) -> list[str] | QuoteFault:
    """The cells of the row that begins with the next of the lines, whose number is given.

    A cell may be 16 MiB long; a quote that is still open then is a fault.
    """
    return _Careful(lines, number, dialect).row()


class _Careful:
    """A place in the lines, moving on cell by cell."""

    def __init__(self, lines: Iterator[str], number: int, dialect: Dialect) -> None:
        self._lines = lines
        self._dialect = dialect
        self._number = number
        self._line = next(lines, "")
        self._at = 0

    def row(self) -> list[str] | QuoteFault:
        cells: list[str] = []
        while True:
            quoted = self._dialect.quote and self._line.startswith(self._dialect.quote, self._at)
            cell = self._quoted() if quoted else self._unquoted()
            if isinstance(cell, QuoteFault):
                return cell
            cells.append(cell)
            if not self._line.startswith(self._dialect.delimiter, self._at):
                return cells
            self._at += 1

    def _unquoted(self) -> str:
        start = self._at
        end = self._line.find(self._dialect.delimiter, start)
        self._at = end if end >= 0 else len(self._line.rstrip("\r\n"))
        return self._line[start : self._at]

    def _quoted(self) -> str | QuoteFault:
        opened = self._number, self._at + 1, self._line
        quote, pieces, size = self._dialect.quote, list[str](), 0
        self._at += 1
        while True:
            end = self._line.find(quote, self._at)
            pieces.append(self._line[self._at : end if end >= 0 else None])
            size += len(pieces[-1])
            if end < 0:
                if size > _LARGEST_CELL or not self._next_line():
                    return _never_closed(*opened, quote)
            elif self._line.startswith(quote, end + 1):
                pieces.append(quote)
                self._at = end + 2
            else:
                self._at = end + 1
                return self._closed("".join(pieces))

    def _next_line(self) -> bool:
        line = next(self._lines, None)
        if line is None:
            return False
        self._line, self._at, self._number = line, 0, self._number + 1
        return True

    def _closed(self, cell: str) -> str | QuoteFault:
        after = self._line[self._at : self._at + 1]
        if after in ("", "\r", "\n", self._dialect.delimiter):
            return cell
        message = f"a quoted cell ends at position {self._at}, but {after!r} follows its last quote"
        return QuoteFault(self._number, self._at, message, self._line)


def _never_closed(line: int, position: int, text: str, quote: str) -> QuoteFault:
    message = f"the quote {quote} that opens at position {position} is never closed"
    return QuoteFault(line, position, message, text, open_end=True)
