"""Writing attribute values: which of a payload's keys stick, and what the database drops."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from etl.sandbox.check import VARCHAR_LIMIT, check_length, check_pattern, check_range, missing
from etl.sandbox.convert import convert, same, to_text
from etl.sandbox.values.read import TABLE, Values

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation
    from etl.sandbox.store import Row
    from etl.sandbox.values.keys import ValueKey


@dataclass
class ValueChanges:
    """What an item does to attribute values; nothing is stored before `apply`."""

    values: Values
    linked: dict[str, Row]
    link: list[str] = field(default_factory=list)
    shown: Row = field(default_factory=dict)
    columns: dict[str, Row] = field(default_factory=dict)
    old: Row = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.shown or self.link)

    def fresh_defs(self) -> Row:
        """The attributesDefs of the attributes just linked, not quite filled in yet (179, 308)."""
        shown: Row = {}
        for attribute_id in self.link:
            shown |= self.values.fresh_defs(attribute_id)
        return shown

    def apply(self, installation: Installation, record_id: str) -> None:
        """Store the values, and the new attributes with them."""
        table = installation.store[TABLE]
        for attribute_id in self.link:
            link_attribute(installation, record_id, attribute_id, self.columns.get(attribute_id))
        for attribute_id, columns in self.columns.items():
            if attribute_id in self.linked and columns:
                table.change(self.linked[attribute_id]["id"], columns)


def link_attribute(
    installation: Installation, record_id: str, attribute_id: str, columns: Row | None = None
) -> None:
    """Give a record an attribute, empty unless columns say otherwise."""
    row = {"id": installation.new_id(), "productId": record_id, "attributeId": attribute_id}
    if columns:
        row |= columns
    installation.store[TABLE].put(row)


def named_attributes(payload: Row) -> list[str]:
    """The ids in `__attributes` (117) or `attributesDefs` (119, 120); a text is ignored (123)."""
    named = payload.get("__attributes")
    ids = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    defs = payload.get("attributesDefs")
    if isinstance(defs, dict):
        defs = list(defs.values())
    if isinstance(defs, list):
        ids += [
            one["attributeId"] for one in defs if isinstance(one, dict) and "attributeId" in one
        ]
    return ids


def plan_changes(
    installation: Installation, entity: str, payload: Row, record_id: str | None
) -> ValueChanges:
    """Work out what a payload does to a record's values; refuse what is invalid.

    A value sticks when its attribute is linked already (130) or is named by its id beside it
    (117). All other values are silently lost (116, 118, 177).
    """
    values = Values(installation, entity)
    linked = values.linked(record_id) if record_id else {}
    attributes = installation.store["Attribute"]
    changes = ValueChanges(values, linked)
    for attribute_id in named_attributes(payload):
        known = attribute_id in linked or attribute_id in changes.link
        if attribute_id in attributes and not known:
            changes.link.append(attribute_id)
    by_key = values.keys.by_key
    for key, given in payload.items():
        one = by_key.get(key)
        if one and (one.attribute_id in linked or one.attribute_id in changes.link):
            _plan_one(changes, one, attributes.rows[one.attribute_id], given)
    return changes


def _plan_one(changes: ValueChanges, one: ValueKey, attribute: Row, given: Any) -> None:  # noqa: ANN401
    stored = changes.linked.get(one.attribute_id, {}).get(one.column)
    if same(one.type, given, stored):
        return
    value = _checked(one, attribute, given)
    changes.old[one.key] = stored
    changes.shown[one.key] = given if one.type in {"varchar", "text"} else value
    if _storable(one, value):
        changes.columns.setdefault(one.attribute_id, {})[one.column] = value


def _checked(one: ValueKey, attribute: Row, given: Any) -> Any:  # noqa: ANN401 - a column's value
    if one.type in {"array", "extensibleMultiEnum"}:
        return convert("array", one.key, given)
    value = convert(one.type, one.key, given)
    if value is None or value == "":
        return value
    label = str(attribute.get("name"))
    if one.type in {"int", "float"}:
        check_range(one.type, label, value, attribute.get("min"), attribute.get("max"))
        return _rounded(attribute, value)
    if one.type in {"varchar", "text", "wysiwyg", "markdown", "url"}:
        if attribute.get("maxLength"):
            check_length(label, attribute["maxLength"], value)
        if attribute.get("pattern"):
            check_pattern(one.key, attribute["pattern"], value)
    return value


def _rounded(attribute: Row, value: float) -> float:
    """The amountOfDigitsAfterComma rounds what is stored (254, 277)."""
    digits = attribute.get("amountOfDigitsAfterComma")
    if digits is None or isinstance(value, int):
        return value
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(value)).quantize(step, ROUND_HALF_UP))


def _storable(one: ValueKey, value: object) -> bool:
    """What the database takes; the rest is answered Updated and lost (157, 262, 264)."""
    if one.column.startswith("varcharValue"):
        return len(to_text(value or "")) <= VARCHAR_LIMIT
    if value is None or one.type not in {"date", "datetime"}:
        return True
    try:
        dt.datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def check_required(installation: Installation, changes: ValueChanges, record_id: str) -> None:
    """Refuse an update of a record that lacks a required value, whatever it changes (197).

    An attribute that the update itself links is looked at, too (161).
    """
    attributes = installation.store["Attribute"]
    pairs = [*changes.values.ordered(record_id)]
    pairs += [(attributes.rows[one], {"attributeId": one}) for one in changes.link]
    rules = changes.values.required_by(record_id)
    for attribute, row in pairs:
        rule = rules.get(attribute["id"], {})
        if attribute.get("isRequired") or rule.get("isRequired"):
            _check_one(changes, attribute, row)


def _check_one(changes: ValueChanges, attribute: Row, row: Row) -> None:
    """Every key must be filled: the main one and that of every language (200)."""
    planned = changes.columns.get(attribute["id"], {})
    for one in changes.values.keys.by_attribute[attribute["id"]]:
        value = planned.get(one.column, row.get(one.column))
        if not one.unit and value in (None, "", []):
            raise missing(one.key)


def unlink_codes(installation: Installation, changes: ValueChanges, payload: Row) -> None:
    """`__attributesToRemove` takes codes (286); ids there do nothing (287)."""
    codes = payload.get("__attributesToRemove")
    if not isinstance(codes, list):
        return
    attributes = installation.store["Attribute"].rows
    for attribute_id, row in changes.linked.items():
        if attributes[attribute_id].get("code") in codes:
            installation.store[TABLE].erase(row["id"])
