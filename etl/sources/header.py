"""Where the header is, and what the columns are called."""

from __future__ import annotations

from statistics import median_high
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LOOKED_AT = 30
_FEWEST = 3  # rows that it takes to tell a title from a header
_PAIR = 2


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """The index of the header among a table's first rows (none of them blank).

    It is the first row, unless that is a title or a comment: rows that fill no more than half of
    the usual width are skipped if a row follows that fills more and consists of distinct words. In
    a table of two columns only what begins with `#` can be told from a header.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = median_high(filled)
    if usual == 1 or len(rows) < _FEWEST:
        return 0
    for index, count in enumerate(filled[:_LOOKED_AT]):
        if count * 2 > usual:
            return index if _looks_like_header(rows[index]) else 0
        if usual == _PAIR and not "".join(rows[index]).lstrip().startswith("#"):
            return 0
    return 0


def _looks_like_header(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row if cell.strip()]
    words = sum(any(char.isalpha() for char in cell) for cell in cells)
    return words == len(cells) == len(set(cells))


def column_names(rows: Sequence[Sequence[str]], width: int) -> tuple[str, ...]:
    """The columns' names: the header's cells as they are, a blank one its column's letter.

    Two header rows are joined by a blank, cell by cell.
    """
    return tuple(
        joined(row[index] if index < len(row) else "" for row in rows) or column_letter(index)
        for index in range(width)
    )


def joined(cells: Iterable[str]) -> str:
    """The cells that are not blank, joined by a blank."""
    return " ".join(cell for cell in cells if cell.strip())


def column_letter(index: int) -> str:
    """The name of the column as in a spreadsheet: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(65 + digit) + letters
    return letters
