"""Reading: chunks are screened, transformed and compared; what changed waits on the stage.

An untouched row costs one digest and one look-up, and no transform.
"""

from __future__ import annotations

import csv
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.engine.digest import key_digest, key_digest_of, row_digests
from etl.engine.stage import Stage, sequence
from etl.model.chunk import Chunk

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from etl.engine.task import Tally, Task
    from etl.model.known import KnownRow
    from etl.model.problem import Problem
    from etl.model.record import Record, Reject

KNOWN_ROWS = "unchanged.csv"  # sequence, number, file, key, filtered: the rows that need nothing


@dataclass(frozen=True, slots=True)
class Part:
    """A chunk with the raw digests of its rows, and its place among the source's files."""

    chunk: Chunk
    file: int
    digests: Sequence[bytes]

    def without(self, known: Container[bytes]) -> Part:
        """Without the rows that are known; rows that are no rows stay."""
        places = [i for i, digest in enumerate(self.digests) if digest not in known]
        return self if len(places) == len(self.digests) else self._only(places, self.chunk.broken)

    def only(self, wanted: Container[bytes]) -> Part:
        """Just the rows that are wanted."""
        return self._only([i for i, digest in enumerate(self.digests) if digest in wanted], ())

    def _only(
        self, places: Sequence[int], broken: Sequence[tuple[int, Sequence[str], Problem]]
    ) -> Part:
        old = self.chunk
        faults = {new: old.faults[i] for new, i in enumerate(places) if i in old.faults}
        rows, numbers = [old.rows[i] for i in places], [old.numbers[i] for i in places]
        chunk = Chunk(rows, numbers, old.file, faults, broken)
        return Part(chunk, self.file, [self.digests[i] for i in places])


def gather(task: Task, stage: Stage, tally: Tally) -> None:
    """Reads the whole source. Afterwards every row is known, staged, filtered or in trouble."""
    with (task.folder / KNOWN_ROWS).open("w", encoding="utf-8", newline="") as spool:
        known_rows = csv.writer(spool)
        for part in parts(task):
            tally.read += len(part.chunk.rows) + len(part.chunk.broken)
            known = {} if task.options.full else task.scope.known_rows(part.digests)
            if known:
                known_rows.writerows(_note_known(part, known, tally))
            _stage(task, stage, tally, part.without(known))
            task.progress.reading(tally.read, tally.unchanged)
            if task.stop.is_set():
                break
    _look_again(task, stage, tally)
    stage.db.execute("CREATE INDEX record_key ON record (entry, key_digest)")
    stage.db.execute("CREATE INDEX record_state ON record (state, entry)")


def parts(task: Task) -> Iterator[Part]:
    """The source's rows up to the limit, chunk by chunk, with their digests."""
    left = task.options.limit
    file, names = 0, ""
    with closing(iter(task.source.chunks())) as chunks:  # type: ignore[type-var]
        for chunk in chunks:
            if chunk.file != names:
                file, names = file + 1, chunk.file
            some = chunk if left is None else _first(chunk, left)
            yield Part(some, file, row_digests(some.rows, task.transformer.row_fingerprint))
            if left is not None:
                left -= len(some.rows) + len(some.broken)
                if left <= 0:
                    return


def _first(chunk: Chunk, rows: int) -> Chunk:
    """The chunk's first rows, those that are no rows counted."""
    numbers = sorted([*chunk.numbers, *(number for number, _, _ in chunk.broken)])
    if len(numbers) <= rows:
        return chunk
    last = numbers[rows - 1]
    keep = sum(number <= last for number in chunk.numbers)
    return Chunk(
        chunk.rows[:keep],
        chunk.numbers[:keep],
        chunk.file,
        {i: found for i, found in chunk.faults.items() if i < keep},
        [broken for broken in chunk.broken if broken[0] <= last],
    )


