"""The stage: changed rows and their records wait on disk until the whole source has been read.

Nothing is sent before it is known which rows share a key, so memory stays flat and a bad file is
refused before the first write. The file lives as long as the run.

row         a row that is not known: its raw digest, and its key as people read it
record      what rows make: `pending` to be sent, `same` as confirmed before, `waiting` for a
            reference, then `done`, `failed` or `dropped`
record_row  which rows say so; `dropped` = 1 where another row of the same key counts
trouble     errors and warnings of rows
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.model.codec import decode_key, decode_values, encode
from etl.model.known import ConfirmedRow
from etl.model.problem import Problem, Severity
from etl.model.record import Record, Reject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from etl.model.change import Status
    from etl.model.known import KnownRecord

_TABLES = """
CREATE TABLE row (seq INTEGER PRIMARY KEY, number INTEGER, file TEXT, digest BLOB, key TEXT,
    filtered INTEGER DEFAULT 0);
CREATE TABLE record (id INTEGER PRIMARY KEY, entry INTEGER, entity TEXT, key_digest BLOB,
    key TEXT, digest BLOB, payload TEXT, state TEXT, known TEXT, target_id TEXT DEFAULT '',
    result TEXT, missing TEXT);
CREATE TABLE record_row (record INTEGER, seq INTEGER, dropped INTEGER DEFAULT 0,
    PRIMARY KEY (record, seq)) WITHOUT ROWID;
CREATE INDEX row_record ON record_row (seq);
CREATE TABLE trouble (seq INTEGER, entry INTEGER, key TEXT, code TEXT, message TEXT,
    col TEXT, value TEXT, severity TEXT);
CREATE INDEX trouble_row ON trouble (seq);
"""

_REMEMBERED = 200_000  # records whose place in the stage is kept in memory: most repeats are near


@dataclass(frozen=True, slots=True)
class Staged:
    """A record on the stage. `known` are its ids as the state knows them: present, then burnt."""

    id: int
    key_digest: bytes
    record: Record
    known: tuple[str, ...]
    state: str


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
        entry: int,
        records: Sequence[tuple[int, Record]],
        known: dict[bytes, KnownRecord],
        digests: Sequence[bytes],
        *,
        full: bool = False,
    ) -> None:
        """(sequence of the row, record) of one entry, with what the state knows of them.

        `full`: they are sent whatever the state knows.
        """
        new, links = [], []
        for (seq, record), key in zip(records, digests, strict=True):
            place = self._places.get((entry, key, record.digest))
            if place is None:
                place = self._next
                self._next += 1
                self._remember((entry, key, record.digest), place)
                line = self._line(place, entry, key, record, known.get(key))
                new.append((*line[:-2], "pending", line[-1]) if full else line)
            links.append((place, seq))
        self.db.executemany(
            "INSERT INTO record (id, entry, entity, key_digest, key, digest, payload, state, known)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            new,
        )
        self.db.executemany("INSERT OR IGNORE INTO record_row (record, seq) VALUES (?, ?)", links)
        self.db.executemany(
            "UPDATE row SET key = ? WHERE seq = ?",
            [(record.key_text(), seq) for seq, record in records],
        )

    def _remember(self, what: tuple[int, bytes, bytes], place: int) -> None:
        if len(self._places) >= _REMEMBERED:
            self._places.clear()
        self._places[what] = place

    @staticmethod
    def _line(
        place: int, entry: int, key: bytes, record: Record, known: KnownRecord | None
    ) -> tuple[object, ...]:
        same = known is not None and known.digest == record.digest
        ids = " ".join((known.id, *known.burnt)) if known else ""
        return (
            place,
            entry,
            record.entity,
            key,
            encode(record.key),
            record.digest,
            encode(record.values),
            "same" if same else "pending",
            ids,
        )

    def replace(self, number: int, record: Record) -> None:
        """Another payload for a staged record."""
        self.db.execute(
            "UPDATE record SET payload = ?, digest = ? WHERE id = ?",
            (encode(record.values), record.digest, number),
        )

    def add_troubles(self, rejects: Iterable[tuple[int, Reject]]) -> None:
        """(sequence of the row, its error or warning)."""
        self.db.executemany(
            "INSERT INTO trouble (seq, entry, key, code, message, col, value, severity) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    seq,
                    reject.entry,
                    reject.key,
                    reject.problem.code,
                    reject.problem.message,
                    reject.problem.column,
                    reject.problem.value,
                    reject.problem.severity,
                )
                for seq, reject in rejects
            ],
        )

    def records(self, where: str, parameters: Sequence[object] = ()) -> list[Staged]:
        """Staged records by an SQL condition on `record`."""
        found = self.db.execute(
            "SELECT id, entry, entity, key_digest, key, digest, payload, known, state "  # noqa: S608
            f"FROM record WHERE {where}",
            parameters,
        )
        return [self._staged(line) for line in found.fetchall()]

    def _staged(self, line: tuple[int, int, str, bytes, str, bytes, str, str, str]) -> Staged:
        number, entry, entity, key_bytes, key, digest, payload, known, state = line
        record = Record(
            entry, entity, decode_key(key), decode_values(payload), digest, self.numbers(number)
        )
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

    def note_result(self, number: int, status: Status, target_id: str) -> None:
        """What became of a record. Its first success stays: linking afterwards is no second one."""
        self.db.execute(
            "UPDATE record SET target_id = coalesce(nullif(?, ''), target_id), result = "
            "CASE WHEN result IS NULL OR ? = 'failed' THEN ? ELSE result END WHERE id = ?",
            (target_id, status, status, number),
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
            "JOIN record_row ON record = id WHERE state IN ('pending', 'waiting')",
            (why,),
        )

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

    def finished_rows(self, records: Sequence[int]) -> list[tuple[int, ConfirmedRow]]:
        """The rows of these records that have nothing open any more, ready to be remembered."""
        seqs = {seq for record in records for seq in self.rows_of(record)}
        return [(seq, row) for seq in sorted(seqs) if (row := self._finished(seq)) is not None]

    def unsent_rows(self) -> Iterator[ConfirmedRow]:
        """Rows whose records are all as confirmed before, or that were filtered."""
        rows = self.db.execute(
            "SELECT seq FROM row WHERE NOT EXISTS (SELECT 1 FROM record_row "
            "JOIN record ON record.id = record WHERE record_row.seq = row.seq "
            "AND state != 'same') ORDER BY seq"
        )
        for (seq,) in rows.fetchall():
            row = self._finished(seq)
            if row is not None:
                yield row

    def _finished(self, seq: int) -> ConfirmedRow | None:
        rejected = self.db.execute(
            "SELECT 1 FROM trouble WHERE seq = ? AND severity = ? LIMIT 1", (seq, Severity.ERROR)
        ).fetchone()
        if rejected:
            return None
        records = self.db.execute(
            "SELECT entry, key_digest, state FROM record_row JOIN record ON id = record "
            "WHERE seq = ? ORDER BY entry",
            (seq,),
        ).fetchall()
        if any(state not in {"done", "same"} for _, _, state in records):
            return None
        digest, key = self.db.execute(
            "SELECT digest, key FROM row WHERE seq = ?", (seq,)
        ).fetchone()
        return ConfirmedRow(digest, key, tuple((entry, key) for entry, key, _ in records))

    def close(self) -> None:
        """Lets the file go, and removes it."""
        self.db.close()
        self._path.unlink(missing_ok=True)
