"""What a mapping's words mean on this target: fields, attributes, references, types, locales."""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from etl.model.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.mapping import ValueSpec
    from etl.model.ports import Target
    from etl.model.schema import EntitySchema, Property

_REF = re.compile(r"^(\w+)\.(?:(\w+)|\[\s*(\w+(?:\s*,\s*\w+)*)\s*\])$")
_LATER = frozenset({Kind.FILE, Kind.INTEGER_RANGE, Kind.NUMBER_RANGE})

_TYPES = {
    "text": Kind.TEXT,
    "varchar": Kind.TEXT,
    "int": Kind.INTEGER,
    "integer": Kind.INTEGER,
    "float": Kind.NUMBER,
    "number": Kind.NUMBER,
    "bool": Kind.BOOLEAN,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
}


class WordError(ValueError):
    """A word of the mapping means nothing here; `key` is the key of the value it stands under.

    `source` is the place of that value among several of one field, None where it is not known.
    """

    def __init__(self, message: str, key: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.key, self.hint = key, hint
        self.source: int | None = None


def nearest(word: str, words: Iterable[str]) -> str | None:
    """A hint with the word that is probably meant."""
    near = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else None


def find_entity(target: Target, name: str) -> EntitySchema:
    """The entity's schema."""
    schema = target.schema(name)
    if schema is None:
        raise WordError(
            f"the target has no entity {name!r}", "entity", nearest(name, target.entities())
        )
    return schema


def find_property(schema: EntitySchema, name: str, *, attribute: bool) -> Property:
    """The field, or the attribute of that code; one that can be written."""
    known = schema.attributes if attribute else schema.fields
    what = "attribute" if attribute else "field"
    prop = known.get(name)
    if prop is None:
        hint = nearest(name, known)
        if name in (schema.fields if attribute else schema.attributes):
            hint = f"{name!r} is {'a field' if attribute else 'an attribute'}: put it there"
        raise WordError(f"{schema.name} has no {what} {name!r}", None, hint)
    if prop.kind in _LATER:
        raise WordError(f"{name!r} is of type {prop.type}, which is not written yet")
    if prop.read_only or prop.kind is Kind.OTHER:
        raise WordError(f"the {what} {name!r} ({prop.type}) cannot be written")
    return prop


def typed(prop: Property, spec: ValueSpec) -> Property:
    """The property as the mapping's `type` wants it read."""
    if spec.type is None:
        return prop
    kind = _TYPES.get(spec.type)
    if kind is None:
        told = f"no such type: {spec.type!r}; there are {', '.join(_TYPES)}"
        raise WordError(told, "type", nearest(spec.type, _TYPES))
    return replace(prop, kind=kind)


def payload_key(prop: Property, spec: ValueSpec) -> str:
    """The key that the value travels under: the language's where there is one."""
    if spec.channel is not None:
        raise WordError(
            "channel: on this target every channel has an attribute code of its own", "channel"
        )
    if spec.locale is None:
        return prop.key
    if spec.locale in prop.languages:
        return prop.languages[spec.locale]
    known = ", ".join(prop.languages)
    told = f"the target has no language {spec.locale!r} for {prop.name!r}"
    hint = f"languages: {known}" if known else f"{prop.name!r} is not multilingual"
    raise WordError(told, "locale", hint)


def find_reference(
    target: Target, spec: ValueSpec, prop: Property
) -> tuple[str, tuple[str, ...]] | None:
    """(entity, fields) that the value refers by; None where it is no reference."""
    is_link = prop.kind in {Kind.LINK, Kind.LINKS}
    if spec.ref is None:
        if is_link:
            example = f"ref: {prop.entity or 'Entity'}.code"
            raise WordError(f"{prop.name!r} is a link: say what it refers by, such as {example}")
        return None
    found = _REF.match(spec.ref)
    if not found:
        raise WordError(f"ref: {spec.ref!r} is not of the form Entity.field", "ref")
    if not is_link:
        raise WordError(f"{prop.name!r} is of type {prop.type} and no link", "ref")
    entity = found[1]
    by = (found[2],) if found[2] else tuple(part.strip() for part in found[3].split(","))
    _look_up_reference(target, prop, entity, by)
    if len(by) > 1 and len(spec.columns) != len(by):
        raise WordError(f"{spec.ref} needs columns: with {len(by)} columns", "ref")
    return entity, by


def _look_up_reference(target: Target, prop: Property, entity: str, by: tuple[str, ...]) -> None:
    if prop.entity and entity != prop.entity:
        raise WordError(f"{prop.name!r} links to {prop.entity}, not to {entity}", "ref")
    schema = target.schema(entity)
    if schema is None:
        hint = nearest(entity, target.entities())
        raise WordError(f"the target has no entity {entity!r}", "ref", hint)
    for name in by:
        if name != "id" and name not in schema.fields:
            hint = nearest(name, schema.fields)
            raise WordError(f"{entity} has no field {name!r}", "ref", hint)
