"""Files and the mark of the main image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Refused
from etl.sandbox.rules.base import Rules

if TYPE_CHECKING:
    from etl.sandbox.store import Row


class FileRules(Rules):
    """Files."""

    def check(self, row: Row, old: Row | None) -> None:
        """The folder must be there (187)."""
        del old
        folder = row.get("folderId")
        if folder and folder not in self.records.table("Folder"):
            raise Refused(404, f"Folder '{folder}' does not exist.")


class MainImageRules(Rules):
    """A file's place at a product or category."""

    def stored(self, row: Row, payload: Row) -> None:
        """One main image only: the mark goes from the others (304, 305)."""
        del payload
        if not row.get("isMainImage"):
            return
        near = "productId" if "productId" in row else "categoryId"
        table = self.records.table("ProductFile" if near == "productId" else "CategoryFile")
        for other in table.find((near,), row[near]):
            if other["id"] != row["id"] and other.get("isMainImage"):
                table.change(other["id"], {"isMainImage": False})

    def changed(self, row: Row, payload: Row) -> None:
        """Likewise."""
        self.stored(row, payload)
