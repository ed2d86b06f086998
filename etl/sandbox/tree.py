"""Parents and children: the hierarchy relation of categories, products and folders.

Two things are kept: the ties (`CategoryHierarchy` …), from which `parentsIds` and the children
come, and each record's route, from which its `parentId`, its ancestors' names and `isRoot` come.
Taking a record off its parent removes the tie but leaves the route (068, 240): it still shows
the old parent, and still goes when that one is deleted (355).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Crashed, Refused
from etl.sandbox.store import PARENT

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation
    from etl.sandbox.schema import Entity
    from etl.sandbox.store import Row

ROUTE = "_route"
NO_SUCH_PARENT = (
    "Atro\\Core\\Templates\\Repositories\\Hierarchy::getRoutes(): Argument #1 ($entity) must be of "
    "type Espo\\ORM\\Entity, null given, called in "
    "<root>/vendor/atrocore/core/app/Atro/Core/Templates/Repositories/Hierarchy.php on line 431"
)


class Tree:
    """The ties and routes of one hierarchical entity."""

    def __init__(self, installation: Installation, entity: Entity) -> None:
        self._installation = installation
        self._entity = entity
        self._records = installation.store[entity.name]
        self._ties = installation.store[entity.hierarchy]

    def tie(self, child_id: str) -> Row | None:
        """The row that ties a record to its parent."""
        return self._ties.first(("entityId",), child_id)

    def parent(self, child_id: str) -> Row | None:
        """The parent a record is tied to, unless it is deleted."""
        tie = self.tie(child_id)
        return self._records.live(tie["parentId"]) if tie else None

    def children(self, parent_id: str) -> list[Row]:
        """The records that are tied to this one and not deleted."""
        ties = self._ties.find(("parentId",), parent_id)
        rows = (self._records.live(tie["entityId"]) for tie in ties)
        return [row for row in rows if row]

    def count(self, parent_id: str) -> int:
        """How many records are tied to this one; those that are deleted count (353)."""
        return len(self._ties.find(("parentId",), parent_id))

    def below(self, parent_id: str) -> list[Row]:
        """The records whose route ends in this one: what goes with it (354, 355)."""
        return self._records.find((PARENT,), parent_id)

    def buried_below(self, parent_id: str) -> set[str]:
        """Those of them that were deleted before (393), detached first or not (402)."""
        return {row["id"] for row in self._records.buried((PARENT,), parent_id)}

    def path(self, record_id: str) -> list[Row]:
        """The ancestors on a record's route, the root first; deleted ones are left out."""
        route = self._records.rows[record_id].get(ROUTE) or ""
        rows = (self._records.live(one) for one in route.split("|") if one)
        return [row for row in rows if row]

    def check(self, child_id: str | None, parent_id: str) -> None:
        """Refuse a parent that is not there (060) or sits below the child (071, 072)."""
        if parent_id not in self._records:
            raise Crashed(NO_SUCH_PARENT)
        ancestor: str | None = parent_id
        while ancestor is not None:
            if ancestor == child_id:
                raise Refused(400, "Child record cannot be chosen as a parent.")
            tie = self.tie(ancestor)
            ancestor = tie["parentId"] if tie else None

    def move(self, child_id: str, parent_id: str | None) -> None:
        """Tie a record to another parent, or to none."""
        tie = self.tie(child_id)
        if tie:
            self._ties.bury(tie["id"])
        if parent_id:
            self._ties.put(self._new_tie(child_id, parent_id))
            self._write_route(child_id, parent_id)

    def _new_tie(self, child_id: str, parent_id: str) -> Row:
        now = self._installation.now()
        tie = {
            "id": self._installation.new_id(),
            "parentId": parent_id,
            "entityId": child_id,
            "createdAt": now,
            "modifiedAt": now,
            "createdById": "1",
            "modifiedById": "1",
        }
        return {**tie, "mainChild": False} if self._entity.name == "Product" else tie

    def _write_route(self, record_id: str, parent_id: str) -> None:
        """The route of a record and of all below it (065, 066)."""
        above = self._records.rows[parent_id].get(ROUTE) or "|"
        self._records.change(record_id, {ROUTE: f"{above}{parent_id}|", PARENT: parent_id})
        for child in self.children(record_id):
            self._write_route(child["id"], record_id)
