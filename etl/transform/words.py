"""What a mapping's words mean on this target: fields, attributes, references, types, locales."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from etl.model.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.mapping import ValueSpec
    from etl.model.ports import Target
    from etl.model.schema import EntitySchema, Property

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
    `awaits` is the entity that, if somebody still makes records of it, may give it a meaning.
    """

    def __init__(
        self,
        message: str,
        key: str | None = None,
        hint: str | None = None,
        awaits: str | None = None,
    ) -> None:
        super().__init__(message)
        self.key, self.hint, self.awaits = key, hint, awaits
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
        awaits = "Attribute" if attribute else None
        raise WordError(f"{schema.name} has no {what} {name!r}", None, hint, awaits)
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
    raise WordError(told, "locale", hint, "Language" if known else None)
