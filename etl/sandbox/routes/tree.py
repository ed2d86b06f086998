"""The tree as the user interface reads it: /{Entity}/action/Tree."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from etl.sandbox.tree import Tree

if TYPE_CHECKING:
    from etl.sandbox.records import Records
    from etl.sandbox.store import Row


def tree_nodes(records: Records, name: str, query: Row) -> Row:
    """The nodes below `node`, or the roots (080-082, 089)."""
    entity = records.entity(name)
    tree = Tree(records.installation, entity)
    node = query.get("node")
    if node:
        rows = tree.children(node)
    else:
        rows = [row for row in records.table(name) if tree.parent(row["id"]) is None]
    sort_by = str(query.get("sortBy", ""))
    if sort_by not in entity.columns:
        rows.sort(key=lambda row: str(row.get("createdAt")), reverse=True)
        rows.sort(key=lambda row: _place(tree.tie(row["id"])), reverse=True)
    else:
        rows.sort(key=lambda row: str(row.get(sort_by)), reverse=query.get("asc") == "false")
    nodes = [
        {
            "id": row["id"],
            "name": row.get("name"),
            "offset": place,
            "total": len(rows),
            "disabled": False,
            "load_on_demand": bool(tree.children(row["id"])),
        }
        for place, row in enumerate(rows)
    ]
    return {"list": nodes, "total": len(rows)}


def _place(tie: Row | None) -> float:
    """The order among siblings, the last first; those without one stand before them (089)."""
    place = (tie or {}).get("hierarchySortOrder")
    return inf if place is None else place
