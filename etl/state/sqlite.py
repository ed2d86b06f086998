"""The state in one SQLite file, readable by its owner only."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING

from etl.errors import StateError, UsageError
from etl.model.known import RunEntry, ScopeEntry
from etl.state.connection import Connection
from etl.state.locks import create_private, held, holder
from etl.state.schema import MIGRATIONS, TABLES, VERSION
from etl.state.scope import SqliteScope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.model.known import Holder, Scope


def _connect(path: Path) -> Connection:
    try:
        create_private(path)
        connection = sqlite3.connect(path, isolation_level=None, factory=Connection)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"state {path}: cannot be opened ({error})") from error
    connection.path = path
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -65536")
        _ensure_tables(connection, path)
    except StateError as error:
        connection.close()
        raise UsageError(f"state {path}: is no state of etl ({error.__cause__})") from error
    except UsageError:
        connection.close()
        raise
    return connection


def _ensure_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Makes the tables in a new file; two processes may come at once."""
    connection.execute("BEGIN IMMEDIATE")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        for statement in TABLES.split(";\n"):
            connection.execute(statement)
    for older in range(version, VERSION) if version in MIGRATIONS else ():
        for statement in MIGRATIONS[older]:
            connection.execute(statement)
    known = version in {0, VERSION, *MIGRATIONS}
    if known:
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
    if not known:
        raise UsageError(
            f"state {path}: has version {version}, this program knows {VERSION}; "
            "use the etl that wrote it, or another state file"
        )


class SqliteState:
    """Satisfies `etl.model.known.State`. WAL and one writer: a reader never waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = _connect(path)

    def scope(self, target: str, mapping: str) -> Scope:
        """What is known under this target's identity and this mapping's name."""
        self._db.execute(
            "INSERT INTO scope (target, mapping) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (target, mapping),
        )
        (number,) = self._db.execute(
            "SELECT id FROM scope WHERE target = ? AND mapping = ?", (target, mapping)
        ).fetchone()
        lock = self._lock(target, mapping)
        return SqliteScope(self._db, number, lambda: held(lock, mapping))

    def _lock(self, target: str, mapping: str) -> Path:
        name = hashlib.blake2b(f"{target}\0{mapping}".encode(), digest_size=8).hexdigest()
        return self._path.with_name(f"{self._path.name}-{name}.lock")

    def holder(self, target: str, mapping: str) -> Holder | None:
        """Who runs this mapping against this target now; None if nobody does."""
        return holder(self._lock(target, mapping))

    def scopes(self) -> list[ScopeEntry]:
        """All that is known, by target and mapping."""
        found = self._db.execute(
            "SELECT target, mapping, "
            "(SELECT count(*) FROM record WHERE scope = scope.id AND digest IS NOT NULL), "
            "(SELECT count(*) FROM row WHERE scope = scope.id), "
            "(SELECT count(*) FROM record WHERE scope = scope.id AND gone) "
            "FROM scope ORDER BY target, mapping"
        ).fetchall()
        return [
            ScopeEntry(target, mapping, records, rows, gone, self.holder(target, mapping))
            for target, mapping, records, rows, gone in found
        ]

    def faults(self) -> list[str]:
        """What SQLite finds wrong with the file."""
        try:
            told = self._db.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [] if told == [("ok",)] else [str(fault) for (fault,) in told]

    def begin(self, run: RunEntry) -> None:
        """Enters a run into the history; what is said to be running has broken off."""
        self._db.execute(
            "UPDATE run SET status = 'broken off' "
            "WHERE status = 'running' AND mapping = ? AND target = ?",
            (run.mapping, run.target),
        )
        self._db.execute(
            "INSERT INTO run (id, mapping, target, started, status) VALUES (?, ?, ?, ?, ?)",
            (run.run_id, run.mapping, run.target, run.started.isoformat(), run.status),
        )

    def finish(self, run: RunEntry) -> None:
        """The run's end: its status, exit code and report."""
        self._db.execute(
            "UPDATE run SET status = ?, exit_code = ?, report = ? WHERE id = ?",
            (run.status, run.exit_code, run.report, run.run_id),
        )

    def history(self, limit: int) -> Iterator[RunEntry]:
        """The newest runs first."""
        found = self._db.execute(
            "SELECT id, mapping, target, started, status, exit_code, report FROM run "
            "ORDER BY started DESC, rowid DESC LIMIT ?",
            (limit,),
        )
        for run_id, mapping, target, started, status, exit_code, report in found.fetchall():
            when = datetime.fromisoformat(started)
            yield RunEntry(run_id, mapping, target, when, status, exit_code, report)

    def close(self) -> None:
        """Lets the file go."""
        self._db.close()
