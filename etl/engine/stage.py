"""The stage: changed rows and their records wait on disk until the whole source has been read.

Nothing is sent before it is known which rows share a key, so memory stays flat and a bad file is
refused before the first write. The file lives as long as the run.

row         a row that is not known: its raw digest, and its key as people read it
record      what rows make: `pending` to be sent, `same` as confirmed before, `waiting` for a
            reference, `late` while a value is left that comes last, then `done` or `failed`
content     what a record says; apart, because wide lines are slow to change
outcome     its id on the target, and what became of it there
held        the records of rows that are rejected: they still stand in the source
record_row  which rows say so; `dropped` = 1 where another row of the same key counts
trouble     errors and warnings of rows
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from etl.model.codec import decode_key, decode_values, encode
from etl.model.known import ConfirmedRow
from etl.model.record import Record, Reject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from etl.model.change import Status
    from etl.model.known import KnownRecord
    from etl.model.plan import EntryPlan
    from etl.model.problem import Problem

_TABLES = """
CREATE TABLE row (seq INTEGER PRIMARY KEY, number INTEGER, file TEXT, digest BLOB, key TEXT,
    filtered INTEGER DEFAULT 0);
CREATE TABLE record (id INTEGER PRIMARY KEY, entry INTEGER, key_digest BLOB, digest BLOB,
    state TEXT, missing TEXT);
CREATE TABLE content (record INTEGER PRIMARY KEY, entity TEXT, key TEXT, payload TEXT, known TEXT);
CREATE TABLE outcome (record INTEGER PRIMARY KEY, target_id TEXT, result TEXT);
CREATE TABLE record_row (record INTEGER, seq INTEGER, dropped INTEGER DEFAULT 0,
    PRIMARY KEY (record, seq)) WITHOUT ROWID;
CREATE INDEX row_record ON record_row (seq);
CREATE TABLE held (entry INTEGER, key_digest BLOB);
CREATE TABLE trouble (seq INTEGER, entry INTEGER, key TEXT, code TEXT, message TEXT,
    col TEXT, value TEXT, severity TEXT, hint TEXT);
CREATE INDEX trouble_row ON trouble (seq);
"""

_STEP = 500  # records in memory at a time
_REMEMBERED = 20_000  # records whose place in the stage is kept in memory: most repeats are near


@dataclass(frozen=True, slots=True)
class Staged:
    """A record on the stage. `known` are its ids as the state knows them: present, then burnt."""

    id: int
    key_digest: bytes
    record: Record
    known: tuple[str, ...]
    state: str


def _batched(values: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _content(place: int, record: Record, known: KnownRecord | None) -> tuple[object, ...]:
    ids = " ".join((known.id, *known.burnt)) if known else ""
    return place, record.entity, encode(record.key), encode(record.values), ids


def sequence(file: int, number: int) -> int:
    """A row's place over all files of a source."""
    return file << 40 | number


