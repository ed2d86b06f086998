"""Which keys of a payload are values of an attribute, and in which column each is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.sandbox.schema import MULTILANG_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.sandbox.installation import Installation
    from etl.sandbox.store import Row

COLUMNS = {
    "varchar": "varcharValue",
    "url": "varcharValue",
    "text": "textValue",
    "wysiwyg": "textValue",
    "markdown": "textValue",
    "int": "intValue",
    "float": "floatValue",
    "bool": "boolValue",
    "date": "dateValue",
    "datetime": "datetimeValue",
    "array": "jsonValue",
    "extensibleMultiEnum": "jsonValue",
    "extensibleEnum": "referenceValue",
    "file": "referenceValue",
    "rangeInt": "intValue",
    "rangeFloat": "floatValue",
}
RANGES = {"rangeInt": "int", "rangeFloat": "float"}


@dataclass(frozen=True, slots=True)
class ValueKey:
    """One key: the column it is kept in and how its value is converted."""

    key: str
    attribute_id: str
    column: str
    type: str
    locale: str = ""
    unit: bool = False


class Keys:
    """All value keys of the attributes of one entity; rebuilt when attributes change."""

    def __init__(self, installation: Installation, entity: str) -> None:
        self.by_key: dict[str, ValueKey] = {}
        self.by_attribute: dict[str, list[ValueKey]] = {}
        suffixes = installation.schema.suffixes
        for attribute in installation.store["Attribute"].find(("entityId",), entity):
            keys = list(_keys(attribute, suffixes))
            self.by_attribute[attribute["id"]] = keys
            for one in keys:
                self.by_key.setdefault(one.key, one)

    @classmethod
    def of(cls, installation: Installation, entity: str) -> Keys:
        """The keys as they stand."""
        keys = installation.attribute_cache.get(entity)
        if keys is None:
            keys = installation.attribute_cache[entity] = cls(installation, entity)
        return keys


def value_name(attribute: Row) -> str:
    """The base key of an attribute's value: its code, else its id (122, 152)."""
    return str(attribute.get("code") or attribute["id"])


def _keys(attribute: Row, suffixes: dict[str, str]) -> Iterator[ValueKey]:
    name, kind, attribute_id = value_name(attribute), attribute["type"], attribute["id"]
    column = COLUMNS[kind]
    if kind in RANGES:
        yield ValueKey(f"{name}From", attribute_id, column, RANGES[kind])
        yield ValueKey(f"{name}To", attribute_id, f"{column}1", RANGES[kind])
    elif kind == "file":
        yield ValueKey(f"{name}Id", attribute_id, column, kind)
    else:
        yield ValueKey(name, attribute_id, column, kind)
    if attribute.get("isMultilang") and kind in MULTILANG_TYPES - {"array"}:
        for locale, ending in suffixes.items():
            yield ValueKey(name + ending, attribute_id, column + ending, kind, locale)
    if attribute.get("measureId"):
        yield ValueKey(f"{name}UnitId", attribute_id, "referenceValue", "unit", unit=True)
