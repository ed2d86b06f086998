"""One scope of the state: the rows and records that a target confirmed for a mapping."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from etl.errors import StateError, UsageError
from etl.model.known import ENTRIES, ExportedRecord, GoneRecord, KnownRecord, KnownRow, pack

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from etl.model.known import ConfirmedRecord, ConfirmedRow, Seen

_NEWEST = 25  # records that are kept as witnesses of the latest writes
_STEP = 5000  # values in one statement: below SQLite's 32,766


def _slices(values: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(values), _STEP):
        yield values[start : start + _STEP]


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


class SqliteScope:
    """Satisfies `etl.model.known.Scope`."""

    def __init__(
        self,
        db: sqlite3.Connection,
        number: int,
        lock: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._db = db
        self._scope = number
        self.lock = lock

    def known_rows(self, digests: Sequence[bytes]) -> dict[bytes, KnownRow]:
        """Those of the raw rows that are known."""
        known: dict[bytes, KnownRow] = {}
        for some in _slices(digests):
            found = self._db.execute(
                f"SELECT digest, id, key, records FROM row WHERE scope = ? "  # noqa: S608 - marks
                f"AND digest IN ({_marks(some)})",
                (self._scope, *some),
            )
            known.update((row.digest, row) for row in map(KnownRow._make, found))
        return known

    def known_records(self, entry: int, key_digests: Sequence[bytes]) -> dict[bytes, KnownRecord]:
        """Those of the entry's records that are known."""
        known: dict[bytes, KnownRecord] = {}
        for some in _slices(key_digests):
            found = self._db.execute(
                f"SELECT key_digest, id, digest, target_id, burnt FROM record "  # noqa: S608 - marks
                f"WHERE scope = ? AND entry = ? AND key_digest IN ({_marks(some)})",
                (self._scope, entry, *some),
            )
            known.update(
                (key, KnownRecord(number, digest, target_id, tuple(burnt.split())))
                for key, number, digest, target_id, burnt in found
            )
        return known

    def rows_of(self, entry: int, key_digests: Sequence[bytes]) -> dict[bytes, KnownRow]:
        """The known rows that make each of these records, by the row's digest."""
        rows: dict[bytes, KnownRow] = {}
        for some in _slices(key_digests):
            found = self._db.execute(
                f"SELECT row.digest, row.id, row.key, row.records FROM record "  # noqa: S608
                f"JOIN row_of ON row_of.record = record.id JOIN row ON row.id = row_of.row "
                f"WHERE record.scope = ? AND entry = ? AND key_digest IN ({_marks(some)})",
                (self._scope, entry, *some),
            )
            rows.update((row.digest, row) for row in map(KnownRow._make, found))
        return rows

    def sample(self, limit: int) -> list[tuple[str, str]]:
        """(entity, id) of some records believed to be on the target: the newest, and any."""
        (newest,) = self._db.execute(
            "SELECT newest FROM scope WHERE id = ?", (self._scope,)
        ).fetchone()
        found = dict.fromkeys((entity, number) for entity, number in json.loads(newest))
        (start,) = self._db.execute(
            "SELECT abs(random()) % max(max(id), 1) FROM record WHERE scope = ?", (self._scope,)
        ).fetchone()
        for half in ("id >= ?", "id < ?"):  # from anywhere, and round: few are no sample
            rest = self._db.execute(
                "SELECT entity, target_id FROM record "  # noqa: S608 - one of two words of ours
                f"WHERE scope = ? AND digest IS NOT NULL AND {half} ORDER BY id LIMIT ?",
                (self._scope, start or 0, limit),
            )
            found.update(dict.fromkeys(rest.fetchall()))
        return list(found)[:limit]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with suppress(StateError):  # a full disk has rolled back already
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def intend(self, records: Mapping[int, Sequence[bytes]]) -> None:
        """These records (by entry) are about to be sent: until confirmed, they are unknown.

        The rows that made them go too: were the file set back after a crash, they would
        otherwise be taken for unchanged.
        """
        pairs = [(self._scope, entry, key) for entry, keys in records.items() for key in keys]
        which = "SELECT id FROM record WHERE scope = ? AND entry = ? AND key_digest = ?"
        with self._transaction():
            self._db.executemany(
                f"DELETE FROM row WHERE id IN (SELECT row FROM row_of WHERE record = ({which}))",  # noqa: S608
                pairs,
            )
            self._db.executemany(f"DELETE FROM row_of WHERE record = ({which})", pairs)  # noqa: S608
            self._db.executemany(
                f"UPDATE record SET digest = NULL WHERE id = ({which})",  # noqa: S608
                pairs,
            )

    def confirm(
        self, records: Sequence[ConfirmedRecord], rows: Sequence[ConfirmedRow]
    ) -> list[int]:
        """One checkpoint, in one transaction; the state's numbers of the rows, in their order."""
        with self._transaction():
            numbers = {
                (record.entry, record.key_digest): self._confirm_record(record)
                for record in records
            }
            if records:
                newest = [(record.entity, record.id) for record in records[-_NEWEST:]]
                self._db.execute(
                    "UPDATE scope SET newest = ? WHERE id = ?", (json.dumps(newest), self._scope)
                )
            made: list[int] = []
            ties: list[tuple[int, int]] = []
            for row in rows:
                number, of = self._confirm_row(row, numbers)
                made.append(number)
                ties += [(record, number) for record in of]
            self._db.executemany(
                "INSERT INTO row_of (record, row) VALUES (?, ?) ON CONFLICT DO NOTHING", ties
            )
            return made

    def _confirm_record(self, record: ConfirmedRecord) -> int:
        if record.entry >= ENTRIES:
            raise UsageError(f"a mapping may have at most {ENTRIES} entries")
        (number,) = self._db.execute(
            "INSERT INTO record (scope, entry, entity, key_digest, digest, target_id, burnt, made) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (scope, entry, key_digest) DO UPDATE SET "
            "entity = excluded.entity, digest = excluded.digest, gone = 0, "
            "made = max(made, excluded.made), "
            "target_id = excluded.target_id, burnt = excluded.burnt RETURNING id",
            (
                self._scope,
                record.entry,
                record.entity,
                record.key_digest,
                record.digest,
                record.id,
                " ".join(record.burnt),
                record.made,
            ),
        ).fetchone()
        return int(number)

    def _confirm_row(
        self, row: ConfirmedRow, numbers: dict[tuple[int, bytes], int]
    ) -> tuple[int, list[int]]:
        """The numbers of the row and of its records."""
        known = [
            numbers.get((entry, key)) or self._record_number(entry, key)
            for entry, key in row.records
        ]
        packed = [
            pack(entry, number) for (entry, _), number in zip(row.records, known, strict=True)
        ]
        single = packed[0] if len(packed) == 1 else json.dumps(packed) if packed else None
        (number,) = self._db.execute(
            "INSERT INTO row (scope, digest, key, records) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (scope, digest) DO UPDATE SET key = excluded.key, "
            "records = excluded.records RETURNING id",
            (self._scope, row.digest, row.key, single),
        ).fetchone()
        return int(number), known

    def _record_number(self, entry: int, key_digest: bytes) -> int:
        (number,) = self._db.execute(
            "SELECT id FROM record WHERE scope = ? AND entry = ? AND key_digest = ?",
            (self._scope, entry, key_digest),
        ).fetchone()
        return int(number)

    def prune(self, seen: Seen) -> None:
        """Forgets the rows that are not among `seen`: the source no longer has them."""
        (known,) = self._db.execute(
            "SELECT count(*) FROM row WHERE scope = ?", (self._scope,)
        ).fetchone()
        if known == len(seen):
            return
        numbers = self._db.execute("SELECT id FROM row WHERE scope = ?", (self._scope,))
        gone = [(number,) for (number,) in numbers if number not in seen]
        with self._transaction():
            self._db.executemany("DELETE FROM row WHERE id = ?", gone)
            self._db.execute("DELETE FROM row_of WHERE row NOT IN (SELECT id FROM row)")

    def forget(self) -> None:
        """Forgets everything of this scope but the ids that were used."""
        with self._transaction():
            self._db.execute("DELETE FROM row WHERE scope = ?", (self._scope,))
            self._db.execute("DELETE FROM row_of WHERE row NOT IN (SELECT id FROM row)")
            self._db.execute("UPDATE record SET digest = NULL WHERE scope = ?", (self._scope,))
            self._db.execute("UPDATE scope SET newest = '[]' WHERE id = ?", (self._scope,))

    def forget_key(self, key: str) -> int:
        """Forgets the rows of this key and what only they make; how many rows there were."""
        found = self._db.execute(
            "SELECT id FROM row WHERE scope = ? AND key = ?", (self._scope, key)
        ).fetchall()
        records: set[int] = set()
        with self._transaction():
            for row in found:
                of = self._db.execute("SELECT record FROM row_of WHERE row = ?", row)
                records.update(record for (record,) in of.fetchall())
            self._db.executemany("DELETE FROM row_of WHERE row = ?", found)
            self._db.executemany("DELETE FROM row WHERE id = ?", found)
            self._db.executemany(
                "UPDATE record SET digest = NULL "
                "WHERE id = ? AND id NOT IN (SELECT record FROM row_of)",
                [(record,) for record in records],
            )
        return len(found)

    def export(self) -> Iterator[ExportedRecord]:
        """All records of this scope."""
        found = self._db.execute(
            "SELECT entry, entity, target_id, digest IS NOT NULL, gone, made, "
            "(SELECT json_group_array(row.key) FROM row_of JOIN row ON row.id = row_of.row "
            "WHERE row_of.record = record.id) FROM record WHERE scope = ? ORDER BY entry, id",
            (self._scope,),
        )
        for entry, entity, target_id, confirmed, gone, made, rows in found:
            status = "gone" if gone else "confirmed" if confirmed else "unconfirmed"
            yield ExportedRecord(
                entry, entity, target_id, status, bool(made), tuple(json.loads(rows))
            )

    def made(self, entry: int, entity: str) -> int:
        """How many records the mapping made by this entry that are not gone yet."""
        (number,) = self._db.execute(
            "SELECT count(*) FROM record "
            "WHERE scope = ? AND entry = ? AND entity = ? AND made AND NOT gone",
            (self._scope, entry, entity),
        ).fetchone()
        return int(number)

    def gone(self, entry: int, entity: str, present: Seen) -> Iterator[GoneRecord]:
        """Those of them whose number is not among the `present`, and that nobody else confirmed.

        The same record may be known by another key, another entry or another mapping of this
        target: then its rows are not gone.
        """
        found = self._db.execute(
            "SELECT id, target_id FROM record WHERE scope = ? AND entry = ? AND entity = ? "
            "AND made AND NOT gone ORDER BY id",
            (self._scope, entry, entity),
        ).fetchall()
        absent = [(number, one) for number, one in found if number not in present]
        numbers = {number for number, _ in absent}
        needed = self._confirmed_elsewhere({one for _, one in absent}, numbers)
        yield from (GoneRecord(number, one) for number, one in absent if one not in needed)

    def _confirmed_elsewhere(self, ids: set[str], but: set[int]) -> set[str]:
        """Those of the target's ids that another line of the state, of any mapping, confirms."""
        if not ids:
            return set()
        found = self._db.execute(
            "SELECT record.id, target_id FROM record JOIN scope ON scope.id = scope "
            "WHERE digest IS NOT NULL "
            "AND target = (SELECT target FROM scope WHERE id = ?)",
            (self._scope,),
        )
        return {one for number, one in found if one in ids and number not in but}

    def intend_gone(self, numbers: Sequence[int]) -> None:
        """These are about to be seen to: should their rows come back, they are sent again."""
        some = [(number,) for number in numbers]
        with self._transaction():
            self._db.executemany(
                "DELETE FROM row WHERE id IN (SELECT row FROM row_of WHERE record = ?)", some
            )
            self._db.executemany("DELETE FROM row_of WHERE record = ?", some)
            self._db.executemany("UPDATE record SET digest = NULL WHERE id = ?", some)
            self._db.execute("UPDATE scope SET newest = '[]' WHERE id = ?", (self._scope,))

    def note_gone(self, numbers: Sequence[int]) -> None:
        """These were seen to: they are not gone again, unless they come back first."""
        with self._transaction():
            self._db.executemany(
                "UPDATE record SET gone = 1 WHERE id = ?", [(number,) for number in numbers]
            )
