"""A run's lock: a transaction kept open on a file of its own.

The operating system lets go of it with the process, however that ends. Beside it stands who holds
it, for people: that is not believed, only shown.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from etl.errors import LockHeld
from etl.model.known import Holder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def held(path: Path, mapping: str) -> Iterator[None]:
    """Holds the lock as long as the block goes on. Raises LockHeld, with the holder's name."""
    create_private(path)
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise LockHeld(_told(mapping, _read(path))) from error
        _note(path)
        try:
            yield
        finally:
            _beside(path).unlink(missing_ok=True)
            lock.execute("ROLLBACK")


def holder(path: Path) -> Holder | None:
    """Who holds the lock now; None if nobody does."""
    if not path.exists():
        return None
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            return _read(path) or Holder("", 0, None)
        lock.execute("ROLLBACK")
    return None


def create_private(path: Path) -> None:
    """An empty file that only its owner may read, unless it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.holder")


def _note(path: Path) -> None:
    told = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    create_private(_beside(path))
    _beside(path).write_text(json.dumps(told), encoding="utf-8")


def _read(path: Path) -> Holder | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(_beside(path).read_text(encoding="utf-8"))
        return Holder(
            str(told["host"]), int(told["pid"]), datetime.fromisoformat(str(told["since"]))
        )
    return None


def _told(mapping: str, who: Holder | None) -> str:
    by = f" ({who})" if who else ""
    return (
        f"another run of mapping {mapping!r} against this target is under way{by}; "
        "wait for it, or use another --state"
    )
