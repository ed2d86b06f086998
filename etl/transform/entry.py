"""One entry at work: a chunk's rows become records of one entity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from etl.model.codec import record_digest
from etl.model.problem import Problem
from etl.model.record import Record, Ref, Reject
from etl.transform.outcomes import KEEP, Fail
from etl.transform.pipe import Column, Pipe, Troubles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from etl.model.chunk import Chunk
    from etl.model.plan import EntryPlan
    from etl.transform.expressions import Expression


@dataclass(frozen=True, slots=True)
class Worked:
    """What an entry made of a chunk. `left_out` are the places of rows that its `when` left out."""

    records: list[Record]
    rejects: list[Reject]
    warnings: list[Reject]
    left_out: frozenset[int]


@dataclass(slots=True)
class Entry:
    """One entry of the mapping, compiled. `each` gives the items of a row's cells."""

    plan: EntryPlan
    pipes: Sequence[Pipe]
    columns: frozenset[int]  # that it reads
    headers: Sequence[str]
    when: Expression | None = None
    each: Callable[[Sequence[str]], Sequence[str]] | None = None
    fingerprint: bytes = b""

    def work(self, chunk: Chunk, rows: Sequence[Sequence[str]], chosen: Sequence[int]) -> Worked:
        """Records and rejects of the chosen rows (places in the chunk)."""
        lines, origin = self._lines(rows, chosen)
        troubles = Troubles()
        kept = self._wanted(lines, origin, chunk, troubles)
        lines, origin = [lines[i] for i in kept], [origin[i] for i in kept]
        left_out = frozenset(chosen).difference(origin)
        if not lines:
            return Worked([], [], [], left_out)
        numbers = [chunk.numbers[place] for place in origin]
        self._note_faults(chunk, origin, troubles)
        columns = self._values(lines, numbers, troubles)
        return self._gathered(columns, numbers, troubles, left_out)

    def _lines(
        self, rows: Sequence[Sequence[str]], chosen: Sequence[int]
    ) -> tuple[list[Sequence[str]], list[int]]:
        """The rows, once for each item, with their places in the chunk."""
        if self.each is None:
            return [rows[place] for place in chosen], list(chosen)
        pairs = [
            ([*rows[place], item], place) for place in chosen for item in self.each(rows[place])
        ]
        return [line for line, _ in pairs], [place for _, place in pairs]

    def _wanted(
        self,
        lines: Sequence[Sequence[str]],
        origin: Sequence[int],
        chunk: Chunk,
        troubles: Troubles,
    ) -> list[int]:
        if self.when is None:
            return list(range(len(lines)))
        known: dict[tuple[str, ...], Any] = {}
        kept: list[int] = []
        for i, line in enumerate(lines):
            cells = tuple(line[place] for place in self.when.columns)
            if cells not in known:
                known[cells] = self.when.evaluate(cells)
            answer = known[cells]
            if isinstance(answer, Fail):
                told = Problem(answer.code, f"when: {answer.message}", chunk.numbers[origin[i]])
                troubles.errors.setdefault(len(kept), []).append(told)
                kept.append(i)
            elif answer:
                kept.append(i)
        return kept

    def _note_faults(self, chunk: Chunk, origin: Sequence[int], troubles: Troubles) -> None:
        """A cell that could not be read rejects its row only if the entry reads its column."""
        if not chunk.faults:
            return
        used = {self.headers[place] for place in self.columns}
        for i, place in enumerate(origin):
            found = [one for one in chunk.faults.get(place, ()) if one.column in used]
            if found:
                troubles.errors.setdefault(i, []).extend(found)

    def _values(
        self, lines: Sequence[Sequence[str]], numbers: Sequence[int], troubles: Troubles
    ) -> list[Column]:
        columns = list(zip(*lines, strict=True))
        found = [
            column
            for pipe in self.pipes
            for column in pipe.run(columns, len(lines), numbers, troubles)
        ]
        return sorted(found, key=lambda column: column.name)

    def _gathered(
        self,
        columns: Sequence[Column],
        numbers: Sequence[int],
        troubles: Troubles,
        left_out: frozenset[int],
    ) -> Worked:
        names = [column.name for column in columns]
        tokens = list(zip(*(column.tokens for column in columns), strict=True))
        keys, index, entity = self.plan.key_fields, self.plan.index, self.plan.entity
        records: list[Record] = []
        rejects: list[Reject] = []
        warnings: list[Reject] = []
        fingerprint = self.fingerprint
        for i, line in enumerate(zip(*(column.values for column in columns), strict=True)):
            payload = {
                name: value for name, value in zip(names, line, strict=True) if value is not KEEP
            }
            if troubles.errors and i in troubles.errors:
                shown = _shown_key(payload, keys)
                key = _key(payload, keys)
                rejects += [_reject(index, problem, shown, key) for problem in troubles.errors[i]]
                continue
            key = _key(payload, keys)
            if key is None:
                rejects.append(self._no_key(numbers[i], payload))
                continue
            digest = record_digest(fingerprint, entity, [one for one in tokens[i] if one])
            records.append(Record(index, entity, key, payload, digest, (numbers[i],)))
            if troubles.warnings and i in troubles.warnings:
                shown = _shown_key(payload, keys)
                warnings += [_reject(index, problem, shown) for problem in troubles.warnings[i]]
        return Worked(records, rejects, warnings, left_out)

    def _no_key(self, number: int, payload: Mapping[str, Any]) -> Reject:
        empty = {
            key: name
            for name, key in zip(self.plan.key, self.plan.key_fields, strict=True)
            if _key_part(payload.get(key)) is None
        }
        names = ", ".join(empty.values())
        told = f"the key of {self.plan.entity} is empty ({names})"
        pipe = next((p for p in self.pipes if set(p.outputs) & set(empty)), None)
        problem = Problem("KEY_EMPTY", told, number, pipe.column if pipe else None, "")
        return _reject(self.plan.index, problem, "")


def _reject(
    entry: int, problem: Problem, key: str, identity: tuple[str | Ref, ...] | None = None
) -> Reject:
    return Reject(problem.row or 0, problem, entry, key, identity)


def _key(payload: Mapping[str, Any], fields: Sequence[str]) -> tuple[str | Ref, ...] | None:
    """The natural key; None where a part of it is empty."""
    key = []
    for name in fields:
        value = payload.get(name)
        part = value if value.__class__ is str and value else _key_part(value)
        if part is None:
            return None
        key.append(part)
    return tuple(key)


def _key_part(value: object) -> str | Ref | None:
    if value is None or value == "":
        return None
    if isinstance(value, (str, Ref)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _shown_key(payload: Mapping[str, Any], fields: Sequence[str]) -> str:
    parts = [_key_part(payload.get(name)) for name in fields]
    return " / ".join(part.text() if isinstance(part, Ref) else part for part in parts if part)
