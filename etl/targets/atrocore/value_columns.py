"""In which columns of `<Entity>AttributeValue` an attribute's values are kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from etl.targets.atrocore.kinds import camel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.model.change import Json
    from etl.model.schema import Property
    from etl.targets.atrocore.server import Row

_COLUMNS: Mapping[str, str] = {  # catalog 254, 292-295, 324
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
}
_RANGES: Mapping[str, str] = {"rangeInt": "intValue", "rangeFloat": "floatValue"}
_UNIT = "referenceValue"


def table_of(entity: str) -> str:
    """The table of an entity's attribute values."""
    return f"{entity}AttributeValue"


def near_of(entity: str) -> str:
    """The column of such a table, or of another relation, that names the record."""
    return f"{entity[:1].lower()}{entity[1:]}Id"


def value_columns(prop: Property) -> Mapping[str, str] | None:
    """Payload key -> column, without the unit; None for a type that is not understood here."""
    if prop.type in _RANGES:
        column = _RANGES[prop.type]
        return {f"{prop.key}From": column, f"{prop.key}To": f"{column}1"}
    column = _COLUMNS.get(prop.type, "")
    if not column:
        return None
    others = {key: locale for locale, key in prop.languages.items() if key != prop.key}
    return {prop.key: column, **{key: column + camel(locale) for key, locale in others.items()}}


def all_columns(prop: Property) -> Mapping[str, str] | None:
    """Payload key -> column, with the unit; None for a type that is not understood here."""
    found = value_columns(prop)
    if found is None or prop.unit_key is None:
        return found
    return None if _UNIT in found.values() else {**found, prop.unit_key: _UNIT}


def column_value(row: Row, column: str) -> Json:
    """The value as a record shows it."""
    value = row.get(column)
    if column == "jsonValue" and isinstance(value, str):  # a list that was not unpacked
        value = json.loads(value)
    return tuple(value) if isinstance(value, list) else value
