"""Lines -> rows: `csv.reader` at full speed, and with care only where it gives up."""

from __future__ import annotations

import csv
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from etl.sources.csv_careful import Dialect, QuoteFault, careful_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BATCH = 500
_TOLERATED = 10  # one line in ten may be odd where an open quote has swallowed rows


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that stand one after the other, and the lines they were read from.

    `first` is the number of the first line. A row is [] for an empty line. After the rows may come
    a `fault`: a row that cannot be read, made of the last lines.
    """

    first: int
    lines: Sequence[str]
    rows: Sequence[list[str]]
    fault: QuoteFault | None = None

    def numbers(self) -> Sequence[int]:
        """The line on which each row begins; one more for the fault, or for what comes next."""
        if len(self.lines) == len(self.rows):
            return range(self.first, self.first + len(self.rows) + 1)
        numbers = [self.first]
        for row in self.rows:
            numbers.append(numbers[-1] + _height(row))
        return numbers


class Rows:
    """The rows of some lines, from the top, in batches.

    `first` is the number of the first line, `batch` the most rows in a batch.
    `width` is the number of cells that a row should have, to tell rows that an open quote has
    swallowed from text that belongs in it. Cells longer than 128 KiB are read with care, and not
    at the cost of `csv.field_size_limit`, which all of the program shares.
    """

    def __init__(
        self,
        lines: Iterator[str],
        dialect: Dialect,
        width: int,
        first: int = 1,
        batch: int = _BATCH,
    ) -> None:
        self._lines = lines
        self._size = batch
        self._again = deque[str]()
        self._dialect = dialect
        self._width = width
        self._next = first
        self._taken: list[str] = []

    def __iter__(self) -> Iterator[Batch]:
        """All batches to the end of the lines."""
        while True:
            reader = csv.reader(self._take(), **self._dialect.format(), strict=True)
            rows: list[list[str]] = []
            try:
                while self._fill(reader, rows):
                    yield self._batch(rows)
                    rows = []
            except csv.Error:
                yield self._stumbled(rows)
            else:
                return

    def _fill(self, reader: Iterator[list[str]], rows: list[list[str]]) -> bool:
        append = rows.append  # what is read before an error must stay
        for row in islice(reader, self._size):
            append(row)
        return bool(rows)

    def _take(self) -> Iterator[str]:
        again, remember = self._again, self._taken.append
        while again:
            remember(again[0])
            yield again.popleft()
        for line in self._lines:
            remember(line)
            yield line

    def _batch(self, rows: list[list[str]], fault: QuoteFault | None = None) -> Batch:
        batch = Batch(self._next, self._taken.copy(), rows, fault)
        self._next += len(self._taken)
        self._taken.clear()
        return batch

    def _stumbled(self, rows: list[list[str]]) -> Batch:
        """The rows before the one that `csv.reader` cannot read, and that one, read with care."""
        done = sum(_height(row) for row in rows)
        before, taken = self._taken[:done], self._taken[done:]
        self._again.extendleft(reversed(taken))
        self._taken.clear()
        found = careful_row(self._take(), self._next + done, self._dialect)
        if isinstance(found, QuoteFault):
            self._give_back(found)
        else:
            rows.append(found)
        self._taken[:0] = before
        return self._batch(rows, found if isinstance(found, QuoteFault) else None)

    def _give_back(self, fault: QuoteFault) -> None:
        """Lets rows that an open quote has swallowed be read again, without the line it is on.

        Lines of prose that belong in the broken cell must not come back as rows: nine in ten have
        to have the right number of cells, and in a table of one column nothing tells them apart.
        """
        swallowed = self._taken[1:]
        if (self._width > 1 or fault.open_end) and self._are_rows(swallowed):
            del self._taken[1:]
            self._again.extendleft(reversed(swallowed))

    def _are_rows(self, lines: Sequence[str]) -> bool:
        fit = odd = 0
        with suppress(csv.Error):  # where the last of the lines is open
            for row in csv.reader(lines, **self._dialect.format(), strict=True):
                fit += len(row) == self._width
                odd += len(row) not in (0, self._width)
        return odd * _TOLERATED <= fit + odd


def _height(row: Sequence[str]) -> int:
    """The number of lines that a row stands on."""
    text = "|".join(row)
    return 1 + text.count("\n") + text.count("\r") - text.count("\r\n")
