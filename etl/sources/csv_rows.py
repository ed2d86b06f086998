"""Lines -> rows: `csv.reader` at full speed, and a careful parser of our own where it gives up."""

from __future__ import annotations

import csv
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LARGEST_CELL = 16 * 1024 * 1024
_TOLERATED = 10  # one line in ten may be odd where an open quote has swallowed rows


class _Format(TypedDict, total=False):
    delimiter: str
    quotechar: str | None
    quoting: int


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


class Rows:
    """The rows of `lines`, from the top; `number` is the line on which the row last read began.

    `width` is the number of cells that a row should have, to tell rows that an open quote has
    swallowed from text that belongs in it. Cells longer than 128 KiB are read with care (and not
    at the cost of `csv.field_size_limit`, which all of the program shares), up to 16 MiB.
    """

    def __init__(
        self, lines: Iterator[str], dialect: Dialect, width: int, first_line: int = 1
    ) -> None:
        self.number = first_line
        self.recent: list[str] = []  # the lines of the row last read
        self._lines = lines
        self._again = deque[str]()
        self._dialect = dialect
        self._width = width
        self._next = first_line

    def __iter__(self) -> Iterator[list[str] | QuoteFault]:
        """Each row's cells, or the fault that keeps a row from being read. Blank lines are []."""
        while True:
            try:
                yield from self._quickly()
            except csv.Error:
                yield self._with_care()
            else:
                return

    def _quickly(self) -> Iterator[list[str]]:
        recent, offset = self.recent, self._next
        recent.clear()
        reader = csv.reader(self._remembered(), **self._dialect.format(), strict=True)
        for row in reader:
            self.number, self._next = self._next, offset + reader.line_num
            yield row
            recent.clear()

    def _remembered(self) -> Iterator[str]:
        remember, again = self.recent.append, self._again
        while again:
            remember(again[0])
            yield again.popleft()
        for line in self._lines:
            remember(line)
            yield line

    def _with_care(self) -> list[str] | QuoteFault:
        self._again.extendleft(reversed(self.recent))
        self.recent.clear()
        self.number = self._next
        found = _Careful(self._remembered(), self.number, self._dialect).row()
        if isinstance(found, QuoteFault):
            self._give_back(found)
        self._next = self.number + len(self.recent)
        return found

    def _give_back(self, fault: QuoteFault) -> None:
        """Lets rows that an open quote has swallowed be read again, without the line it is on.

        Lines of prose that belong in the broken cell must not come back as rows: nine in ten have
        to have the right number of cells, and in a table of one column nothing tells them apart.
        """
        swallowed = self.recent[1:]
        if (self._width > 1 or fault.open_end) and self._are_rows(swallowed):
            del self.recent[1:]
            self._again.extendleft(reversed(swallowed))

    def _are_rows(self, lines: Sequence[str]) -> bool:
        fit = odd = 0
        with suppress(csv.Error):  # where the last of the lines is open
            for row in csv.reader(lines, **self._dialect.format(), strict=True):
                fit += len(row) == self._width
                odd += len(row) not in (0, self._width)
        return odd * _TOLERATED <= fit + odd


class _Careful:
    """One row, cell by cell: the slow and sure way, which can say what is wrong and where."""

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
