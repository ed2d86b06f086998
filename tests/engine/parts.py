"""Small, real implementations of the engine's ports.

A table in memory, a transformer whose rows are `entity;key;value;parent`, and a target that keeps
records and fails when it is told to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from threading import RLock
from typing import TYPE_CHECKING

from etl.engine.pipeline import Finished, Sinks, run
from etl.engine.task import Options, Task
from etl.errors import BatchRefused, TargetUnreachable
from etl.model import (
    Capabilities,
    Change,
    Chunk,
    EntitySchema,
    EntryPlan,
    LinkPolicy,
    LinkRefs,
    Links,
    OnMissing,
    Outcome,
    Precedence,
    Problem,
    Record,
    Ref,
    RefKind,
    Reject,
    RequestCounts,
    Status,
    TableInfo,
    Transformed,
)
from etl.model.codec import encode
from etl.state import open_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from etl.model import MakeRequest
    from etl.model.change import Json
    from etl.model.known import State
    from etl.model.plan import GonePolicy
    from etl.model.record import Value
    from etl.model.report import RowResult

COLUMNS = ("kind", "key", "value", "parent", "unmapped")


@dataclass
class Table:
    """A source: rows of `kind;key;value;parent;unmapped`. Row numbers begin at 2."""

    rows: list[tuple[str, ...]]
    chunk: int = 3
    broken: tuple[int, ...] = ()

    @property
    def info(self) -> TableInfo:
        return TableInfo("table", COLUMNS, "csv", {})

    def chunks(self) -> Iterator[Chunk]:
        for start in range(0, len(self.rows), self.chunk):
            some = [
                (start + i + 2, (*row, "", "", "", "")[:5])
                for i, row in enumerate(self.rows[start : start + self.chunk])
            ]
            good = [(number, cells) for number, cells in some if number not in self.broken]
            bad = [
                (number, cells, Problem("RAGGED", "is ragged", row=number))
                for number, cells in some
                if number in self.broken
            ]
            yield Chunk([cells for _, cells in good], [n for n, _ in good], "", {}, bad)


@dataclass
class Rules:
    """A transformer: rows of kind `skip` are filtered, values `bad` are rejected.

    Every other kind is an entity; `parent` refers to `entity:key`, several with `+`.
    """

    entities: tuple[str, ...] = ("Node",)
    fingerprint: bytes = b"1" * 16
    on_missing: OnMissing = OnMissing.REJECT
    action: str = "upsert"
    by: tuple[str, ...] = ("key",)
    gone: GonePolicy | None = None

    @property
    def row_fingerprint(self) -> bytes:
        return self.fingerprint

    @property
    def plans(self) -> tuple[EntryPlan, ...]:
        links = {"parentId": LinkPolicy("parent", self.on_missing)}
        links["linksIds"] = links["parentId"]
        return tuple(
            EntryPlan(i, entity, i, self.action, ("key",), ("key",), links, gone=self.gone)
            for i, entity in enumerate(self.entities)
        )

    def transform(self, chunk: Chunk) -> Transformed:
        records: list[Record] = []
        rejects = [Reject(number, problem) for number, _, problem in chunk.broken]
        filtered: list[int] = []
        for number, cells in zip(chunk.numbers, chunk.rows, strict=True):
            kind, key, value, parent, _ = cells
            if kind == "skip":
                filtered.append(number)
            elif value == "bad":
                problem = Problem("TYPE", "is bad", number, "value", value)
                rejects.append(Reject(number, problem, 0, key, (key,) if key else None))
            else:
                records.append(self._record(number, kind, key, value, parent))
        return Transformed(records, rejects, filtered)

    def _record(self, number: int, kind: str, key: str, value: str, parent: str) -> Record:
        values: dict[str, Value] = {"key": key}
        if value:
            values["value"] = value
        refs = tuple(
            Ref(RefKind.RECORD, entity, self.by, (name,))
            for entity, _, name in (one.partition(":") for one in parent.split("+") if one)
        )
        if len(refs) == 1:
            values["parentId"] = refs[0]
        elif refs:
            values["linksIds"] = LinkRefs(refs)
        digest = blake2b(encode(values).encode(), key=self.fingerprint, digest_size=16).digest()
        return Record(self.entities.index(kind), kind, (key,), values, digest, (number,))


class Crash(BaseException):
    """The process is gone: nothing is written any more, and nobody is told."""


@dataclass
class Keeper:
    """A target.

    `poison` values sink their whole batch, `lost_after` counts down to an outage, `cut` batches are
    stored and not answered; one that `dies` stores a batch and is gone. `order` is its precedence;
    it objects to values in `objectionable`. After `crash_after` batches the process is gone.
    """

    records: dict[str, dict[str, Json]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    poison: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    lost_after: int | None = None
    cut: int = 0
    dies: bool = False
    crash_after: int | None = None
    by_value: bool = False
    order: Precedence = field(default_factory=Precedence)
    objectionable: set[str] = field(default_factory=set)
    sent: list[dict[str, Json]] = field(default_factory=list)
    writes: int = 0
    received: list[int] = field(default_factory=list)
    _lock: RLock = field(default_factory=RLock)

    identity = "keeper"
    capabilities = Capabilities("Keeper", "v1", "1", batch_size=4, max_batch_size=8)

    def entities(self) -> tuple[str, ...]:
        return ("Node", "Leaf")

    def schema(self, entity: str) -> EntitySchema | None:
        return EntitySchema(entity, {})

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        with self._lock:
            index: dict[tuple[str, object], list[str]] = {}
            for number, record in self.records.items():
                index.setdefault((str(record["entity"]), record["key"]), []).append(number)
                if self.by_value:
                    index.setdefault((str(record["entity"]), record.get("value")), []).append(
                        number
                    )
            return {ref: tuple(index.get((ref.entity, ref.key[0]), ())) for ref in refs}

    def precedence(self, entity: str) -> Precedence:
        del entity
        return self.order

    def objections(self, changes: Sequence[Change]) -> dict[int, Problem]:
        return {
            place: Problem("OBJECTION", "would be mangled")
            for place, change in enumerate(changes)
            if change.payload.get("value") in self.objectionable
        }

    def alive(self, entity: str, ids: Sequence[str]) -> frozenset[str]:
        del entity
        return frozenset(number for number in ids if number in self.records)

    def make(self, requests: Sequence[MakeRequest]) -> dict[Ref, str | Problem]:
        made: dict[Ref, str | Problem] = {}
        with self._lock:
            for request in requests:
                ref = request.ref
                if ref.key[0] in self.refused:
                    made[ref] = Problem("SERVER_REJECTED", "cannot be made")
                    continue
                number = f"{ref.entity}-made-{ref.key[0]}"
                self.records[number] = {"entity": ref.entity, "key": str(ref.key[0])}
                made[ref] = number
        return made

    def write(self, changes: Sequence[object]) -> list[Outcome]:
        with self._lock:
            some = [change for change in changes if isinstance(change, Change)]
            self.writes += 1
            self.received.append(len(some))
            self.sent += [dict(change.payload) for change in some]
            if self.lost_after is not None:
                self.lost_after -= 1
                if self.lost_after < 0:
                    raise TargetUnreachable("the target is gone")
            if any(change.payload.get("value") in self.poison for change in some):
                self._store_all(some[: len(some) // 2])
                raise BatchRefused("500")
            outcomes = self._store_all(some)
            if self.crash_after is not None:
                self.crash_after -= 1
                if self.crash_after < 0:
                    raise Crash
            if self.dies:
                raise TargetUnreachable("the target is gone")
            if self.cut:
                self.cut -= 1
                raise BatchRefused("cut")
            return outcomes

    def _store_all(self, changes: Iterable[object]) -> list[Outcome]:
        return [self._store(change) for change in changes if isinstance(change, Change)]

    def _store(self, change: object) -> Outcome:
        assert isinstance(change, Change)
        if change.payload.get("value") in self.poison:
            return Outcome(change, Status.FAILED)
        if change.payload.get("value") in self.refused:
            problem = Problem("SERVER_REJECTED", "no")
            return Outcome(change, Status.FAILED, problem=problem)
        number = change.id or self._new_id(change)
        known = self.records.get(number)
        stored = {
            name: value.ids if isinstance(value, Links) else value
            for name, value in change.payload.items()
        }
        for link in (stored.get("parentId"), *(stored.get("linksIds") or ())):  # type: ignore[misc]
            assert link is None or link in self.records, "a link to what is not there"
        new = {**(known or {}), "entity": change.record.entity, **stored}
        self.records[number] = new
        if known is None:
            return Outcome(change, Status.CREATED, number)
        return Outcome(change, Status.NOT_MODIFIED if known == new else Status.UPDATED, number)

    @staticmethod
    def _new_id(change: object) -> str:
        assert isinstance(change, Change)
        name = f"{change.record.entity}-{change.key[0]}"
        while name in change.burnt:
            name += "+"
        return name

    def remove(self, entity: str, ids: Sequence[str]) -> dict[str, Problem]:
        self.writes += 1
        kept: dict[str, Problem] = {}
        for number in ids:
            if any(number == one.get("parentId") for one in self.records.values()):
                kept[number] = Problem("IN_USE", f"{entity} {number} has children")
            else:
                self.records.pop(number, None)
        return kept

    def counts(self) -> RequestCounts:
        return RequestCounts(self.writes, self.writes)

    def close(self) -> None:
        """Nothing to let go."""

    def values(self) -> dict[str, tuple[str, str | None]]:
        """(value, parent's key) of all records, by `entity:key`."""
        found = {}
        for record in self.records.values():
            parent = record.get("parentId")
            parent_key = self.records[str(parent)]["key"] if parent else None
            found[f"{record['entity']}:{record['key']}"] = (
                str(record.get("value", "")),
                None if parent_key is None else str(parent_key),
            )
        return found


@dataclass
class Ran:
    """What a run left: its figures and its files' rows."""

    finished: Finished
    results: list[RowResult]
    rejects: list[tuple[int, str, str]]

    @property
    def statuses(self) -> dict[int, str]:
        return {result.number: str(result.status) for result in self.results}

    @property
    def codes(self) -> dict[int, str]:
        return {result.number: result.code for result in self.results if result.code}


@dataclass
class Bench:
    """A folder with a state, and runs in it."""

    folder: Path
    target: Keeper = field(default_factory=Keeper)
    duplicates: str = "reject"
    options: Options = field(default_factory=Options)
    rules: Rules = field(default_factory=Rules)
    state: State = field(init=False)

    def task(self, table: Table, name: str = "test") -> Task:
        self.state = open_state(str(self.folder / "state.db"))
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return Task(
            source=table,
            transformer=self.rules,
            target=self.target,
            scope=self.state.scope("keeper", name),
            duplicates=(self.duplicates,) * len(self.rules.entities),
            folder=folder,
            options=self.options,
        )

    def run(self, *rows: str, broken: tuple[int, ...] = ()) -> Ran:
        """Runs rows written as `kind;key;value;parent;unmapped`."""
        table = Table([tuple(row.split(";")) for row in rows], broken=broken)
        results: list[RowResult] = []
        rejects: list[tuple[int, str, str]] = []
        problems: list[Problem] = []
        sinks = Sinks(
            results.extend,
            lambda found: rejects.extend((n, cells[1], p.code) for n, cells, p, _ in found),
            problems.extend,
        )
        task = self.task(table)
        try:
            finished = run(task, sinks)
        finally:
            self.state.close()
        assert finished.rows.adds_up, finished.rows
        assert finished.rows.read == len(results)
        return Ran(finished, results, rejects)
