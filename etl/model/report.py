"""What a run leaves behind: its figures, and each row's answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from etl.model.ports import RequestCounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from etl.model.problem import Problem


class RowStatus(StrEnum):
    """What became of a row."""

    FILTERED = "filtered"
    REJECTED = "rejected"
    UNCHANGED = "unchanged"
    LOADED = "loaded"


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows: read = filtered + rejected + unchanged + loaded, or the run is wrong."""

    read: int = 0
    filtered: int = 0
    rejected: int = 0
    unchanged: int = 0
    loaded: int = 0

    @property
    def adds_up(self) -> bool:
        """True if every row that was read is accounted for exactly once."""
        return self.read == self.filtered + self.rejected + self.unchanged + self.loaded


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """Records of one entity, by what became of them."""

    created: int = 0
    updated: int = 0
    not_modified: int = 0
    unchanged: int = 0
    failed: int = 0
    deleted: int = 0


class RowResult(NamedTuple):
    """One row's answer: a line of results.csv. `number` is the row as a person sees it.

    A tuple: a run makes one for each row, and there may be millions.
    """

    number: int
    status: RowStatus
    key: str = ""
    id: str = ""
    code: str = ""
    message: str = ""
    file: str = ""


class RunStatus(StrEnum):
    """How a run ended."""

    DONE = "done"
    REJECTS = "rejects"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run: everything that report.json says.

    Times are UTC, `duration` is in seconds; `target` is the identity that the state is kept under;
    `codes` counts rejected rows by their first code; `warnings` are told once a run (columns that
    nobody uses, a wiped target), not row by row; `reports` are paths by kind (json, html, results,
    rejects), relative to the working directory where possible, None where there is no such file.
    `source` are the finds about the table (path, format, encoding, delimiter, …), `file` is the
    mapping's.
    """

    run_id: str
    mapping: str
    target: str
    status: RunStatus
    exit_code: int
    started: datetime
    duration: float
    rows: RowCounts = RowCounts()
    records: Mapping[str, RecordCounts] = field(default_factory=dict)
    requests: RequestCounts = field(default_factory=RequestCounts)
    codes: Mapping[str, int] = field(default_factory=dict)
    warnings: Sequence[Problem] = ()
    source: Mapping[str, Any] = field(default_factory=dict)
    reports: Mapping[str, str | None] = field(default_factory=dict)
    error: str | None = None
    file: str = ""
    files: Mapping[str, int] = field(
        default_factory=lambda: {"uploaded": 0, "linked": 0, "unchanged": 0, "failed": 0}
    )
