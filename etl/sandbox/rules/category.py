"""Categories: the route of each, and products in leaves only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Crashed, Refused
from etl.sandbox.installation import NON_LEAF
from etl.sandbox.rules.base import Rules
from etl.sandbox.tree import Tree

if TYPE_CHECKING:
    from etl.sandbox.store import Row

_NO_ENTITY = (
    "Pim\\Repositories\\CategoryHierarchy::updateCategoryTree(): Argument #1 ($entity) must be of "
    "type Espo\\ORM\\Entity, null given, called in "
    "<root>/vendor/atrocore/pim/app/Repositories/CategoryHierarchy.php on line 26"
)


class CategoryRules(Rules):
    """The category tree."""

    def incoming(self, payload: Row, old: Row | None) -> Row:
        """An empty code is no code (077)."""
        del old
        return {**payload, "code": None} if payload.get("code") == "" else payload

    def check_parent(self, parent_id: str) -> None:
        """A leaf with products takes no children (102), unless the setting allows (106)."""
        if self.records.installation.settings.get(NON_LEAF):
            return
        products = self.records.table("Product")
        ties = self.records.table("ProductCategory").find(("categoryId",), parent_id)
        if any(tie["productId"] in products for tie in ties):
            raise Refused(
                400,
                "This category cannot be set as a parent category, it is a leaf-category with"
                " assigned products.",
            )

    def moved(self, row: Row) -> None:
        """Write the routes anew (065, 066); an own id of this item is not seen yet (047, 048)."""
        if row["id"] in self.records.unseen:
            raise Crashed(_NO_ENTITY)
        self._write_route(row)

    def _write_route(self, row: Row) -> None:
        tree = Tree(self.records.installation, self.records.entity("Category"))
        if tree.tie(row["id"]) is None:
            return  # detached: the route stays as it was (068)
        path = tree.path(row["id"])
        route = "".join(f"|{one['id']}" for one in path) + "|" if path else None
        names = " / ".join(str(one.get("name")) for one in path) or None
        self.records.table("Category").change(
            row["id"], {"categoryRoute": route, "categoryRouteName": names}
        )
        for child in tree.children(row["id"]):
            self._write_route(child)


class ProductCategoryRules(Rules):
    """A product's place in a category."""

    def check(self, row: Row, old: Row | None) -> None:
        """Only leaves take products (096-101), unless the setting allows more (104)."""
        del old
        if self.records.installation.settings.get(NON_LEAF):
            return
        tree = Tree(self.records.installation, self.records.entity("Category"))
        if tree.children(row["categoryId"]):
            raise Refused(400, "Products cannot be linked to a non-leaf category.")

    def stored(self, row: Row, payload: Row) -> None:
        """A model's variants get its categories at once (230, 231)."""
        del payload
        tree = Tree(self.records.installation, self.records.entity("Product"))
        ties = self.records.table("ProductCategory")
        key = ("productId", "categoryId")
        for child in tree.children(row["productId"]):
            if not ties.first(key, child["id"], row["categoryId"]):
                tie = {"productId": child["id"], "categoryId": row["categoryId"]}
                self.records.create("ProductCategory", tie)
