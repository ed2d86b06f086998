"""What is said about the rows and cells of a CSV file that cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.model.problem import Problem
from etl.sources.decoding import is_damaged, readable, with_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.sources.csv_careful import QuoteFault

_SHOWN = 200


def quote_problem(fault: QuoteFault, number: int, lines: Sequence[str]) -> Problem:
    """The row that begins in line `number` and took `lines` has a quote out of place."""
    last = number + len(lines) - 1
    extent = f" (lines {number} to {last} are left out)" if last > number else ""
    return Problem(
        "QUOTE",
        f"{fault.message}{extent}",
        row=number,
        value=readable(_short(fault.text)),
        line=fault.line,
        position=fault.position,
        hint="double the quotes inside a quoted cell, or pin `quote` (empty: nothing is quoted)",
    )


def ragged_problem(row: Sequence[str], number: int, columns: Sequence[str]) -> Problem:
    """The row has too many or too few cells."""
    return Problem(
        "RAGGED",
        f"the row has {len(row)} cells, the header {len(columns)}",
        row=number,
        line=number,
        value=readable(_short(" | ".join(row))),
        hint="look for a missing or extra delimiter, or one inside a cell that is not quoted",
    )


def nul_problem(row: Sequence[str], number: int, lines: Sequence[str]) -> Problem | None:
    """The row has a NUL character, which no text has: the file is damaged there."""
    if not any("\0" in cell for cell in row):
        return None
    offset = next(at for at, line in enumerate(lines) if "\0" in line)
    return Problem(
        "NUL",
        "the row has a NUL character",
        row=number,
        value=readable(_short(lines[offset].strip("\r\n"))),
        line=number + offset,
        position=lines[offset].index("\0") + 1,
        hint="export the file again, or pin `encoding` (UTF-16, perhaps)",
    )


def encoding_faults(
    cells: Sequence[str], number: int, columns: Sequence[str]
) -> tuple[Problem, ...]:
    """The cells of a row whose bytes are no text in the file's encoding."""
    return tuple(
        Problem(
            "ENCODING",
            "the cell's bytes are no text in this encoding",
            row=number,
            column=column,
            value=_short(with_bytes(cell)),
            line=number,
            hint="pin `encoding` (cp1252, perhaps), or correct the cell",
        )
        for cell, column in zip(cells, columns, strict=True)
        if is_damaged(cell)
    )


def _short(text: str) -> str:
    text = text.rstrip("\r\n")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
