"""Entities as mappings see them, where the metadata say too little."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from etl.model.schema import EntitySchema, Kind, Property

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ATTRIBUTE = "Attribute"
ATTRIBUTE_OPTION = "AttributeOption"
OPTION = "ExtensibleEnumOption"
SETTINGS = "Settings"
NON_LEAF = "productCanLinkedWithNonLeafCategories"  # a product may be in a category with children

MADE_OF: Mapping[str, str] = {ATTRIBUTE_OPTION: OPTION}  # ours -> the one whose fields it has

LIST_TYPES: Mapping[str, str] = {"list": "extensibleEnum", "multilist": "extensibleMultiEnum"}


def amended(schema: EntitySchema) -> EntitySchema | None:
    """The schema with what people write, and without what they cannot; None if nothing is left."""
    amend = _AMENDMENTS.get(schema.name)
    return amend(schema) if amend else schema


def _attribute(schema: EntitySchema) -> EntitySchema:
    """`defaultUnit` is a text that holds a unit's id (catalog 142, 158)."""
    fields = dict(schema.fields)
    unit = fields.get("defaultUnit")
    if unit:
        fields["defaultUnit"] = replace(unit, kind=Kind.LINK, entity="Unit", length=None)
    kind = fields.get("type")
    if kind and kind.choices:
        fields["type"] = replace(kind, choices=(*kind.choices, *LIST_TYPES))
    return replace(schema, fields=fields)


def _attribute_option(schema: EntitySchema) -> EntitySchema:
    """An option, as one of the attribute whose list it is in; `position` is its place there."""
    plain = {
        name: prop
        for name, prop in schema.fields.items()
        if prop.kind not in {Kind.LINKS, Kind.OTHER} and not prop.read_only
    }
    attribute = Property(
        "attribute", "attributeId", Kind.LINK, "link", required=True, entity=ATTRIBUTE
    )
    position = Property("position", "position", Kind.INTEGER, "int")
    fields = {**plain, "attribute": attribute, "position": position}
    if "code" in fields:
        fields["code"] = replace(fields["code"], unique=False)  # within a list only
    return replace(schema, fields=fields, unique=((attribute.key, "code"),))


def _settings(schema: EntitySchema) -> EntitySchema | None:
    """Of one record, and of what a catalog depends on only."""
    if NON_LEAF not in schema.fields:
        return None
    fields = {name: schema.fields[name] for name in ("id", NON_LEAF)}
    return replace(schema, fields=fields, unique=(("id",),))


_AMENDMENTS: Mapping[str, Callable[[EntitySchema], EntitySchema | None]] = {
    ATTRIBUTE: _attribute,
    ATTRIBUTE_OPTION: _attribute_option,
    SETTINGS: _settings,
}
