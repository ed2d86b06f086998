"""Opens the state that a URL names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from etl.errors import UsageError
from etl.state.sqlite import SqliteState

if TYPE_CHECKING:
    from etl.model.known import State

_SQLITE = "sqlite:///"


def open_state(url: str) -> State:
    """The state at `sqlite:///path` (relative to the working directory; a bare path will do).

    Raises UsageError for any other kind of URL, and where the file is no state of ours.
    """
    if url.startswith(_SQLITE):
        return SqliteState(Path(url.removeprefix(_SQLITE)))
    if "://" in url:
        kind = url.split("://", 1)[0]
        raise UsageError(f"state: {kind}:// is not supported, use sqlite:///path/to/state.db")
    return SqliteState(Path(url))
