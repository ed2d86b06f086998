"""Attributes, their groups and classifications."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from etl.sandbox.errors import Refused
from etl.sandbox.rules.base import Rules
from etl.sandbox.values.keys import COLUMNS

if TYPE_CHECKING:
    from etl.sandbox.store import Row

_CODE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*\Z")
_MULTILINGUAL = {"varchar", "text", "wysiwyg", "markdown", "url", "bool"}
_CONVERTS = {"extensibleEnum": {"extensibleMultiEnum"}}
_BAD_CODE = (
    "The code must start with a letter and can contain only letters, numbers, and underscores. "
    "No spaces or other special characters are allowed."
)


class AttributeRules(Rules):
    """Codes, types and what hangs on an attribute."""

    def incoming(self, payload: Row, old: Row | None) -> Row:
        """Fill in what an attribute always has."""
        if old is None:
            payload = {"sortOrder": 0, **payload}
            if payload.get("attributeGroupId"):
                payload.setdefault("attributeGroupSortOrder", 0)
        kind = payload.get("type") or (old or {}).get("type")
        if kind not in _MULTILINGUAL and payload.get("isMultilang"):
            payload = {**payload, "isMultilang": False}  # silently (144, 145)
        return payload

    def check(self, row: Row, old: Row | None) -> None:
        """Refuse unknown types (087), bad codes (111, 146), unknown groups (154)."""
        kind = row.get("type")
        if kind not in COLUMNS:
            raise Refused(403, f"The attribute type '{kind}' is invalid")
        if old is not None and kind not in {old["type"], *_CONVERTS.get(old["type"], ())}:
            raise Refused(
                400, f"Attribute converting from type '{old['type']}' to '{kind}' is impossible."
            )
        self._check_code(row)
        group = row.get("attributeGroupId")
        if group and group not in self.records.table("AttributeGroup"):
            raise Refused(400, f"Attribute Group '{group}' does not exist.")

    def _check_code(self, row: Row) -> None:
        code = row.get("code")
        if not code:
            return
        if not _CODE.match(code):
            raise Refused(400, _BAD_CODE)
        entity = self.records.installation.schema.entities.get(str(row.get("entityId")))
        if entity and (code in entity.fields or code in entity.columns or code in entity.many):
            raise Refused(400, f"Field with such code exists for the {entity.name}.")

    def stored(self, row: Row, payload: Row) -> None:
        """Other keys from now on."""
        del row, payload
        self.records.installation.attribute_cache.clear()

    def changed(self, row: Row, payload: Row) -> None:
        """Other keys from now on."""
        self.stored(row, payload)

    def deleted(self, row: Row) -> None:
        """Its values go from all products (359, 360)."""
        for entity in ("ProductAttributeValue", "ClassificationAttribute"):
            table = self.records.table(entity)
            for one in table.find(("attributeId",), row["id"]):
                table.bury(one["id"])
        self.records.installation.attribute_cache.clear()


class AttributeValueRules(Rules):
    """The raw table of values: written unchecked, found by product and attribute (292-294)."""


class AttributeGroupRules(Rules):
    """Groups of attributes."""

    def changed(self, row: Row, payload: Row) -> None:
        """The attributesDefs show the group's name."""
        del row, payload
        self.records.installation.attribute_cache.clear()

    def deleting(self, row: Row) -> None:
        """Not while an attribute is in it (366)."""
        if self.records.table("Attribute").first(("attributeGroupId",), row["id"]):
            raise Refused(
                400, "Attribute Group cannot be deleted because it used in several Attributes."
            )


class ClassificationRules(Rules):
    """Classifications of products."""

    def deleting(self, row: Row) -> None:
        """Not while it has products or attributes (205)."""
        products = self.records.table("Product")
        ties = self.records.table("ProductClassification").find(("classificationId",), row["id"])
        attributes = self.records.table("ClassificationAttribute")
        used = any(tie["productId"] in products for tie in ties)
        if used or attributes.first(("classificationId",), row["id"]):
            raise Refused(400, "Classification with related records cannot be deleted.")


class ClassificationAttributeRules(Rules):
    """An attribute of a classification.

    Products that have the classification already get it by a queue, that is: not here (184, 185).
    """

    def check(self, row: Row, old: Row | None) -> None:
        """The attribute must be there (175)."""
        del old
        attribute_id = row["attributeId"]
        if attribute_id and attribute_id not in self.records.table("Attribute"):
            raise Refused(400, f"No Attribute '{attribute_id}' has been found.")

    def special(self, payload: Row, row: Row) -> bool:
        """Every upsert is answered Updated (172)."""
        del payload, row
        return True
