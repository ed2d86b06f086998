"""Reads the table of entities into `Entity` objects."""

from __future__ import annotations

import json
from typing import Any

from etl.sandbox.schema.model import Entity, Field, Link
from etl.sandbox.schema.tables import BASE, ENTITIES, OWNED, TREE

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
    entities = (_entity(block) for block in ENTITIES.strip().split("\n\n"))
    return {entity.name: entity for entity in entities}


def _entity(block: str) -> Entity:
    head, *lines = block.split("\n")
    _, name, kind, *marks = head.split()
    owned = "owned" in marks
    if "plain" not in marks and kind != "ReferenceData":
        lines += BASE.strip().split("\n")
    if owned:
        lines += OWNED.strip().split("\n")
    if kind == "Hierarchy":
        lines += TREE.strip().split("\n")
    fields = [_field(line) for line in lines if not line.startswith("!")]
    indexes = tuple(tuple(line[1:].split()) for line in lines if line.startswith("!"))
    module = next(mark.partition("=")[2] for mark in marks if mark.startswith("module="))
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


def _field(line: str) -> Field:
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
        values["link"] = _link(kind, target, tie, foreign)
    return Field(name=name, type="linkMultiple" if kind == "many" else kind, **values)


def _value(key: str, text: str) -> Any:  # noqa: ANN401 - whatever the mark says
    if key == "options":
        return tuple(text.split("|"))
    if key in {"max", "min"}:
        return int(text)
    return json.loads(text) if key == "default" else text


def _link(kind: str, target: str, tie: str, foreign: str) -> Link:
    relation, near, far = tie.split(":") if tie else ("", "", "")
    return Link(
        entity=target, many=kind == "many", relation=relation, near=near, far=far, foreign=foreign
    )