class Stage:
    """Used by one thread. `add_*` while the source is read, the rest afterwards."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = OFF")
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.executescript(_TABLES)
        self._places: dict[tuple[int, bytes, bytes], int] = {}
        self._next = 1

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several additions at once. There is no way back: an error ends the run."""
        self.db.execute("BEGIN")
        yield
        self.db.execute("COMMIT")

    def add_rows(self, rows: Iterable[tuple[int, int, str, bytes]]) -> None:
        """(sequence, number, file, raw digest) of rows that are not known."""
        self.db.executemany(
            "INSERT OR REPLACE INTO row (seq, number, file, digest, key) VALUES (?, ?, ?, ?, '')",
            rows,
        )

    def add_filtered(self, seqs: Iterable[int]) -> None:
        """Rows that the mapping leaves out."""
        self.db.executemany("UPDATE row SET filtered = 1 WHERE seq = ?", [(seq,) for seq in seqs])

    def add_records(
        self,
        plan: EntryPlan,
        records: Sequence[tuple[int, Record]],
        known: dict[bytes, KnownRecord],
        digests: Sequence[bytes],
        *,
        full: bool = False,
    ) -> None:
        """(sequence of the row, record) of one entry, with what the state knows of them.

        `full`: they are sent whatever the state knows.
        """
        entry = plan.index
        new, links = [], []
        contents = []
        for (seq, record), key in zip(records, digests, strict=True):
            place = self._places.get((entry, key, record.digest))
            if place is None:
                place = self._next
                self._next += 1
                self._remember((entry, key, record.digest), place)
                seen = known.get(key)
                same = seen is not None and seen.digest == record.digest and not full
                new.append((place, entry, key, record.digest, "same" if same else "pending"))
                contents.append(_content(place, record, seen))
            links.append((place, seq))
        self.db.executemany(
            "INSERT INTO record (id, entry, key_digest, digest, state) VALUES (?, ?, ?, ?, ?)", new
        )
        self.db.executemany("INSERT INTO content VALUES (?, ?, ?, ?, ?)", contents)
        self.db.executemany("INSERT OR IGNORE INTO record_row (record, seq) VALUES (?, ?)", links)
        self.db.executemany(
            "UPDATE row SET key = ? WHERE seq = ? AND (? OR key = '')",
            [(record.key_text(), seq, not plan.repeats) for seq, record in records],
        )

    def _remember(self, what: tuple[int, bytes, bytes], place: int) -> None:
        if len(self._places) >= _REMEMBERED:
            self._places.clear()
        self._places[what] = place

    def replace(self, number: int, record: Record) -> None:
        """Another payload for a staged record."""
        self.db.execute("UPDATE record SET digest = ? WHERE id = ?", (record.digest, number))
        self.db.execute(
            "UPDATE content SET payload = ? WHERE record = ?", (encode(record.values), number)
        )

    def add_troubles(self, rejects: Iterable[tuple[int, Reject]]) -> None:
        """(sequence of the row, its error or warning)."""
        self.db.executemany(
            "INSERT INTO trouble (seq, entry, key, code, message, col, value, severity, hint) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    seq,
                    reject.entry,
                    reject.key,
                    reject.problem.code,
                    reject.problem.message,
                    reject.problem.column,
                    reject.problem.value,
                    reject.problem.severity.value,
                    reject.problem.hint,
                )
                for seq, reject in rejects
            ],
        )

    def records(self, where: str, parameters: Sequence[object] = ()) -> list[Staged]:
        """Staged records by an SQL condition on `record`."""
        found = self.db.execute(
            "SELECT id, entry, entity, key_digest, key, digest, payload, known, state "  # noqa: S608
            f"FROM record JOIN content ON content.record = id WHERE {where}",
            parameters,
        )
        return [self._staged(line) for line in found.fetchall()]

    def each(self, where: str, parameters: Sequence[object] = ()) -> Iterator[Staged]:
        """The same, of any number, some in memory at a time."""
        last = 0
        while some := self.records(
            f"{where} AND id > ? ORDER BY id LIMIT ?", (*parameters, last, _STEP)
        ):
            yield from some
            last = some[-1].id

    def _staged(self, line: tuple[int, int, str, bytes, str, bytes, str, str, str]) -> Staged:
        number, entry, entity, key_bytes, key, digest, payload, known, state = line
        record = Record(entry, entity, decode_key(key), decode_values(payload), digest, ())
        return Staged(number, key_bytes, record, tuple(known.split()), state)

    def numbers(self, record: int) -> tuple[int, ...]:
        """The rows that make a record, as people see their numbers."""
        found = self.db.execute(
            "SELECT number FROM record_row JOIN row USING (seq) WHERE record = ? "
            "ORDER BY seq LIMIT 100",
            (record,),
        )
        return tuple(number for (number,) in found)

    def rows_of(self, record: int) -> list[int]:
        """The sequences of the rows that make a record."""
        found = self.db.execute(
            "SELECT seq FROM record_row WHERE record = ? ORDER BY seq", (record,)
        )
        return [seq for (seq,) in found]

    def set_state(self, numbers: Iterable[int], state: str) -> None:
        """Where these records stand now."""
        self.db.executemany(
            "UPDATE record SET state = ? WHERE id = ?", [(state, number) for number in numbers]
        )

    def note_results(self, results: Iterable[tuple[int, Status, str]]) -> None:
        """(record, what became of it, its id). A first success stays: linking is no second one."""
        self.db.executemany(
            "INSERT INTO outcome (record, target_id, result) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET result = CASE WHEN excluded.result = 'failed' "
            "THEN excluded.result ELSE result END",
            [(number, target_id, status.value) for number, status, target_id in results],
        )

    def count(self, where: str, parameters: Sequence[object] = ()) -> int:
        """How many staged records fulfil an SQL condition."""
        (number,) = self.db.execute(
            f"SELECT count(*) FROM record WHERE {where}",  # noqa: S608 - our own conditions
            parameters,
        ).fetchone()
        return int(number)

    def set_all(self, state: str, to: str) -> None:
        """All records that stand here stand there now."""
        self.db.execute("UPDATE record SET state = ? WHERE state = ?", (to, state))

    def rejected(self) -> int:
        """How many rows have an error."""
        (number,) = self.db.execute(
            "SELECT count(DISTINCT seq) FROM trouble WHERE severity = 'error'"
        ).fetchone()
        return int(number)

    def refuse_unsent(self, why: str) -> None:
        """Rows whose records were not sent get that for an answer."""
        self.db.execute(
            "INSERT INTO trouble (seq, entry, key, code, message, severity) "
            "SELECT DISTINCT seq, entry, '', 'NOT_SENT', ?, 'error' FROM record "
            "JOIN record_row ON record = id WHERE state IN ('pending', 'waiting', 'late')",
            (why,),
        )

    def unchanged_keys(self, entry: int) -> Iterator[list[bytes]]:
        """The keys of an entry's staged records that are as confirmed before, some at a time."""
        found = self.db.execute(
            "SELECT key_digest FROM record WHERE entry = ? AND state = 'same'", (entry,)
        )
        while keys := [key for (key,) in found.fetchmany(5000)]:
            yield keys

    def hold(self, keys: Iterable[tuple[int, bytes]]) -> None:
        """(entry, key) of records whose rows are rejected, and yet there."""
        self.db.executemany("INSERT INTO held VALUES (?, ?)", keys)

    def keys(self, entry: int) -> Iterator[list[bytes]]:
        """The keys of all records that the source tells of by this entry, some at a time."""
        found = self.db.execute(
            "SELECT key_digest FROM record WHERE entry = ? "
            "UNION ALL SELECT key_digest FROM held WHERE entry = ?",
            (entry, entry),
        )
        while keys := [key for (key,) in found.fetchmany(5000)]:
            yield keys

    def is_made(self, entry: int, key: bytes) -> bool:
        """True if a row of the source makes the entry's record of this key."""
        return self.count("entry = ? AND key_digest = ? AND state != 'failed'", (entry, key)) > 0

    def fail(self, staged: Staged, problem: Problem) -> None:
        """The record does not make it, and neither do its rows."""
        rows = self.rows_of(staged.id)
        reject = Reject(0, problem, staged.record.entry, staged.record.key_text())
        self.add_troubles((seq, reject) for seq in rows)
        self.set_state([staged.id], "failed")

    def warn(self, staged: Staged, problem: Problem) -> None:
        """Tells what was left out by choice, at each of the record's rows."""
        reject = Reject(0, problem, staged.record.entry, staged.record.key_text())
        self.add_troubles((seq, reject) for seq in self.rows_of(staged.id))

    def finished_rows(self, records: Sequence[int]) -> Iterator[ConfirmedRow]:
        """The rows of these records that have nothing open any more, ready to be remembered."""
        for some in _batched(records, 500):
            marks = ",".join("?" * len(some))
            yield from self._finished(
                f"row.seq IN (SELECT seq FROM record_row WHERE record IN ({marks}))",  # noqa: S608
                some,
            )

    def unsent_rows(self) -> Iterator[ConfirmedRow]:
        """Rows whose records are all as confirmed before, or that were filtered."""
        yield from self._finished(
            "(filtered = 1 OR EXISTS (SELECT 1 FROM record_row WHERE seq = row.seq)) AND "
            "NOT EXISTS (SELECT 1 FROM record_row JOIN record ON record.id = record "
            "WHERE record_row.seq = row.seq AND state != 'same')"
        )

    def _finished(self, where: str, parameters: Sequence[object] = ()) -> Iterator[ConfirmedRow]:
        found = self.db.execute(
            "SELECT row.seq, row.digest, row.key, entry, key_digest, state FROM row "  # noqa: S608
            "LEFT JOIN record_row USING (seq) LEFT JOIN record ON record.id = record_row.record "
            f"WHERE {where} AND NOT EXISTS (SELECT 1 FROM trouble "
            "WHERE trouble.seq = row.seq AND severity = 'error') ORDER BY row.seq, entry",
            parameters,
        )
        for _, lines in groupby(found, key=itemgetter(0)):
            records, settled = [], True
            for _, digest, key, entry, key_digest, state in lines:  # noqa: B007 - the last stays
                if state is not None:
                    records.append((entry, key_digest))
                    settled = settled and state in {"done", "same"}
            if settled:
                yield ConfirmedRow(digest, key, tuple(records))

    def close(self) -> None:
        """Lets the file go, and removes it."""
        self.db.close()
        self._path.unlink(missing_ok=True)
