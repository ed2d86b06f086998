"""Creating, changing and deleting records: the one path that every route takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from etl.sandbox.answers import Answers, Update
from etl.sandbox.check import check_field, missing
from etl.sandbox.convert import convert, plain, same
from etl.sandbox.errors import DUPLICATE_CREATE, Refused, duplicate_update
from etl.sandbox.inherit import Inheritance
from etl.sandbox.installation import ADMIN_ID
from etl.sandbox.removal import Removal
from etl.sandbox.rules import rules_of
from etl.sandbox.ties import Ties
from etl.sandbox.tree import Tree
from etl.sandbox.values import Values, plan_changes
from etl.sandbox.values.write import ValueChanges, check_required, unlink_codes
from etl.sandbox.views import Views

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation
    from etl.sandbox.schema import Entity
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
        self.removal = Removal(self)
        self.unseen: set[str] = set()
        self._answers = Answers(self)

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
        self._check_parents(entity, parents, None)
        self.inheritance.copy_fields(entity, row, payload, parents)
        for key, field in entity.columns.items():
            check_field(field, row.get(key))
        rules.check(row, None)
        self._check_new(entity, row)
        changes = self._values(entity, payload, None)
        self.table(name).put(row)
        self._tie(entity, row, payload, parents, changes)
        rules.stored(row, payload)
        return self._answers.created(entity, row, payload, changes)

    def update(self, name: str, row: Row, payload: Row, *, store: bool = True) -> Row | None:
        """Change a record; None when the payload changes nothing."""
        entity = self.entity(name)
        rules = rules_of(name, self)
        payload = rules.incoming(payload, row)
        columns, shown = self._changed(entity, row, payload)
        parents = self._parents(entity, payload, row["id"])
        links = self.ties.changed(entity, row["id"], payload)
        changes = self._values(entity, payload, row["id"])
        special = rules.special(payload, row)
        if not (columns or parents or links or changes or special):
            return None
        self._check_update(entity, row, columns, changes)
        self._check_parents(entity, parents, row["id"])
        rules.check({**row, **columns}, row)
        before = self.views.one(entity, row)
        answer = self._answers.updated(Update(entity, before, payload, shown, links, changes))
        if store:
            self._stamp_change(entity, columns)
            self.inheritance.queue(entity, row, columns, changes)
            self.table(name).change(row["id"], columns)
            changes.apply(self.installation, row["id"])
            self._move(entity, row, parents)
            self.ties.apply(entity, row["id"], links, payload)
            unlink_codes(self.installation, changes, payload)
            rules.changed(row, payload)
        return answer

    def taken(self, entity: Entity, row: Row) -> tuple[tuple[str, ...], tuple[object, ...]] | None:
        """The unique key whose values another record has, and the values."""
        table = self.table(entity.name)
        for key in [*((one,) for one in entity.unique_keys), *entity.unique_indexes]:
            values = tuple(row.get(part) for part in key)
            if None in values:
                continue
            if any(other != row["id"] for other in table.ids(key, *values)):
                return key, values
        return None

    def _new_row(self, entity: Entity, payload: Row) -> Row:
        row: Row = {"id": str(payload.get("id") or self.installation.new_id())}
        for key, field in entity.columns.items():
            if key in payload and not field.readonly:
                row[key] = convert(field.type, field.name, payload[key])
            elif field.default is not None:
                row[key] = convert(field.type, field.name, field.default)
            elif field.type == "bool" and "createdAt" in entity.columns:
                row[key] = False
            if field.required and row.get(key) in (None, ""):
                raise missing(field.label)
        if "createdAt" in entity.columns:
            now = self.installation.now()
            row |= {"createdAt": now, "modifiedAt": now}
            row |= {"createdById": ADMIN_ID, "modifiedById": ADMIN_ID}
        if entity.owned:
            row["ownerUserId"] = row.get("ownerUserId") or ADMIN_ID
            row["assignedUserId"] = row.get("assignedUserId") or ADMIN_ID
        if entity.tree or (entity.name == "ExtensibleEnumOption" and "sortOrder" not in payload):
            row["sortOrder"] = int(time.time())  # whatever is sent, in a tree (079)
        return row

    def _stamp_change(self, entity: Entity, columns: Row) -> None:
        if "modifiedAt" in entity.columns:
            columns["modifiedAt"] = self.installation.now()
            columns["modifiedById"] = ADMIN_ID

    def _check_new(self, entity: Entity, row: Row) -> None:
        if row["id"] in self.table(entity.name) or self.taken(entity, row):
            raise Refused(400, DUPLICATE_CREATE)

    def _changed(self, entity: Entity, row: Row, payload: Row) -> tuple[Row, Row]:
        columns: Row = {}
        shown: Row = {}
        for key, given in payload.items():
            field = entity.columns.get(key)
            if field and not field.readonly and not same(field.type, given, row.get(key)):
                columns[key] = convert(field.type, field.name, given)
                shown[key] = given if field.type in TEXTS else plain(columns[key])
        return columns, shown

    def _check_update(self, entity: Entity, row: Row, columns: Row, changes: ValueChanges) -> None:
        for key, value in columns.items():
            field = entity.columns[key]
            if field.required and value in (None, ""):
                raise missing(field.label)
            check_field(field, value)
        if columns:
            taken = self.taken(entity, {**row, **columns})
            if taken:
                raise duplicate_update(*taken)
        if entity.attributes:
            check_required(self.installation, changes, row["id"])

    def _values(self, entity: Entity, payload: Row, row_id: str | None) -> ValueChanges:
        if entity.attributes:
            return plan_changes(self.installation, entity.name, payload, row_id)
        return ValueChanges(Values(self.installation, entity.name), {})

    def _parents(self, entity: Entity, payload: Row, row_id: str | None) -> list[str | None]:
        """The parent a payload asks for, if it changes it; of several the last stays (073)."""
        if not entity.tree:
            return []
        wanted = payload.get("parentsIds")
        if isinstance(wanted, list):
            target = wanted[-1] if wanted else None
        elif "parentId" in payload:
            target = payload["parentId"] or None
        else:
            return []
        tie = Tree(self.installation, entity).tie(row_id) if row_id else None
        return [] if target == (tie["parentId"] if tie else None) else [target]

    def _check_parents(self, entity: Entity, parents: list[str | None], row_id: str | None) -> None:
        for parent_id in parents:
            if parent_id:
                Tree(self.installation, entity).check(row_id, parent_id)
                rules_of(entity.name, self).check_parent(parent_id)

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
