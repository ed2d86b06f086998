"""The records of one entity, the deleted ones too, with their indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.sandbox.store.index import Index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Row = dict[str, Any]


class Table:
    """Rows by id. A deleted row stays, marked, and can only be reached by its id."""

    def __init__(self, keys: Iterable[tuple[str, ...]], changed: Callable[[str], None]) -> None:
        self.rows: dict[str, Row] = {}
        self._live: dict[str, None] = {}
        self._changed = changed
        self._indexes: dict[tuple[str, ...], Index] = {key: Index() for key in keys}
        self._graves: dict[tuple[str, ...], Index] = {key: Index() for key in self._indexes}

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[Row]:
        return (self.rows[row_id] for row_id in tuple(self._live))

    def __contains__(self, row_id: object) -> bool:
        return isinstance(row_id, str) and row_id in self._live

    def live(self, row_id: object) -> Row | None:
        """The record, if it is there and not deleted."""
        return self.rows[row_id] if isinstance(row_id, str) and row_id in self._live else None

    def indexed(self, *key: str) -> bool:
        """Whether `ids` can answer for this key."""
        return key in self._indexes

    def add_index(self, *key: str) -> None:
        """Index a key from now on."""
        if key in self._indexes:
            return
        index = self._indexes[key] = Index()
        self._graves[key] = Index()
        for row in self:
            index.add(_value(row, key), row["id"])

    def ids(self, key: tuple[str, ...], *values: object) -> Iterable[str]:
        """The ids of the live records with these values."""
        value = values[0] if len(key) == 1 else values
        try:
            return self._indexes[key].get(value)
        except TypeError:  # a list or an object: no record has it
            return ()

    def find(self, key: tuple[str, ...], *values: object) -> list[Row]:
        """The live records with these values."""
        return [self.rows[row_id] for row_id in self.ids(key, *values)]

    def first(self, key: tuple[str, ...], *values: object) -> Row | None:
        """The first live record with these values."""
        return next((self.rows[row_id] for row_id in self.ids(key, *values)), None)

    def buried(self, key: tuple[str, ...], *values: object) -> list[Row]:
        """The deleted records with these values."""
        found = self._graves[key].get(values[0] if len(key) == 1 else values)
        return [self.rows[row_id] for row_id in found]

    def put(self, row: Row) -> None:
        """Add a live record, over a deleted one of its id where there is one."""
        row_id = row["id"]
        if row_id in self.rows:
            self._unlist(self.rows[row_id])
        row.pop("deleted", None)
        self.rows[row_id] = row
        self._live[row_id] = None
        for key, index in self._indexes.items():
            index.add(_value(row, key), row_id)
        self._changed(row_id)

    def change(self, row_id: str, changes: Row) -> None:
        """Set values of a live record."""
        row = self.rows[row_id]
        touched = [key for key in self._indexes if not changes.keys().isdisjoint(key)]
        for key in touched:
            self._indexes[key].drop(_value(row, key), row_id)
        row.update(changes)
        for key in touched:
            self._indexes[key].add(_value(row, key), row_id)
        self._changed(row_id)

    def bury(self, row_id: str) -> None:
        """Mark a record as deleted."""
        row = self.rows[row_id]
        self._unlist(row)
        row["deleted"] = True
        for key, grave in self._graves.items():
            grave.add(_value(row, key), row_id)
        self._changed(row_id)

    def erase(self, row_id: str) -> None:
        """Remove a record, deleted or not, for good."""
        self._unlist(self.rows[row_id])
        del self.rows[row_id]
        self._changed(row_id)

    def _unlist(self, row: Row) -> None:
        row_id = row["id"]
        indexes = self._indexes if row_id in self._live else self._graves
        self._live.pop(row_id, None)
        for key, index in indexes.items():
            index.drop(_value(row, key), row_id)


def _value(row: Row, key: tuple[str, ...]) -> object:
    if len(key) == 1:
        return row.get(key[0])
    return tuple(map(row.get, key))
