"""Products belong into leaves of the category tree, unless the settings say otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from etl.model.change import Links
from etl.model.problem import Problem
from etl.model.record import LinkMode
from etl.targets.atrocore.amendments import NON_LEAF, SETTINGS
from etl.targets.atrocore.server import TABLE_PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from etl.model.change import Change, Json
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.server import Row, Server

CATEGORY = "Category"
_TIES = "ProductCategory"
_SHAPING = frozenset({CATEGORY, "CategoryHierarchy", SETTINGS})
_HINT = (
    f"write `entity: {SETTINGS}` with {NON_LEAF}: true in a mapping before, or PATCH "
    f'/api/v1/{SETTINGS} {{"{NON_LEAF}": true}}'
)


@dataclass(frozen=True, slots=True)
class _Tree:
    """All categories, those of them that have children, and ids that no category has."""

    rows: dict[str, Row]
    parents: frozenset[object]
    strangers: frozenset[str]


class Categories:
    """Any thread. The tree is remembered until categories or settings are written."""

    def __init__(self, server: Server, catalog: Catalog) -> None:
        self._server, self._catalog = server, catalog
        self._lock = Lock()
        self._tree: _Tree | None = None

    def forget(self, entity: str) -> None:
        """Records of this entity were written."""
        if entity in _SHAPING:
            with self._lock:
                self._tree = None

    def products(self, changes: Sequence[Change]) -> dict[int, Problem]:
        """The changes that put a product into a category with children.

        The server calls such an item Failed and keeps the product all the same, in the categories
        before the bad one (catalog 096-099); a repeat would add another (catalog 100, 101).
        """
        wanted = {place: ids for place, change in enumerate(changes) if (ids := _into(change))}
        if not wanted or self._catalog.products_in_any_category():
            return {}
        tree = self._known({one for ids in wanted.values() for one in ids})
        return {
            place: _not_leaf([_name(tree.rows[one]) for one in ids if one in tree.parents])
            for place, ids in wanted.items()
            if tree.parents.intersection(ids)
        }

    def branches(self, changes: Sequence[Change]) -> dict[int, Problem]:
        """The changes that put a category under one that has products (catalog 102)."""
        wanted = {
            place: str(one) for place, change in enumerate(changes) if (one := _under(change))
        }
        if not wanted or self._catalog.products_in_any_category():
            return {}
        tree = self._known(wanted.values())
        moved = {
            place: parent
            for place, parent in wanted.items()
            if tree.rows.get(changes[place].id or "", {}).get("parentId") != parent
        }
        full = self._with_products(dict.fromkeys(moved.values()))
        return {
            place: _has_products(_name(tree.rows.get(parent, {"id": parent})))
            for place, parent in moved.items()
            if parent in full
        }

    def _known(self, wanted: Iterable[str]) -> _Tree:
        """The tree; read again where it lacks what is asked for."""
        with self._lock:
            unknown = set(wanted)
            if self._tree:
                unknown -= self._tree.rows.keys() | self._tree.strangers
            if unknown or not self._tree:
                found = list(self._server.rows(CATEGORY, select=("code", "parentId")))
                rows = {row["id"]: row for row in found}
                parents = frozenset({row.get("parentId") for row in found} - {None})
                self._tree = _Tree(rows, parents, frozenset(unknown - rows.keys()))
            return self._tree

    def _with_products(self, categories: Iterable[str]) -> set[str]:
        """Those of the categories that have products: rows of deleted ones do not count."""
        near, select = "categoryId", ("categoryId",)
        ties = self._server.rows_in(_TIES, near, categories, select, page=TABLE_PAGE)
        return {one for one in {row[near] for row in ties} if self._has_products(one)}

    def _has_products(self, category: str) -> bool:
        linked = {"type": "linkedWith", "attribute": "categories", "value": [category]}
        return self._server.first("Product", ("id",), [linked]) is not None


def _into(change: Change) -> tuple[str, ...]:
    """The categories that a product is put into."""
    if change.record.entity == _TIES:
        one = change.payload.get("categoryId")
        return (str(one),) if one else ()
    links = change.payload.get("categoriesIds")
    if isinstance(links, Links) and links.mode is not LinkMode.REMOVE:
        return links.ids
    return ()


def _under(change: Change) -> Json:
    """The category that a category is put under: the last one wins (catalog 073, 074)."""
    links = change.payload.get("parentsIds")
    if isinstance(links, Links) and links.mode is not LinkMode.REMOVE and links.ids:
        return links.ids[-1]
    return change.payload.get("parentId")


def _name(row: Row) -> str:
    return str(row.get("code") or row["id"])


def _not_leaf(codes: Sequence[str]) -> Problem:
    told = ", ".join(codes)
    have = "has children" if len(codes) == 1 else "have children"
    return Problem(
        "CATEGORY_NOT_LEAF",
        f"products may only be in categories without children, and {told} {have}",
        value=told,
        hint=_HINT,
    )


def _has_products(code: str) -> Problem:
    return Problem(
        "CATEGORY_HAS_PRODUCTS",
        f"a category with products may have no children, and {code} has products",
        value=code,
        hint=_HINT,
    )
