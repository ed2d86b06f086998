"""The state in one SQLite file, readable by its owner only."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from etl.errors import LockHeld, UsageError
from etl.model.known import RunEntry
from etl.state.schema import TABLES, VERSION
from etl.state.scope import SqliteScope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.model.known import Scope


def _create_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _connect(path: Path) -> sqlite3.Connection:
    try:
        _create_private(path)
        connection = sqlite3.connect(path, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"state {path}: cannot be opened ({error})") from error
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -65536")
        _ensure_tables(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise UsageError(f"state {path}: is no state of etl ({error})") from error
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
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
    if version not in {0, VERSION}:
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
        name = hashlib.blake2b(f"{target}\0{mapping}".encode(), digest_size=8).hexdigest()
        lock = self._path.with_name(f"{self._path.name}-{name}.lock")
        return SqliteScope(self._db, number, lambda: _held(lock, mapping))

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


@contextmanager
def _held(path: Path, mapping: str) -> Iterator[None]:
    """The run's lock: a transaction kept open on a file of its own.

    The operating system lets go of it with the process, however that ends.
    """
    _create_private(path)
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise LockHeld(
                f"another run of mapping {mapping!r} against this target is under way; "
                "wait for it, or use another --state"
            ) from error
        yield
        lock.execute("ROLLBACK")
