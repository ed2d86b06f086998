"""The disk's side: every change of a request in one SQLite transaction before its answer.

The journal holds a row per record. With SQLite's write-ahead log a process that is killed
between two requests, or within one, leaves the last finished request's state.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS record (
    entity TEXT NOT NULL, id TEXT NOT NULL, body TEXT, PRIMARY KEY (entity, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS place (
    seq INTEGER PRIMARY KEY, entity TEXT NOT NULL, id TEXT NOT NULL, UNIQUE (entity, id)
);
"""


class DataFolderInUse(RuntimeError):
    """Another sandbox serves this folder."""


class Journal:
    """The records of a sandbox in a folder, locked for this process alone."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._base = sqlite3.connect(
            folder / "sandbox.sqlite3", timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            self._base.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=NORMAL")
            self._base.executescript(f"BEGIN EXCLUSIVE; {_TABLES} COMMIT;")
        except sqlite3.OperationalError as error:
            self._base.close()
            message = f"{folder}: cannot be had alone ({error}); does another sandbox serve it?"
            raise DataFolderInUse(message) from None

    def load(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every record, in the order of creation."""
        query = (
            "SELECT record.entity, record.body FROM place"
            " JOIN record ON record.entity = place.entity AND record.id = place.id"
            " ORDER BY place.seq"
        )
        for entity, body in self._base.execute(query):
            yield entity, json.loads(body)

    def write(self, changes: Iterable[tuple[str, str, dict[str, Any] | None]]) -> None:
        """Write these records, all or none; None removes one."""
        kept: list[tuple[str, str, str]] = []
        gone: list[tuple[str, str]] = []
        for entity, row_id, row in changes:
            if row is None:
                gone.append((entity, row_id))
            else:
                kept.append((entity, row_id, json.dumps(row)))
        base = self._base
        base.execute("BEGIN IMMEDIATE")
        base.executemany(
            "INSERT OR IGNORE INTO place (entity, id) VALUES (?, ?)", [one[:2] for one in kept]
        )
        base.executemany("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", kept)
        base.executemany("DELETE FROM place WHERE entity = ? AND id = ?", gone)
        base.executemany("DELETE FROM record WHERE entity = ? AND id = ?", gone)
        base.execute("COMMIT")

    def close(self) -> None:
        """Let go of the folder."""
        self._base.close()
