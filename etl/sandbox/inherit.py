"""What a variant takes from its model: at creation, by the queue, on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.tree import Tree
from etl.sandbox.values import Values
from etl.sandbox.values.read import TABLE
from etl.sandbox.values.write import link_attribute
from etl.sandbox.virtual import INHERITED_LINKS, NEVER_INHERITED, UNINHERITED

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation
    from etl.sandbox.records import Records
    from etl.sandbox.schema import Entity
    from etl.sandbox.store import Row
    from etl.sandbox.values import ValueChanges

QUEUE = "_queue"
COPIED_LINKS = tuple(name for name in INHERITED_LINKS if not name.startswith("associat"))


class Inheritance:
    """Copies between a parent and its children."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def copy_fields(
        self, entity: Entity, row: Row, payload: Row, parents: list[str | None]
    ) -> None:
        """`parentsIds` at creation copies the fields the payload leaves out (051, 209)."""
        if not (parents and parents[0] and isinstance(payload.get("parentsIds"), list)):
            return
        parent = self._installation.store[entity.name].rows[parents[0]]
        for key in entity.columns:
            if key not in payload and key not in UNINHERITED | NEVER_INHERITED:
                row[key] = parent.get(key)

    def copy_values(self, records: Records, row_id: str, parent_id: str) -> None:
        """A parent's values overwrite those of a new child (208); its links are copied (212)."""
        installation = self._installation
        linked = Values(installation, "Product").linked(row_id)
        for attribute_id, row in Values(installation, "Product").linked(parent_id).items():
            columns = {
                key: value
                for key, value in row.items()
                if key not in {"id", "productId", "attributeId"}
            }
            if attribute_id in linked:
                installation.store[TABLE].change(linked[attribute_id]["id"], columns)
            else:
                link_attribute(installation, row_id, attribute_id, columns)
        self.copy_links(records, row_id, parent_id)

    def copy_links(self, records: Records, row_id: str, parent_id: str) -> None:
        """Give a child the categories, channels and files its parent has."""
        entity = records.entity("Product")
        for name in COPIED_LINKS:
            records.ties.copy(entity.fields[name], parent_id, row_id)

    def queue(self, entity: Entity, row: Row, columns: Row, changes: ValueChanges) -> None:
        """A parent's change waits at every child that has the old value (219, 220)."""
        if entity.name != "Product":
            return
        for child in Tree(self._installation, entity).children(row["id"]):
            waiting = {
                key: value
                for key, value in columns.items()
                if key not in UNINHERITED | NEVER_INHERITED and child.get(key) == row.get(key)
            }
            mine = changes.values.linked(child["id"])
            for attribute_id, new in changes.columns.items():
                old = changes.linked.get(attribute_id, {})
                held = mine.get(attribute_id)
                for column, value in new.items():
                    if held is not None and held.get(column) == old.get(column):
                        waiting[f"{attribute_id}.{column}"] = value
            if waiting:
                merged = {**child.get(QUEUE, {}), **waiting}
                self._installation.store[entity.name].change(child["id"], {QUEUE: merged})

    def run_queue(self, entity: Entity, row: Row) -> None:
        """Reading the one record applies what waits for it (221)."""
        waiting = row.get(QUEUE)
        if not waiting:
            return
        linked = Values(self._installation, entity.name).linked(row["id"])
        columns: Row = {QUEUE: None}
        for key, value in waiting.items():
            attribute_id, _, column = key.partition(".")
            if not column:
                columns[key] = value
            elif attribute_id in linked:
                self._installation.store[TABLE].change(linked[attribute_id]["id"], {column: value})
        self._installation.store[entity.name].change(row["id"], columns)

    def inherit_all(self, records: Records, entity: Entity, row: Row) -> None:
        """Fill a child's empty fields and links from its parent (226, 227)."""
        parent = Tree(self._installation, entity).parent(row["id"])
        if parent is None:
            return
        empty = {
            key: parent[key]
            for key in entity.columns
            if key not in UNINHERITED | NEVER_INHERITED
            and row.get(key) is None
            and parent.get(key) is not None
        }
        self._installation.store[entity.name].change(row["id"], empty)
        if entity.attributes:
            self.copy_links(records, row["id"], parent["id"])

    def inherit_field(self, entity: Entity, row: Row, field: str) -> None:
        """Set one field or value to what the parent has (228)."""
        parent = Tree(self._installation, entity).parent(row["id"])
        if parent is None:
            return
        values = Values(self._installation, entity.name)
        one = values.keys.by_key.get(field)
        key = entity.fields[field].key if field in entity.fields else field
        if key in entity.columns:
            self._installation.store[entity.name].change(row["id"], {key: parent.get(key)})
        elif one:
            mine = values.linked(row["id"]).get(one.attribute_id)
            theirs = values.linked(parent["id"]).get(one.attribute_id)
            if mine and theirs:
                self._installation.store[TABLE].change(
                    mine["id"], {one.column: theirs.get(one.column)}
                )
