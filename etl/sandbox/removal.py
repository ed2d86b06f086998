"""Deleting records, softly or for good, and bringing them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Refused, SqlFailed, duplicate_text
from etl.sandbox.rules import rules_of
from etl.sandbox.tree import Tree

if TYPE_CHECKING:
    from etl.sandbox.records import Records
    from etl.sandbox.schema import Entity


class Removal:
    """Deletes. A deleted record keeps its values and links, which is how they revive (345)."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def delete(
        self,
        name: str,
        row_id: str,
        *,
        permanently: bool = False,
        together: frozenset[str] = frozenset(),
    ) -> set[str]:
        """Delete a record and, below it, its children (354); the ids that went."""
        records = self._records
        table = records.table(name)
        row = table.rows.get(row_id) if permanently else table.live(row_id)
        if row is None:
            raise Refused(404)
        entity = records.entity(name)
        rules = rules_of(name, records)
        rules.deleting(row)
        gone = {row_id}
        if entity.tree and row_id in table:
            gone |= self._delete_children(entity, row_id, together)
        if permanently:
            records.ties.erase(entity, row_id)
            table.erase(row_id)
        else:
            table.bury(row_id)
        rules.deleted(row)
        return gone

    def restore(self, name: str, row_id: str) -> None:
        """Bring a deleted record back, unless its unique value was taken meanwhile (351)."""
        table = self._records.table(name)
        row = table.rows.get(row_id)
        if row is None or row_id in table:
            raise Refused(404)
        taken = self._records.taken(self._records.entity(name), row)
        if taken:
            raise SqlFailed(duplicate_text(*taken))
        table.put(row)

    def _delete_children(self, entity: Entity, row_id: str, together: frozenset[str]) -> set[str]:
        """A child that was deleted before makes the call fail, after the others are gone (393)."""
        tree = Tree(self._records.installation, entity)
        blocked = tree.buried_below(row_id) - together
        gone: set[str] = set()
        for child in tree.below(row_id):
            gone |= self.delete(entity.name, child["id"], together=together)
        if blocked:
            raise Refused(404)
        return gone
