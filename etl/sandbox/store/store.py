"""All tables of one installation, and what changed in them since the last commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.store.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from etl.sandbox.schema import Entity
    from etl.sandbox.store.journal import Journal

PARENT = "_parent"
_LOOKUPS = ("name", "number", "ean", "mpn", "code", "hash")
_EVERYWHERE_THE_SAME = {"createdById", "modifiedById", "ownerUserId", "assignedUserId"}


class Store:
    """Tables by entity name; the journal, if any, gets what changed."""

    def __init__(self, entities: Iterable[Entity], journal: Journal | None) -> None:
        self._journal = journal
        self._dirty: dict[tuple[str, str], None] = {}
        self._tables = {entity.name: self._table(entity) for entity in entities}
        self._tables["Settings"] = Table((), self._recorder("Settings"))

    def __getitem__(self, entity: str) -> Table:
        return self._tables[entity]

    def load(self) -> bool:
        """Read what the journal has; whether there was anything."""
        if self._journal is None:
            return False
        for entity, row in self._journal.load():
            deleted = row.get("deleted", False)
            self[entity].put(row)
            if deleted:
                self[entity].bury(row["id"])
        found = bool(self._dirty)
        self._dirty.clear()
        return found

    def commit(self) -> None:
        """Bring what changed to the disk."""
        dirty, self._dirty = self._dirty, {}
        if self._journal is not None and dirty:
            self._journal.write(
                (entity, row_id, self[entity].rows.get(row_id)) for entity, row_id in dirty
            )

    def close(self) -> None:
        """Let go of the disk."""
        if self._journal is not None:
            self._journal.close()

    def _recorder(self, entity: str) -> Callable[[str], None]:
        def changed(row_id: str) -> None:
            if self._journal is not None:
                self._dirty[entity, row_id] = None

        return changed

    def _table(self, entity: Entity) -> Table:
        keys: dict[tuple[str, ...], None] = {}
        for key, one in entity.columns.items():
            looked_up = one.link or one.unique or one.index or key in _LOOKUPS
            if looked_up and key not in _EVERYWHERE_THE_SAME:
                keys[key,] = None
        for index in entity.unique_indexes:
            keys[index] = None
        if entity.tree:
            keys[PARENT,] = None
        if entity.name == "EntityTeam":
            keys["entityId",] = None
        return Table(keys, self._recorder(entity.name))
