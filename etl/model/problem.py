"""A problem: what is wrong, where, and what to do. Data, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error keeps its row (or the mapping) out; a warning is told and the row goes on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `code` is a stable word (`REQUIRED`, `TYPE`, `REF_NOT_FOUND` …). `file`, `line` and `position`
    (1-based) are a place in a mapping or a source; `row` is the row's number as a person sees it in
    an editor or in Excel, `column` the source's header, `value` the cell as it was read.
    `hint` says what to do.
    """

    code: str
    message: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    severity: Severity = Severity.ERROR
    file: str | None = None
    line: int | None = None
    position: int | None = None
    hint: str | None = None

    def text(self) -> str:
        """One line for people: `file:line:column: message (hint)`."""
        place = ":".join(str(part) for part in (self.file, self.line, self.position) if part)
        if self.row is not None:
            place = f"{place}: row {self.row}" if place else f"row {self.row}"
        if self.column is not None:
            place = f"{place}, column {self.column!r}" if place else f"column {self.column!r}"
        told = f"{place}: {self.message}" if place else self.message
        return f"{told} ({self.hint})" if self.hint else told
