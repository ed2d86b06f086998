"""References by natural keys: `Brand.code`, `Unit.[measure.code, code]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.model.record import Ref, RefKind
from etl.model.schema import Kind
from etl.transform.words import WordError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.mapping import ValueSpec
    from etl.model.ports import Target
    from etl.model.schema import EntitySchema, Property

_FIELD = r"\w+(?:\.\w+)?"
_REF = re.compile(rf"^(\w+)\.(?:(\w+)|\[\s*({_FIELD}(?:\s*,\s*{_FIELD})*)\s*\])$")
_LINKS = frozenset({Kind.LINK, Kind.LINKS})


@dataclass(frozen=True, slots=True)
class Reference:
    """What a value refers by. `inner` has (entity, field) where a key field is a link itself."""

    entity: str
    by: tuple[str, ...]
    inner: tuple[tuple[str, str] | None, ...]

    @property
    def entities(self) -> frozenset[str]:
        """All entities that it refers to."""
        return frozenset((self.entity, *(found[0] for found in self.inner if found)))

    def to(self, texts: Sequence[str], *, ignore_case: bool) -> Ref:
        """The reference to the record with these texts in its key."""
        key = tuple(
            text if inner is None else _ref(inner[0], inner[1:], (text,), ignore_case)
            for text, inner in zip(texts, self.inner, strict=True)
        )
        return _ref(self.entity, self.by, key, ignore_case)


def _ref(
    entity: str,
    by: tuple[str, ...],
    key: tuple[str | Ref, ...],
    ignore_case: bool,  # noqa: FBT001 - passed through
) -> Ref:
    return Ref(RefKind.RECORD, entity, by, key, ignore_case=ignore_case)


def parse_reference(text: str) -> tuple[str, tuple[tuple[str, str | None], ...]]:
    """(entity, its key fields), each with the field that it is found by where it is a link.

    Raises WordError where the text is no reference.
    """
    found = _REF.match(text)
    if not found:
        told = f"ref: {text!r} is not of the form Entity.field or Entity.[field, link.field]"
        raise WordError(told, "ref")
    parts = (found[2] or found[3]).split(",")
    fields = (part.strip().partition(".") for part in parts)
    return found[1], tuple((name, inner or None) for name, _, inner in fields)


def find_reference(target: Target, spec: ValueSpec, prop: Property) -> Reference | None:
    """What the value refers by; None where it is no reference. Raises WordError."""
    is_link = prop.kind in _LINKS
    if spec.ref is None:
        if is_link:
            example = f"ref: {prop.entity or 'Entity'}.code"
            raise WordError(f"{prop.name!r} is a link: say what it refers by, such as {example}")
        return None
    entity, fields = parse_reference(spec.ref)
    if not is_link:
        raise WordError(f"{prop.name!r} is of type {prop.type} and no link", "ref")
    if prop.entity and entity != prop.entity:
        raise WordError(f"{prop.name!r} links to {prop.entity}, not to {entity}", "ref")
    schema = _schema(target, entity)
    several = len(fields) > 1
    inner = tuple(_inner(target, schema, *field, several=several) for field in fields)
    if several and len(spec.columns) != len(fields):
        raise WordError(f"{spec.ref} needs columns: with {len(fields)} columns", "ref")
    return Reference(entity, tuple(name for name, _ in fields), inner)


def _schema(target: Target, entity: str) -> EntitySchema:
    schema = target.schema(entity)
    if schema is None:
        hint = nearest(entity, target.entities())
        raise WordError(f"the target has no entity {entity!r}", "ref", hint)
    return schema


def _field(schema: EntitySchema, name: str) -> Property | None:
    """The field, None for the id."""
    if name != "id" and name not in schema.fields:
        hint = nearest(name, schema.fields)
        raise WordError(f"{schema.name} has no field {name!r}", "ref", hint)
    return schema.fields.get(name)


def _inner(
    target: Target, schema: EntitySchema, name: str, by: str | None, *, several: bool
) -> tuple[str, str] | None:
    """(entity, field) by which the link in a key is found; None for a field that is none."""
    prop = _field(schema, name)
    is_link = prop is not None and prop.kind in _LINKS
    if by is None:
        if is_link and several:
            told = f"{schema.name}.{name} is a link, and no text finds it"
            raise WordError(told, "ref", f"write {name}.code, or another field of what it links to")
        return None
    if prop is None or not is_link:
        raise WordError(f"{schema.name}.{name} is no link: {name}.{by} means nothing", "ref")
    if prop.kind is Kind.LINKS or prop.entity is None:
        raise WordError(f"{schema.name}.{name} does not link to one record of one entity", "ref")
    _field(_schema(target, prop.entity), by)
    return prop.entity, by
