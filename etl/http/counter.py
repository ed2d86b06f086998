"""Counts requests over all threads."""

from __future__ import annotations

from threading import Lock

from etl.model.ports import RequestCounts


class Counter:
    """The requests so far."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sent = self._writes = self._retried = 0

    def add(self, *, write: bool, again: bool) -> None:
        """One request goes out."""
        with self._lock:
            self._sent += 1
            self._writes += write
            self._retried += again

    def counts(self) -> RequestCounts:
        """The figures now."""
        with self._lock:
            return RequestCounts(self._sent, self._writes, self._retried)
