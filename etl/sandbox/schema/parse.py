"""Reads the table of entities into `Entity` objects."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from etl.sandbox.schema.model import Entity, Field, Link
from etl.sandbox.schema.tables import BASE, MODULES, OWNED, TREE

_FLAGS = {
    "required": ("required", True),
    "unique": ("unique", True),
    "multilang": ("multilang", True),
    "readonly": ("readonly", True),
    "notstored": ("stored", False),
    "notnull": ("notnull", True),
    "index": ("index", True),
}


def parse_entities() -> dict[str, Entity]:
    """Every entity of the table, without languages."""
    entities = (
        _entity(block, module)
        for module, table in MODULES.items()
        for block in table.strip().split("\n\n")
    )
    return {entity.name: entity for entity in entities}


def _entity(block: str, module: str) -> Entity:
    head, *lines = block.split("\n")
    _, name, kind, *marks = head.split()
    owned = "owned" in marks
    if "plain" not in marks:
        lines += BASE.strip().split("\n")
    if owned:
        lines += OWNED.strip().split("\n")
    if kind == "Hierarchy":
        lines += TREE.strip().split("\n")
    fields = [_field(name, line) for line in lines if not line.startswith("!")]
    indexes = tuple(tuple(line[1:].split()) for line in lines if line.startswith("!"))
    bare = Entity(
        name=name,
        type=kind,
        module=module,
        owned=owned,
        attributes="attributes" in marks,
        classification="classification" in marks,
        fields={},
        unique_indexes=indexes,
    )
    return bare.with_fields({one.name: one for one in fields})


def _field(entity: str, line: str) -> Field:
    name, kind, *marks = line.split()
    kind, _, target = kind.partition(">")
    values: dict[str, Any] = {}
    tie = ""
    foreign = ""
    for mark in marks:
        key, _, value = mark.partition("=")
        if key in _FLAGS:
            attribute, setting = _FLAGS[key]
            values[attribute] = setting
        elif key == "via":
            tie = value
        elif key == "foreign":
            foreign = value
        else:
            values[key] = _value(key, value)
    if target:
        link = _link(entity, target, tie, foreign)
        values["link"] = replace(link, many=kind == "many")
    return Field(name=name, type="linkMultiple" if kind == "many" else kind, **values)


def _value(key: str, text: str) -> Any:  # noqa: ANN401 - whatever the mark says
    if key == "options":
        return tuple(text.split("|"))
    if key in {"max", "min"}:
        return int(text)
    return json.loads(text) if key == "default" else text


def _link(entity: str, target: str, tie: str, foreign: str) -> Link:
    relation, _, ends = tie.partition(":")
    near, _, far = ends.partition(":")
    if relation and not ends:
        near, far = (f"{name[0].lower()}{name[1:]}Id" for name in (entity, target))
    return Link(entity=target, relation=relation, near=near, far=far, foreign=foreign)
