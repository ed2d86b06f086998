"""What the state knows: rows and records that a target has confirmed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime


class KnownRow(NamedTuple):
    """A row whose records were all confirmed (or that was filtered: then it has none).

    `id` is the state's own number, dense enough for `Seen`; `key` the row's key as people read it;
    `records` is the packed number of the row's one record, a JSON list of such numbers, or None.
    A tuple as the state reads it: an unchanged run has one for each of its millions of rows.
    """

    digest: bytes
    id: int
    key: str
    records: int | str | None

    def packed(self) -> tuple[int, ...]:
        """The packed numbers of all its records."""
        if isinstance(self.records, int):
            return (self.records,)
        return tuple(json.loads(self.records)) if self.records else ()


ENTRIES = 64  # entries that a mapping may have


def pack(entry: int, record: int) -> int:
    """One integer for (entry, number of the record)."""
    return record * ENTRIES + entry


def unpack(packed: int) -> tuple[int, int]:
    """(entry, number of the record) of such an integer."""
    record, entry = divmod(packed, ENTRIES)
    return entry, record


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A record that was confirmed before.

    `number` is the state's own; `digest` is None while the record is on its way: it was sent and
    not yet confirmed. `id` is its id on the target; `burnt` are ids that it had before and that
    were deleted there.
    """

    number: int
    digest: bytes | None
    id: str
    burnt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfirmedRecord:
    """A record that the target confirmed; `key_digest` identifies it within its entry.

    `made` says that it did not exist before.
    """

    entry: int
    entity: str
    key_digest: bytes
    digest: bytes
    id: str
    burnt: tuple[str, ...] = ()
    made: bool = False


@dataclass(frozen=True, slots=True)
class GoneRecord:
    """A record that this mapping made and whose rows are gone; `number` is the state's own."""

    number: int
    id: str


@dataclass(frozen=True, slots=True)
class ConfirmedRow:
    """A row all of whose records are confirmed: (entry, key digest) of each."""

    digest: bytes
    key: str
    records: tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a run's lock: host, process and since when (UTC); "" and 0 where it is unknown."""

    host: str
    pid: int
    since: datetime | None

    def __str__(self) -> str:
        if not self.pid:
            return "by an unknown process"
        since = f", since {self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else ""
        return f"by process {self.pid} on {self.host}{since}"


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run in the history. `report` is the path of its report.json; times are UTC.

    `holder` is who runs it, where that is going on and was asked for.
    """

    run_id: str
    mapping: str
    target: str
    started: datetime
    status: str
    exit_code: int | None = None
    report: str | None = None
    holder: Holder | None = None


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    """What is known under one (target, mapping), in figures; who runs it now, if anybody."""

    target: str
    mapping: str
    records: int
    rows: int
    gone: int
    holder: Holder | None = None


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """One record as the state knows it, and the keys of the rows that make it, as people read them.

    `status` is confirmed, unconfirmed (on its way, or forgotten) or gone; `made` if the mapping
    created it.
    """

    entry: int
    entity: str
    id: str
    status: str
    made: bool
    rows: tuple[str, ...]


class Scope(Protocol):
    """What is known under one (target, mapping). Used by one thread only."""

    def lock(self) -> AbstractContextManager[None]:
        """Holds the run's lock; raises LockHeld. A holder that died has let go."""
        ...

    def known_rows(self, digests: Sequence[bytes]) -> dict[bytes, KnownRow]:
        """Those of the raw rows that are known."""
        ...

    def known_records(self, entry: int, key_digests: Sequence[bytes]) -> dict[bytes, KnownRecord]:
        """Those of the entry's records that are known."""
        ...

    def rows_of(self, entry: int, key_digests: Sequence[bytes]) -> dict[bytes, KnownRow]:
        """The known rows that make each of these records, by the row's digest."""
        ...

    def sample(self, limit: int) -> list[tuple[str, str]]:
        """(entity, id) of some records believed to be on the target: the newest, and any."""
        ...

    def intend(self, records: Mapping[int, Sequence[bytes]]) -> None:
        """These records (by entry) are about to be sent: until confirmed, they count as unknown."""
        ...

    def confirm(
        self, records: Sequence[ConfirmedRecord], rows: Sequence[ConfirmedRow]
    ) -> list[int]:
        """One checkpoint, in one transaction; the state's numbers of the rows, in their order."""
        ...

    def prune(self, seen: Seen) -> None:
        """Forgets the rows that are not among `seen`: the source no longer has them."""
        ...

    def forget(self) -> None:
        """Forgets everything of this scope but the ids that were used."""
        ...

    def forget_key(self, key: str) -> int:
        """Forgets the rows of this key, as people read it; how many there were."""
        ...

    def export(self) -> Iterator[ExportedRecord]:
        """All records of this scope."""
        ...

    def made(self, entry: int, entity: str) -> int:
        """How many records the mapping made by this entry that are not gone yet."""
        ...

    def gone(self, entry: int, entity: str, present: Seen) -> Iterator[GoneRecord]:
        """Those of them whose number is not among the `present`, and that nobody else confirmed."""
        ...

    def intend_gone(self, numbers: Sequence[int]) -> None:
        """These are about to be seen to: should their rows come back, they are sent again."""
        ...

    def note_gone(self, numbers: Sequence[int]) -> None:
        """These were seen to: they are not gone again, unless they come back first."""
        ...


class State(Protocol):
    """The store behind all scopes, and the history of runs."""

    def scope(self, target: str, mapping: str) -> Scope:
        """What is known under this target's identity and this mapping's name."""
        ...

    def begin(self, run: RunEntry) -> None:
        """Enters a run into the history, under its mapping's lock.

        Runs of the same mapping and target that are still said to be running have broken off.
        """
        ...

    def finish(self, run: RunEntry) -> None:
        """The run's end: its status, exit code and report."""
        ...

    def scopes(self) -> list[ScopeEntry]:
        """All that is known, by target and mapping."""
        ...

    def faults(self) -> list[str]:
        """What is wrong with the store itself; empty if it is whole."""
        ...

    def holder(self, target: str, mapping: str) -> Holder | None:
        """Who runs this mapping against this target now; None if nobody does."""
        ...

    def history(self, limit: int) -> Iterator[RunEntry]:
        """The newest runs first."""
        ...

    def close(self) -> None:
        """Lets the store go."""
        ...


class Seen:
    """A set of small numbers in a byte each: one for each row the state has ever known."""

    __slots__ = ("_flags",)

    def __init__(self) -> None:
        self._flags = bytearray(1024)

    def add(self, number: int) -> None:
        """Adds the number."""
        try:
            self._flags[number] = 1
        except IndexError:
            self._flags.extend(bytes(max(number + 1 - len(self._flags), len(self._flags))))
            self._flags[number] = 1

    def remove(self, number: int) -> None:
        """Takes the number out, if it is there."""
        if number in self:
            self._flags[number] = 0

    def update(self, other: Seen) -> None:
        """Adds all of another set."""
        mine, theirs = self._flags, other._flags
        if len(theirs) > len(mine):
            mine.extend(bytes(len(theirs) - len(mine)))
        whole = int.from_bytes(mine, "little") | int.from_bytes(theirs, "little")
        self._flags = bytearray(whole.to_bytes(len(mine), "little"))

    def __contains__(self, number: int) -> bool:
        return number < len(self._flags) and self._flags[number] == 1

    def __len__(self) -> int:
        return self._flags.count(1)
