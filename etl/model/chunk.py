"""A chunk: some rows of a table, as text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Conventions:
    """How text cells of a table are to be read: pinned in the mapping or found out.

    `thousands` is "" where there is none. `dates` are strptime formats, tried in order after
    ISO 8601. The words are compared without case; "true" and "false" always count.
    `empty_values` are cell texts that mean empty, besides cells of blanks.
    """

    decimal: str = "."
    thousands: str = ""
    dates: tuple[str, ...] = ()
    true_values: tuple[str, ...] = ("true", "yes", "ja", "x", "1")
    false_values: tuple[str, ...] = ("false", "no", "nein", "0")
    empty_values: tuple[str, ...] = ()
    separator: str = "|"


@dataclass(frozen=True, slots=True)
class TableInfo:
    """What a source is: found out or pinned; shown by `check`, `sniff` and the report.

    `columns` are the headers in the source's order, as they stand in the file (a blank header is
    its column letter). `settings` are the finds in words (`format`, `encoding`, `delimiter`,
    `quote`, `sheet`, `header`, `decimal`, `thousands`, …), for people and for the rejects file.
    `files` is how many files make the table: with several, a row is told with its file.
    """

    path: str
    columns: tuple[str, ...]
    format: str
    settings: Mapping[str, Any]
    conventions: Conventions = Conventions()
    files: int = 1


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of one file, in order.

    A cell is text, always: a workbook's number, date and truth cells come as the text that reads
    back to the same value under the source's own settings. `rows[i]` has one cell for each column,
    `numbers[i]` is the row's number as a person sees it (for CSV the line on which the row begins).

    `faults[i]` are problems of single cells of row i (an error cell of a workbook, undecodable
    bytes): they reject the row only if their `column` is used. `broken` are rows that could not be
    read as a row at all (ragged, an open quote): (number, the cells as they are, problem).
    """

    rows: Sequence[Sequence[str]]
    numbers: Sequence[int]
    file: str = ""
    faults: Mapping[int, tuple[Problem, ...]] = field(default_factory=dict)
    broken: Sequence[tuple[int, Sequence[str], Problem]] = ()
