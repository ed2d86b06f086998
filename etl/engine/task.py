"""What a run works with, and what it counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Protocol

from etl.model.known import Seen, unpack

if TYPE_CHECKING:
    from pathlib import Path

    from etl.model.known import KnownRow, Scope
    from etl.model.plan import EntryPlan
    from etl.model.ports import Source, Target, Transformer
    from etl.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Limit:
    """How many rejected rows a run may have: a number, or a share of the rows read."""

    rows: int | None = None
    share: float | None = None

    def reached(self, rejected: int, read: int) -> bool:
        """True if that many rejects of so many rows are too many."""
        if self.rows is not None:
            return rejected > self.rows
        return self.share is not None and rejected > read * self.share


@dataclass(frozen=True, slots=True)
class Options:
    """What the flags say. `limit` is in rows; None for batch size and workers: found out.

    `part` says that the source is not the whole one: nothing is concluded from rows it lacks.
    """

    limit: int | None = None
    full: bool = False
    strict: bool = False
    batch_size: int | None = None
    workers: int | None = None
    max_errors: Limit = Limit()
    part: bool = False

    @property
    def whole(self) -> bool:
        """True if all rows of the source are looked at."""
        return self.limit is None and not self.part


class Progress(Protocol):
    """Is told how far a run is. Called by one thread."""

    def reading(self, rows: int, unchanged: int) -> None:
        """So many rows were read, so many of them need nothing."""
        ...

    def sending(self, done: int, total: int, failed: int) -> None:
        """So many of all changed records are through, so many of them failed."""
        ...

    def sweeping(self, told: str) -> None:
        """What happens now to records whose rows are gone."""
        ...


class Silent:
    """Progress that nobody watches."""

    def reading(self, rows: int, unchanged: int) -> None:
        """Tells nobody."""

    def sending(self, done: int, total: int, failed: int) -> None:
        """Tells nobody."""

    def sweeping(self, told: str) -> None:
        """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Task:
    """One mapping, compiled, with everything that a run of it needs.

    `duplicates` is each entry's policy for rows of equal key. `folder` takes the run's working
    files. `stop` ends the run at the next batch: what is under way is brought to its end. `coming`
    are the entities that other mappings of the same job still make.
    """

    source: Source
    transformer: Transformer
    target: Target
    scope: Scope
    duplicates: tuple[str, ...]
    folder: Path
    options: Options = Options()
    progress: Progress = field(default_factory=Silent)
    stop: Event = field(default_factory=Event)
    coming: frozenset[str] = frozenset()

    @property
    def made(self) -> frozenset[str]:
        """The entities that this mapping makes records of."""
        return frozenset(plan.entity for plan in self.transformer.plans)

    def plan(self, entry: int) -> EntryPlan:
        """The entry's plan."""
        return self.transformer.plans[entry]


@dataclass(slots=True)
class Tally:
    """What a run has counted so far.

    `unchanged` and `filtered` are rows known before, `records` their records by entry; `again` are
    the sequences of rows that had to be looked at after all. `unnamed` are rows that do not tell
    the key of their record, by entry; `swept` are records whose rows are gone, by what was done.
    """

    read: int = 0
    unchanged: int = 0
    filtered: int = 0
    seen: Seen = field(default_factory=Seen)
    records: defaultdict[int, Seen] = field(default_factory=lambda: defaultdict(Seen))
    again: set[int] = field(default_factory=set)
    warnings: list[Problem] = field(default_factory=list)
    unnamed: Counter[int] = field(default_factory=Counter)
    swept: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed_sweeps: int = 0

    def know(self, row: KnownRow) -> None:
        """A row that was confirmed before, and needs nothing."""
        self.seen.add(row.id)
        if row.records is None:
            self.filtered += 1
            return
        self.unchanged += 1
        for packed in row.packed():
            entry, record = unpack(packed)
            self.records[entry].add(record)

    def unknow(self, row: KnownRow) -> None:
        """The row has to be looked at after all: another row has its key."""
        self.unchanged -= 1
        for packed in row.packed():
            entry, record = unpack(packed)
            self.records[entry].remove(record)
