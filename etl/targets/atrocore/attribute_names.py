"""Attributes whose keys would hide behind those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.model.problem import Problem
from etl.targets.atrocore.amendments import LIST_TYPES
from etl.targets.atrocore.attributes import attribute
from etl.targets.atrocore.kinds import payload_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from etl.model.change import Change, Json
    from etl.model.schema import EntitySchema, Property
    from etl.targets.atrocore.catalog import Catalog


class AttributeNames:
    """Any thread."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def objections(self, changes: Sequence[Change]) -> dict[int, Problem]:
        """The new codes that are a field's name or another attribute's key, and the other way.

        A field's name is refused by the server (catalog 146); a key that another attribute derives
        is taken, and then nobody knows whose value it carries (catalog 147).
        """
        found: dict[int, Problem] = {}
        seen: dict[str, dict[str, Property]] = {}  # entity -> key -> whose it is
        for place, change in enumerate(changes):
            entity, code = _named(change, "entityId"), _named(change, "code")
            schema = self._catalog.schema(entity) if entity and code else None
            if schema is None or _is_there(change, schema, code):
                continue
            keys = seen.setdefault(entity, dict(self._catalog.keys(entity)))
            mine = self._property(change, code)
            problem = _field(schema, code) or _clash(mine, keys)
            if problem:
                found[place] = problem
            else:
                keys.update(dict.fromkeys(payload_keys(mine), mine))
        return found

    def _property(self, change: Change, code: str) -> Property:
        """The attribute as it will be."""
        kind = str(change.payload.get("type", ""))
        row = {**change.payload, "id": code, "code": code, "type": LIST_TYPES.get(kind, kind)}
        return attribute(row, self._catalog.locales(), self._catalog.main_unit)


def _named(change: Change, name: str) -> str:
    named: dict[str, Json] = {
        **dict(zip(change.key_fields, change.key, strict=True)),
        **change.payload,
    }
    return str(named.get(name) or "")


def _is_there(change: Change, schema: EntitySchema, code: str) -> bool:
    """True if the attribute has this code already."""
    there = schema.attributes.get(code)
    return there is not None and change.id in {None, there.attribute}


def _field(schema: EntitySchema, code: str) -> Problem | None:
    fields = schema.fields.values()
    names = {key: prop.name for prop in fields for key in (*payload_keys(prop), prop.name)}
    if code not in names:
        return None
    return Problem(
        "NAME_TAKEN",
        f"{schema.name} has a field {names[code]}: no attribute can have the code {code}",
        value=code,
        hint=f"leave this attribute out, and write the field {names[code]} of {schema.name}",
    )


def _clash(mine: Property, keys: dict[str, Property]) -> Problem | None:
    for key, other in _shared(mine, keys):
        what = "attribute" if other.attribute else "field"
        return Problem(
            "NAME_TAKEN",
            f"the key {key} would be that of the attribute {mine.name} and of the {what} "
            f"{other.name}: nobody could tell whose value it carries",
            value=mine.name,
            hint="give the attribute another code",
        )
    return None


def _shared(mine: Property, keys: dict[str, Property]) -> Iterator[tuple[str, Property]]:
    for key in (mine.name, *payload_keys(mine)):
        if key in keys:
            yield key, keys[key]
