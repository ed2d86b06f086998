"""Products, what ties them together, and brands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Refused
from etl.sandbox.rules.base import Rules
from etl.sandbox.values.write import link_attribute

if TYPE_CHECKING:
    from etl.sandbox.store import Row

_SORTING_STEP = 10


class ProductRules(Rules):
    """Products."""

    def special(self, payload: Row, row: Row) -> bool:
        """`__attributes` is Updated always (129); so is another main image (223)."""
        named = "__attributes" in payload or "__attributesToRemove" in payload
        return named or self._main_image(payload, row) is not None

    def changed(self, row: Row, payload: Row) -> None:
        """The mainImageId gives the mark to a file (223)."""
        file_id = self._main_image(payload, row)
        if file_id is None:
            return
        ties = self.records.table("ProductFile")
        tie = ties.first(("productId", "fileId"), row["id"], file_id)
        if tie:
            self.records.update("ProductFile", tie, {"isMainImage": True})
        elif file_id in self.records.table("File"):
            self.records.create(
                "ProductFile",
                {"productId": row["id"], "fileId": file_id, "isMainImage": True},
            )

    def _main_image(self, payload: Row, row: Row) -> str | None:
        file_id: str | None = payload.get("mainImageId")
        ties = self.records.table("ProductFile").find(("productId",), row["id"])
        has = any(tie["fileId"] == file_id and tie.get("isMainImage") for tie in ties)
        return None if has else file_id


class ProductClassificationRules(Rules):
    """A product's classification brings its attributes, empty (194)."""

    def stored(self, row: Row, payload: Row) -> None:
        """Link the attributes, unless this item created the product under an own id (177)."""
        del payload
        product_id = row["productId"]
        if product_id in self.records.unseen or product_id not in self.records.table("Product"):
            return
        values = self.records.table("ProductAttributeValue")
        wanted = self.records.table("ClassificationAttribute").find(
            ("classificationId",), row["classificationId"]
        )
        for one in wanted:
            attribute_id = one["attributeId"]
            if not values.first(("productId", "attributeId"), product_id, attribute_id):
                link_attribute(self.records.installation, product_id, attribute_id)


class AssociatedProductRules(Rules):
    """Associations between products; the other product need not be there (250)."""

    def incoming(self, payload: Row, old: Row | None) -> Row:
        """Sort after the last; `associatedItemsIds` makes one each, and answers the last (247)."""
        if old is not None:
            return payload
        others = self.records.table("AssociatedProduct").find(
            ("associatingItemId",), payload.get("associatingItemId")
        )
        last = max((one.get("sorting") or 0 for one in others), default=None)
        payload = {"sorting": 0 if last is None else last + _SORTING_STEP, **payload}
        many = payload.pop("associatedItemsIds", None)
        if isinstance(many, list) and many:
            for one in many[:-1]:
                self.records.create("AssociatedProduct", {**payload, "associatedItemId": one})
            payload["associatedItemId"] = many[-1]
        return payload

    def check(self, row: Row, old: Row | None) -> None:
        """Not with itself (249)."""
        del old
        if row.get("associatingItemId") and row.get("associatingItemId") == row.get(
            "associatedItemId"
        ):
            raise Refused(400, "Product cannot be associated with itself.")


class BrandRules(Rules):
    """Brands."""

    def deleting(self, row: Row) -> None:
        """Not while a product has it (283, 368)."""
        if self.records.table("Product").first(("brandId",), row["id"]):
            raise Refused(400, "Brand(s), which is(are) used in some products, cannot be deleted.")