def _note_known(part: Part, known: dict[bytes, KnownRow], tally: Tally) -> list[tuple[object, ...]]:
    """Counts the known rows, and gives the lines by which their answers are written later."""
    lines: list[tuple[object, ...]] = []
    first, name = sequence(part.file, 0), part.chunk.file
    for digest, number in zip(part.digests, part.chunk.numbers, strict=True):
        row = known.get(digest)
        if row is not None:
            tally.know(row)
            filtered = "1" if row.records is None else ""
            lines.append((first + number, number, name, row.key, filtered))
    return lines


def _stage(task: Task, stage: Stage, tally: Tally, part: Part) -> None:
    chunk, file = part.chunk, part.file
    if not chunk.rows and not chunk.broken:
        return
    made = task.transformer.transform(chunk)
    with stage.transaction():
        stage.add_rows(
            (sequence(file, number), number, chunk.file, digest)
            for number, digest in zip(chunk.numbers, part.digests, strict=True)
        )
        stage.add_rows((sequence(file, n), n, chunk.file, b"") for n, _, _ in chunk.broken)
        stage.add_filtered(sequence(file, number) for number in made.filtered)
        for entry, records in _by_entry(made.records).items():
            digests = [key_digest(record) for record in records]
            known = task.scope.known_records(entry, digests)
            placed = [(sequence(file, record.rows[0]), record) for record in records]
            full = task.options.full
            stage.add_records(task.plan(entry), placed, known, digests, full=full)
        _hold(task, stage, tally, made.rejects)
        troubles: list[Reject] = [*made.rejects, *made.warnings]
        stage.add_troubles((sequence(file, reject.row), reject) for reject in troubles)


def _hold(task: Task, stage: Stage, tally: Tally, rejects: Sequence[Reject]) -> None:
    """A row that is rejected still stands in the source, and so do the records that it tells of."""
    named = [one for one in rejects if one.entry is not None and one.identity is not None]
    stage.hold(
        (one.entry or 0, key_digest_of(task.plan(one.entry or 0).entity, one.identity or ()))
        for one in named
    )
    for one in rejects:
        if one.entry is None:
            tally.unnamed.update(plan.index for plan in task.transformer.plans)
        elif one.identity is None:
            tally.unnamed[one.entry] += 1


def _by_entry(records: Sequence[Record]) -> dict[int, list[Record]]:
    found: dict[int, list[Record]] = {}
    for record in records:
        found.setdefault(record.entry, []).append(record)
    return found


def _look_again(task: Task, stage: Stage, tally: Tally) -> None:
    """Rows that passed as known, but whose key another, changed row has: both are needed."""
    wanted: dict[bytes, KnownRow] = {}
    for plan in task.transformer.plans:
        found = stage.db.execute(
            "SELECT key_digest FROM record WHERE entry = ? AND state = 'pending'", (plan.index,)
        )
        while keys := [key for (key,) in found.fetchmany(5000)]:
            rows = task.scope.rows_of(plan.index, keys)
            wanted.update((digest, row) for digest, row in rows.items() if row.id in tally.seen)
    if not wanted:
        return
    for row in wanted.values():
        tally.unknow(row)
    for part in parts(task):
        some = part.only(wanted)
        tally.again.update(sequence(some.file, number) for number in some.chunk.numbers)
        _stage(task, stage, tally, some)


def _without_broken(part: Part) -> Part:
    chunk = part.chunk
    return Part(Chunk(chunk.rows, chunk.numbers, chunk.file, chunk.faults), part.file, part.digests)


def known_rows(task: Task) -> Iterator[tuple[int, int, str, str, bool]]:
    """(sequence, number, file, key, filtered) of the rows that needed nothing, in order."""
    with (
        suppress(FileNotFoundError),
        (task.folder / KNOWN_ROWS).open(encoding="utf-8", newline="") as spool,
    ):
        for seq, number, file, key, filtered in csv.reader(spool):
            yield int(seq), int(number), file, key, bool(filtered)
