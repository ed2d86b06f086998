"""The answers of creating and changing: what was sent, over what was there before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.sandbox.convert import plain
from etl.sandbox.installation import ADMIN_ID
from etl.sandbox.values.read import all_units

if TYPE_CHECKING:
    from etl.sandbox.records import Records
    from etl.sandbox.schema import Entity
    from etl.sandbox.store import Row
    from etl.sandbox.values import ValueChanges

SENT_AS_IS = {"varchar", "text", "wysiwyg", "url", "email", "link", "enum"}
NOT_YET = {
    "routes": [],
    "routesNames": [],
    "isRoot": True,
    "hasChildren": True,
    "parentId": None,
    "parentName": None,
    "categoryRoute": None,
    "categoryRouteName": None,
}


@dataclass(frozen=True, slots=True)
class Update:
    """A record's change: as it was, what was sent, and what of it changes something."""

    entity: Entity
    before: Row
    payload: Row
    shown: Row
    links: Row
    changes: ValueChanges


class Answers:
    """Makes the answers of writes."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def created(self, entity: Entity, row: Row, payload: Row, changes: ValueChanges) -> Row:
        """A new record: values as they were sent, even if they were not stored so (208)."""
        view = self._records.views.created(entity, row)
        by_copy = isinstance(payload.get("parentsIds"), list)
        for key, field in entity.columns.items():
            given = payload.get(key)
            if field.type in SENT_AS_IS and given is not None and not field.readonly:
                view[key] = given
            elif field.default == "0" and key not in payload and not by_copy:
                view[key] = field.default  # a text, until it is read again (016, 060)
            name_key = f"{field.name}Name"
            if field.link and name_key in payload:
                view[name_key] = payload[name_key]  # an echo, nothing more (079)
        if by_copy:
            view |= {key: value for key, value in NOT_YET.items() if key in view}  # (051, 209)
        if entity.name == "ExtensibleEnumOption":
            view["listMultilingual"] = False  # before it hangs in its list (123)
        view |= self._sent_links(entity, payload)
        if entity.attributes:
            view["attributesDefs"] = changes.fresh_defs() or []
            view |= self._sent_values(changes)
        return view

    def updated(self, update: Update) -> Row:
        """The record as it was, under what was sent: parent, routes and names are old (064)."""
        entity, before, payload, changes = (
            update.entity,
            update.before,
            update.payload,
            update.changes,
        )
        view = before | update.shown
        if "modifiedAt" in entity.columns:
            view["modifiedAt"] = self._records.installation.now()
            view["modifiedById"] = ADMIN_ID
        if entity.name == "ExtensibleEnumOption":
            view["listMultilingual"] = True  # (127, 131)
        view |= self._changed_links(update)
        if payload.get("mainImageId") and "mainImageId" in view:
            file_id = view["mainImageId"] = payload["mainImageId"]
            view["mainImageName"] = self._records.installation.name_of("File", file_id)
        if changes.link:
            view["attributesDefs"] = {**(before["attributesDefs"] or {}), **changes.fresh_defs()}
        view |= self._amounts(entity, view, update.shown)
        for key, value in self._sent_values(changes).items():
            if key in changes.shown or not key.endswith(("Name", "OptionData")):
                view[key] = value  # an option's or a file's name is the old one (147, 257, 306)
        return view

    def _changed_links(self, update: Update) -> Row:
        shown: Row = {}
        entity, payload = update.entity, update.payload
        for key in update.links:
            field = entity.many[key]
            held: list[str] = []
            if payload.get(f"{field.name}AddOnlyMode"):
                held = self._records.ties.linked_ids(field, update.before["id"])
            if key != "channelsIds" or entity.name != "Category":  # (091)
                shown[key] = [*held, *(one for one in payload[key] if one not in held)]
        if isinstance(payload.get("parentsIds"), list):
            shown["parentsIds"] = payload["parentsIds"]
        elif entity.tree and "parentId" in payload:
            shown["parentsIds"] = [payload["parentId"]] if payload["parentId"] else []
        return shown

    def _amounts(self, entity: Entity, view: Row, shown: Row) -> Row:
        """The new amounts in all units of a field with a measure (277, 279)."""
        amounts: Row = {}
        for key, field in entity.columns.items():
            touched = field.of and (key in shown or field.of in shown)
            if touched and view.get(key) and view.get(field.of) is not None:
                amounts[f"{field.of}AllUnits"] = all_units(
                    self._records.installation, field.measure, view[key], view[field.of]
                )
        return amounts

    def _sent_links(self, entity: Entity, payload: Row) -> Row:
        shown = {key: payload[key] for key in entity.many if isinstance(payload.get(key), list)}
        if entity.tree:
            if payload.get("parentId"):
                shown["parentsIds"] = [payload["parentId"]]
            elif entity.name == "Product":
                shown.setdefault("parentsIds", [])
        return shown

    def _sent_values(self, changes: ValueChanges) -> Row:
        """The values that were sent, with the names and amounts that stand beside them."""
        shown: Row = {}
        attributes = self._records.table("Attribute").rows
        for key, value in changes.shown.items():
            one = changes.values.keys.by_key[key]
            row = {
                **changes.linked.get(one.attribute_id, {}),
                **changes.columns.get(one.attribute_id, {}),
            }
            changes.values.show_one(shown, one, attributes[one.attribute_id], value, row)
        return {key: plain(value) for key, value in shown.items()}
