"""The tables behind an entity's many-valued links, as the metadata describe them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Definition = dict[str, Any]


_AUTHORS = frozenset({"createdBy", "modifiedBy"})


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows of `table` whose `near` is a record's id tell, under `far`, what it is linked with."""

    link: str
    table: str
    near: str
    far: str


def relations(entity: str, definitions: Mapping[str, Definition]) -> dict[str, Relation]:
    """The many-valued links of an entity that can be read in bulk, by the link's name."""
    links = (definitions.get(entity) or {}).get("links") or {}
    found = (_relation(entity, name, link, definitions) for name, link in links.items())
    return {relation.link: relation for relation in found if relation}


def _relation(
    entity: str, name: str, link: Definition, definitions: Mapping[str, Definition]
) -> Relation | None:
    if link.get("type") != "hasMany":
        return None
    if not link.get("relationName"):
        return _one_to_many(name, link, definitions)
    relation = str(link["relationName"])
    table = relation[:1].upper() + relation[1:]
    columns = _columns(entity, name, link, definitions.get(table) or {})
    return Relation(name, table, *columns) if columns else None


def _one_to_many(
    name: str, link: Definition, definitions: Mapping[str, Definition]
) -> Relation | None:
    table, foreign = link.get("entity"), link.get("foreign")
    if not isinstance(table, str) or table not in definitions or not isinstance(foreign, str):
        return None
    return Relation(name, table, f"{foreign}Id", "id")


def _columns(entity: str, name: str, link: Definition, table: Definition) -> tuple[str, str] | None:
    """(near, far). Where both ends are the same entity, the names of the link decide."""
    ends = list(_ends(table))
    near = [column for column, of in ends if of == entity]
    far = [column for column, of in ends if of == link.get("entity")]
    if len(near) == 1 and len(far) == 1 and near != far:
        return near[0], far[0]
    if {column for column, _ in ends} == {"parentId", "entityId"}:
        return ("parentId", "entityId") if name == "children" else ("entityId", "parentId")
    mid = link.get("midKeys")
    return (mid[0], mid[1]) if isinstance(mid, list) and len(mid) == 2 else None  # noqa: PLR2004


def _ends(table: Definition) -> Iterator[tuple[str, str]]:
    """(column, entity) of both ends of a relation table, marked as such or not."""
    fields = table.get("fields") or {}
    ends = {
        name: str(link.get("entity"))
        for name, link in (table.get("links") or {}).items()
        if link.get("type") == "belongsTo" and name not in _AUTHORS
    }
    marked = [name for name in ends if (fields.get(name) or {}).get("relationField")]
    yield from ((f"{name}Id", ends[name]) for name in marked or ends)
