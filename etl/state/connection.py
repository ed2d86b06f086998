"""A connection whose failures are told in words: a full disk, a broken file, a lock too long."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from etl.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Connection(sqlite3.Connection):
    """Raises StateError instead of sqlite3's own."""

    path: Path | None = None

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - sqlite3's
        """As sqlite3's."""
        try:
            return super().execute(sql, parameters)
        except sqlite3.Error as error:
            raise self._told(error) from error

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As sqlite3's."""
        try:
            return super().executemany(sql, parameters)
        except sqlite3.Error as error:
            raise self._told(error) from error

    def _told(self, error: sqlite3.Error) -> StateError:
        full = "full" in str(error)
        hint = "free some space and run again" if full else "see `etl state check`"
        return StateError(f"state {self.path}: {error}; {hint}. What was confirmed is kept")
