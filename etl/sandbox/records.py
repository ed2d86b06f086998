"""Creating, changing and deleting records: the one path that every route takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from etl.sandbox.check import check_field, missing
from etl.sandbox.convert import convert, same
from etl.sandbox.errors import (
    DUPLICATE_CREATE,
    Refused,
    SqlFailed,
    duplicate_text,
    duplicate_update,
)
from etl.sandbox.inherit import Inheritance
from etl.sandbox.rules import rules_of
from etl.sandbox.ties import Ties
from etl.sandbox.tree import Tree
from etl.sandbox.values import Values, plan_changes
from etl.sandbox.values.write import ValueChanges, check_required
from etl.sandbox.views import Views

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation
    from etl.sandbox.schema import Entity, Field
    from etl.sandbox.store import Row, Table

TEXTS = {"varchar", "text", "wysiwyg", "url", "markdown", "email", "color", "link", "file", "enum"}


class Records:
    """The records of an installation during one request.

    `unseen` are the ids an upsert has just created under the client's own id: for the rest of
    that item the server holds that they do not exist (047, 177).
    """

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.views = Views(installation)
        self.ties = Ties(self)
        self.inheritance = Inheritance(installation)
        self.unseen: set[str] = set()

    def entity(self, name: str) -> Entity:
        """An entity of the data model."""
        return self.installation.schema[name]

    def table(self, name: str) -> Table:
        """The records of an entity."""
        return self.installation.store[name]

    def get(self, name: str, row_id: str) -> Row:
        """A record that must be there (256)."""
        row = self.table(name).live(row_id)
        if row is None:
            raise Refused(404)
        return row

    def create(self, name: str, payload: Row) -> Row:
        """Store a new record; the answer shows what was sent."""
        entity = self.entity(name)
        rules = rules_of(name, self)
        payload = rules.incoming(payload, None)
        row = self._new_row(entity, payload)
        parents = self._parents(entity, payload, None)
        self.inheritance.copy_fields(entity, row, payload, parents)
        for key, field in entity.columns.items():
            check_field(field, row.get(key))
        rules.check(row, None)
        self._check_required(entity, row)
        self._check_new(entity, row)
        changes = self._values(entity, payload, None)
        self.table(name).put(row)
        self._tie(entity, row, payload, parents, changes)
        rules.stored(row, payload)
        return self._created(entity, row, payload, changes)

    def update(self, name: str, row: Row, payload: Row) -> Row | None:
        """Change a record; None when the payload changes nothing."""
        entity = self.entity(name)
        rules = rules_of(name, self)
        payload = rules.incoming(payload, row)
        columns, shown = self._changed(entity, row, payload)
        parents = self._parents(entity, payload, row["id"])
        links = self.ties.changed(entity, row["id"], payload)
        changes = self._values(entity, payload, row["id"])
        special = rules.special(payload, row)
        if not (columns or parents or links or changes.shown or special):
            return None
        self._check_update(entity, row, columns, changes)
        rules.check({**row, **columns}, row)
        before = self.views.one(entity, row)
        table = self.table(name)
        columns["modifiedAt"] = self.installation.now()
        self.inheritance.queue(entity, row, columns, changes)
        table.change(row["id"], columns)
        changes.apply(self.installation, row["id"])
        self._move(entity, row, parents)
        self.ties.apply(entity, row["id"], links, payload)
        self._unlink_values(entity, row["id"], payload)
        rules.changed(row, payload)
        return self._updated(before, shown, payload, links, changes)

    def delete(
        self,
        name: str,
        row_id: str,
        *,
        permanently: bool = False,
        together: frozenset[str] = frozenset(),
    ) -> set[str]:
        """Delete a record and, below it, its children (354); the ids that went."""
        table = self.table(name)
        row = table.rows.get(row_id) if permanently else table.live(row_id)
        if row is None:
            raise Refused(404)
        entity = self.entity(name)
        rules = rules_of(name, self)
        rules.deleting(row)
        gone = {row_id}
        if entity.tree:
            gone |= self._delete_children(entity, row_id, together)
        if permanently:
            self.ties.erase(entity, row_id)
            table.erase(row_id)
        else:
            table.bury(row_id)
        rules.deleted(row)
        return gone

    def restore(self, name: str, row_id: str) -> None:
        """Bring a deleted record back, unless its unique value was taken meanwhile (351)."""
        table = self.table(name)
        row = table.rows.get(row_id)
        if row is None or row_id in table:
            raise Refused(404)
        taken = self._taken(self.entity(name), row)
        if taken:
            raise SqlFailed(duplicate_text(*taken))
        table.put(row)

    def _delete_children(self, entity: Entity, row_id: str, together: frozenset[str]) -> set[str]:
        """A child that was deleted before makes the call fail, after the others are gone (393)."""
        tree = Tree(self.installation, entity)
        blocked = tree.buried_children(row_id) - together
        gone: set[str] = set()
        for child in tree.children(row_id):
            gone |= self.delete(entity.name, child["id"], together=together)
        if blocked:
            raise Refused(404)
        return gone

    def _new_row(self, entity: Entity, payload: Row) -> Row:
        row: Row = {"id": str(payload.get("id") or self.installation.new_id())}
        for key, field in entity.columns.items():
            if key in payload and not field.readonly:
                row[key] = convert(field.type, field.name, payload[key])
            elif field.default is not None:
                row[key] = convert(field.type, field.name, field.default)
            elif field.type == "bool" and "createdAt" in entity.columns:
                row[key] = False
        self._stamp(entity, row, payload)
        return row

    def _stamp(self, entity: Entity, row: Row, payload: Row) -> None:
        if "createdAt" in entity.columns:
            now = self.installation.now()
            row |= {"createdAt": now, "modifiedAt": now, "createdById": "1", "modifiedById": "1"}
        if entity.owned:
            row["ownerUserId"] = row.get("ownerUserId") or "1"
            row["assignedUserId"] = row.get("assignedUserId") or "1"
        if entity.tree or (entity.name == "ExtensibleEnumOption" and "sortOrder" not in payload):
            row["sortOrder"] = int(time.time())

    def _check_required(self, entity: Entity, row: Row) -> None:
        for key, field in entity.columns.items():
            if field.required and row.get(key) in (None, ""):
                raise missing(field.label)

    def _check_new(self, entity: Entity, row: Row) -> None:
        if row["id"] in self.table(entity.name) or self._taken(entity, row):
            raise Refused(400, DUPLICATE_CREATE)

    def _taken(self, entity: Entity, row: Row) -> tuple[tuple[str, ...], tuple[object, ...]] | None:
        """The unique key whose values another record has."""
        table = self.table(entity.name)
        for key in [*((one,) for one in entity.unique_keys), *entity.unique_indexes]:
            values = tuple(row.get(part) for part in key)
            if None in values:
                continue
            if any(other != row["id"] for other in table.ids(key, *values)):
                return key, values
        return None

    def _changed(self, entity: Entity, row: Row, payload: Row) -> tuple[Row, Row]:
        columns: Row = {}
        shown: Row = {}
        for key, given in payload.items():
            field = entity.columns.get(key)
            if field and not field.readonly and not same(given, row.get(key)):
                columns[key] = convert(field.type, field.name, given)
                shown[key] = given if field.type in TEXTS else columns[key]
        return columns, shown

    def _check_update(self, entity: Entity, row: Row, columns: Row, changes: ValueChanges) -> None:
        for key, value in columns.items():
            field: Field = entity.columns[key]
            if field.required and value in (None, ""):
                raise missing(field.label)
            check_field(field, value)
        if columns:
            taken = self._taken(entity, {**row, **columns})
            if taken:
                raise duplicate_update(*taken)
        if entity.attributes:
            check_required(self.installation, changes, row["id"])

    def _values(self, entity: Entity, payload: Row, row_id: str | None) -> ValueChanges:
        if entity.attributes:
            return plan_changes(self.installation, entity.name, payload, row_id)
        return ValueChanges(Values(self.installation, entity.name), {})

    def _parents(self, entity: Entity, payload: Row, row_id: str | None) -> list[str | None]:
        """The parent a payload asks for, if it changes it; several: the last stays (073)."""
        if not entity.tree:
            return []
        wanted = payload.get("parentsIds")
        if isinstance(wanted, list):
            target = wanted[-1] if wanted else None
        elif "parentId" in payload:
            target = payload["parentId"] or None
        else:
            return []
        tree = Tree(self.installation, entity)
        tie = tree.tie(row_id) if row_id else None
        if target == (tie["parentId"] if tie else None):
            return []
        if target:
            tree.check(row_id, target)
            rules_of(entity.name, self).check_parent(target)
        return [target]

    def _tie(
        self,
        entity: Entity,
        row: Row,
        payload: Row,
        parents: list[str | None],
        changes: ValueChanges,
    ) -> None:
        """Everything that hangs on a new record: values, parent, links."""
        changes.apply(self.installation, row["id"])
        self._move(entity, row, parents)
        if parents and parents[0] and entity.attributes:
            self.inheritance.copy_values(self, row["id"], parents[0])
        links = self.ties.changed(entity, row["id"], payload)
        self.ties.apply(entity, row["id"], links, payload)

    def _move(self, entity: Entity, row: Row, parents: list[str | None]) -> None:
        if parents:
            Tree(self.installation, entity).move(row["id"], parents[0])
            rules_of(entity.name, self).moved(row)

    def _unlink_values(self, entity: Entity, row_id: str, payload: Row) -> None:
        """`__attributesToRemove` takes codes (286); ids there do nothing (287)."""
        names = payload.get("__attributesToRemove")
        if not (entity.attributes and isinstance(names, list)):
            return
        values = Values(self.installation, entity.name)
        linked = values.linked(row_id)
        for attribute_id, row in linked.items():
            attribute = self.table("Attribute").rows[attribute_id]
            if attribute.get("code") in names:
                self.table("ProductAttributeValue").erase(row["id"])

    def _created(self, entity: Entity, row: Row, payload: Row, changes: ValueChanges) -> Row:
        view = self.views.created(entity, row)
        for key, field in entity.columns.items():
            if key in payload and field.type in TEXTS and payload[key] is not None and key in view:
                view[key] = payload[key]
            elif field.default == "0" and key not in payload:
                view[key] = field.default
        view |= self._sent_links(entity, payload)
        if entity.attributes:
            values = changes.values
            view["attributesDefs"] = values.defs(row["id"]) or []
            view |= self._beside(changes, row["id"])
        return view

    def _updated(
        self, before: Row, shown: Row, payload: Row, links: Row, changes: ValueChanges
    ) -> Row:
        """The record as it was, under what was sent: parent, routes and names are old (064)."""
        view = before | shown
        view["modifiedAt"] = self.installation.now()
        view |= {key: payload[key] for key in links}
        if isinstance(payload.get("parentsIds"), list):
            view["parentsIds"] = payload["parentsIds"][-1:]
        elif payload.get("parentId"):
            view["parentsIds"] = [payload["parentId"]]
        return view | self._beside(changes, before["id"])

    def _sent_links(self, entity: Entity, payload: Row) -> Row:
        shown = {key: payload[key] for key in entity.many if isinstance(payload.get(key), list)}
        if entity.tree:
            if payload.get("parentId"):
                shown["parentsIds"] = [payload["parentId"]]
            elif entity.name == "Product":
                shown.setdefault("parentsIds", [])
        return shown

    def _beside(self, changes: ValueChanges, row_id: str) -> Row:
        """The values that were sent, with what stands beside them."""
        shown: Row = {}
        attributes = self.table("Attribute").rows
        for key, value in changes.shown.items():
            one = changes.values.keys.by_key[key]
            row = (
                changes.linked.get(one.attribute_id)
                or self.table("ProductAttributeValue").first(
                    ("productId", "attributeId"), row_id, one.attribute_id
                )
                or {}
            )
            changes.values.show_one(shown, one, attributes[one.attribute_id], value, row)
        return {key: _plain(value) for key, value in shown.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a value is
    return int(value) if isinstance(value, float) and value.is_integer() else value
