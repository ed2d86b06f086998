"""Links between records: the rows of relation entities, and the fields behind one-to-many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Refused

if TYPE_CHECKING:
    from etl.sandbox.records import Records
    from etl.sandbox.schema import Entity, Field, Link
    from etl.sandbox.store import Row

_TREE_LINKS = {"parents", "children"}


class Ties:
    """Makes and unmakes links, always by way of the relation entity's own rules."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def changed(self, entity: Entity, row_id: str, payload: Row) -> Row:
        """The `…Ids` keys of a payload that change something (063-070)."""
        return {
            key: payload[key]
            for key, field in entity.many.items()
            if isinstance(payload.get(key), list)
            and field.name not in _TREE_LINKS
            and field.stored
            and self._differs(field, row_id, payload)
        }

    def apply(self, entity: Entity, row_id: str, links: Row, payload: Row) -> None:
        """Set links as the payload says; ids that are not there are left out (069)."""
        for key, wanted in links.items():
            field = entity.many[key]
            current = self.linked_ids(field, row_id)
            add_only = payload.get(f"{field.name}AddOnlyMode")
            for far_id in [one for one in current if one not in wanted]:
                if not add_only:
                    self.unlink(field, row_id, far_id)
            for far_id in wanted:
                if far_id not in current and self._exists(field, far_id):
                    self.link(field, row_id, far_id)

    def linked_ids(self, field: Field, row_id: str) -> list[str]:
        """The ids of the records a link leads to."""
        link = _link(field)
        if link.foreign:
            return list(self._records.table(link.entity).ids((f"{link.foreign}Id",), row_id))
        target = self._records.table(link.entity)
        ties = self._records.table(link.relation).find((link.near,), row_id)
        return [tie[link.far] for tie in ties if tie[link.far] in target]

    def link(self, field: Field, row_id: str, far_id: str) -> None:
        """Link two records; a link that is there already is refused (073)."""
        link = _link(field)
        if not self._exists(field, far_id):
            raise Refused(404)
        if link.foreign:
            self._records.table(link.entity).change(far_id, {f"{link.foreign}Id": row_id})
        else:
            self._records.create(link.relation, {link.near: row_id, link.far: far_id})

    def unlink(self, field: Field, row_id: str, far_id: str) -> bool:
        """Unlink two records; whether they were linked."""
        link = _link(field)
        if link.foreign:
            self._records.table(link.entity).change(far_id, {f"{link.foreign}Id": None})
            return True
        ties = self._records.table(link.relation)
        found = [tie for tie in ties.find((link.near,), row_id) if tie[link.far] == far_id]
        for tie in found:
            ties.bury(tie["id"])
        return bool(found)

    def copy(self, field: Field, from_id: str, to_id: str) -> None:
        """Give a record the links another one has."""
        mine = self.linked_ids(field, to_id)
        for far_id in self.linked_ids(field, from_id):
            if far_id not in mine:
                self.link(field, to_id, far_id)

    def erase(self, entity: Entity, row_id: str) -> None:
        """Remove what hangs on a record that is removed for good (369)."""
        relations = {
            (link.relation, link.near)
            for field in entity.many.values()
            if (link := field.link) and link.relation
        }
        if entity.tree:
            relations |= {(entity.hierarchy, "parentId"), (entity.hierarchy, "entityId")}
        if entity.attributes:
            relations.add(("ProductAttributeValue", "productId"))
        for relation, near in relations:
            table = self._records.table(relation)
            for tie in [*table.find((near,), row_id), *table.buried((near,), row_id)]:
                table.erase(tie["id"])

    def _differs(self, field: Field, row_id: str, payload: Row) -> bool:
        wanted = {one for one in payload[f"{field.name}Ids"] if isinstance(one, str)}
        current = set(self.linked_ids(field, row_id))
        if payload.get(f"{field.name}AddOnlyMode"):
            return not wanted <= current
        return wanted != current

    def _exists(self, field: Field, far_id: object) -> bool:
        return far_id in self._records.table(_link(field).entity)


def _link(field: Field) -> Link:
    if field.link is None or not (field.link.relation or field.link.foreign):
        raise Refused(404)
    return field.link
