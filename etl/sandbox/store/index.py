"""Which records have a value: the lookup behind `equals`, `in` and unique fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Index:
    """Value to ids. Most values have one record, so a single id is kept bare."""

    def __init__(self) -> None:
        self._ids: dict[Any, str | dict[str, None]] = {}

    def add(self, value: object, row_id: str) -> None:
        """Note that this record has the value."""
        known = self._ids.get(value)
        if known is None:
            self._ids[value] = row_id
        elif isinstance(known, dict):
            known[row_id] = None
        elif known != row_id:
            self._ids[value] = {known: None, row_id: None}

    def drop(self, value: object, row_id: str) -> None:
        """Forget that this record has the value."""
        known = self._ids.get(value)
        if isinstance(known, dict):
            known.pop(row_id, None)
            if not known:
                del self._ids[value]
        elif known == row_id:
            del self._ids[value]

    def get(self, value: object) -> Iterable[str]:
        """The ids of the records that have the value."""
        known = self._ids.get(value)
        if known is None:
            return ()
        return (known,) if isinstance(known, str) else tuple(known)
