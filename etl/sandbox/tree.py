"""Parents and children: the hierarchy relation of categories, products and folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Crashed, Refused

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation
    from etl.sandbox.schema import Entity
    from etl.sandbox.store import Row

NO_SUCH_PARENT = (
    "Atro\\Core\\Templates\\Repositories\\Hierarchy::getRoutes(): Argument #1 ($entity) must be of "
    "type Espo\\ORM\\Entity, null given, called in "
    "<root>/vendor/atrocore/core/app/Atro/Core/Templates/Repositories/Hierarchy.php on line 431"
)


class Tree:
    """The ties of one hierarchical entity."""

    def __init__(self, installation: Installation, entity: Entity) -> None:
        self._installation = installation
        self._records = installation.store[entity.name]
        self._ties = installation.store[entity.hierarchy]

    def tie(self, child_id: str) -> Row | None:
        """The row that ties a record to its parent."""
        return self._ties.first(("entityId",), child_id)

    def parent(self, child_id: str) -> Row | None:
        """The parent of a record, unless it is deleted."""
        tie = self.tie(child_id)
        return self._records.live(tie["parentId"]) if tie else None

    def children(self, parent_id: str) -> list[Row]:
        """The children that are not deleted."""
        ties = self._ties.find(("parentId",), parent_id)
        rows = (self._records.live(tie["entityId"]) for tie in ties)
        return [row for row in rows if row]

    def buried_children(self, parent_id: str) -> set[str]:
        """The children that were deleted before; one that was detached first counts (393, 402)."""
        ties = [
            *self._ties.find(("parentId",), parent_id),
            *self._ties.buried(("parentId",), parent_id),
        ]
        ids = (tie["entityId"] for tie in ties)
        return {one for one in ids if self._records.rows.get(one, {}).get("deleted")}

    def path(self, record_id: str) -> list[Row]:
        """The ancestors of a record, the root first."""
        ancestors: list[Row] = []
        row = self.parent(record_id)
        while row is not None and row not in ancestors:
            ancestors.insert(0, row)
            row = self.parent(row["id"])
        return ancestors

    def check(self, child_id: str | None, parent_id: str) -> None:
        """Refuse a parent that is not there (060) or sits below the child (071, 072)."""
        if parent_id not in self._records:
            raise Crashed(NO_SUCH_PARENT)
        lineage = [parent_id, *(row["id"] for row in self.path(parent_id))]
        if child_id in lineage:
            raise Refused(400, "Child record cannot be chosen as a parent.")

    def move(self, child_id: str, parent_id: str | None) -> None:
        """Hang a record under another parent, or under none."""
        tie = self.tie(child_id)
        if tie:
            self._ties.bury(tie["id"])
        if parent_id:
            installation = self._installation
            now = installation.now()
            self._ties.put(
                {
                    "id": installation.new_id(),
                    "parentId": parent_id,
                    "entityId": child_id,
                    "createdAt": now,
                    "modifiedAt": now,
                    "createdById": "1",
                    "modifiedById": "1",
                }
            )
