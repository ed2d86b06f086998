"""How a record looks in an answer: alone, in a list, just created, just updated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.sandbox.convert import plain
from etl.sandbox.errors import Refused
from etl.sandbox.tree import Tree
from etl.sandbox.values import Values
from etl.sandbox.values.read import all_units
from etl.sandbox.virtual import VIRTUALS, inherited_fields

if TYPE_CHECKING:
    from collections.abc import Collection

    from etl.sandbox.installation import Installation
    from etl.sandbox.schema import Entity, Field
    from etl.sandbox.store import Row

LOADED = {
    "Product": ("parents", "variantSpecificAttributes", "teams", "classifications"),
    "Category": ("parents", "teams"),
    "ExtensibleEnumOption": ("extensibleEnums", "teams"),
}
ALWAYS_LISTED = ("createdById", "assignedUserId")
ALWAYS_LISTED_OF = {
    "Attribute": ("entityId", "attributeGroupSortOrder", "min", "max", "maxLength"),
    "Category": ("categoryRoute",),
    "File": ("mimeType", "storageId", "folderId", "typeId"),
}
LOADED_WITH_PARENT = (
    "files",
    "channels",
    "categories",
    "associatedItems",
    "associatingItems",
)


class Views:
    """Makes the answers' records of one installation."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def one(self, entity: Entity, row: Row) -> Row:
        """The whole record, as a GET of one shows it (060, 127)."""
        view = self.columns(entity, row)
        view |= self._virtual(entity, row)
        for name in self._loaded(entity, view):
            view |= self.many_ids(entity.fields[name], row["id"])
        if entity.tree:
            view["inheritedFields"] = inherited_fields(self._installation, entity, row)
        if entity.attributes:
            values = Values(self._installation, entity.name)
            view["attributesDefs"] = values.defs(row["id"]) or []
            view |= values.show(row["id"])
        return view

    def listed(self, entity: Entity, row: Row) -> Row:
        """A list's row without `select`: every column (086)."""
        view = self.columns(entity, row) | self._virtual(entity, row)
        if entity.name == "Category":
            view["childrenCount"] = Tree(self._installation, entity).count(row["id"])
        return view

    def selected(self, entity: Entity, row: Row, select: Collection[str]) -> Row:
        """A list's row with `select`: id, what was asked, and what is always there (242)."""
        view: Row = {"id": row["id"]}
        for name in select:
            self._select(view, entity, row, name)
        view |= self._virtual(entity, row)
        if entity.name == "Category":
            view["childrenCount"] = Tree(self._installation, entity).count(row["id"])
        for key in (*ALWAYS_LISTED, *ALWAYS_LISTED_OF.get(entity.name, ())):
            if key in entity.columns:
                view[key] = plain(row.get(key))
        return view

    def check_select(self, entity: Entity, select: Collection[str]) -> None:
        """Refuse a field that does not exist (253, 317), or the parent as a whole (243)."""
        for name in select:
            if name == "parent" and entity.tree:
                raise Refused(403)
            known = (
                name in entity.fields
                or name in entity.columns
                or name in entity.many
                or name in {"id", "deleted", "parentId", "mainImageId"}
            )
            if not known:
                raise Refused(400, "fieldDoesNotExist")

    def created(self, entity: Entity, row: Row) -> Row:
        """The answer of a creation: what was set, nothing that is null (016)."""
        view: Row = {"id": row["id"], "deleted": False}
        for key, field in entity.columns.items():
            value = row.get(key)
            if value is not None:
                view[key] = plain(value)
            self._beside(view, field, key, row, names=False)
        view |= self._virtual(entity, row)
        if row.get("createdById"):
            view["modifiedByName"] = self._installation.name_of("User", row["modifiedById"])
        return view

    def columns(self, entity: Entity, row: Row) -> Row:
        """Every column, null where it is empty, with the names of linked records."""
        view: Row = {"id": row["id"], "deleted": False}
        for key, field in entity.columns.items():
            value = row.get(key)
            view[key] = _shown(entity, field, value)
            self._beside(view, field, key, row, names=True)
        return view

    def many_ids(self, field: Field, row_id: str) -> Row:
        """`categoriesIds` and `categoriesNames` of a record."""
        found = self.linked(field, row_id)
        return {
            f"{field.name}Ids": [one["id"] for one in found],
            f"{field.name}Names": {one["id"]: one.get("name") for one in found},
        }

    def linked(self, field: Field, row_id: str) -> list[Row]:
        """The records that a link leads to, those that are not deleted."""
        link = field.link
        if link is None or not (link.relation or link.foreign):
            return []
        target = self._installation.store[link.entity]
        if link.foreign:
            return target.find((f"{link.foreign}Id",), row_id)
        relation = self._installation.store[link.relation]
        rows = (target.live(tie[link.far]) for tie in relation.find((link.near,), row_id))
        return [row for row in rows if row]

    def _beside(self, view: Row, field: Field, key: str, row: Row, *, names: bool) -> None:
        value = row.get(key)
        if field.of and value:
            unit = self._installation.name_of("Unit", value)
            if unit:
                view[field.name] = unit
            amount = row.get(field.of)
            if amount is not None:
                view[f"{field.of}AllUnits"] = all_units(
                    self._installation, field.measure, value, amount
                )
        if field.link and (names or field.link.entity in {"Entity", "AttributePanel"}):
            view[f"{field.name}Name"] = (
                self._installation.name_of(field.link.entity, value) if value else None
            )

    def _select(self, view: Row, entity: Entity, row: Row, name: str) -> None:
        field = entity.fields.get(name)
        many = entity.many.get(name)
        if name in entity.columns:
            view[name] = _shown(entity, entity.columns[name], row.get(name))
            self._beside(view, entity.columns[name], name, row, names=False)
        elif field and field.link and not field.link.many:
            view[field.key] = row.get(field.key)
            view[f"{name}Name"] = self._installation.name_of(field.link.entity, row.get(field.key))
        elif many:
            view.update(self.many_ids(many, row["id"]))
        elif field and field.link:
            target = self._installation.schema[field.link.entity]
            rows = self.linked(field, row["id"])
            view[name] = [self.listed(target, one) for one in rows]
            view.update(self.many_ids(field, row["id"]))

    def _virtual(self, entity: Entity, row: Row) -> Row:
        view: Row = {}
        if entity.tree:
            view |= tree_view(self._installation, entity, row["id"])
        extra = VIRTUALS.get(entity.name)
        if extra:
            view |= extra(self._installation, row)
        return view

    def _loaded(self, entity: Entity, view: Row) -> tuple[str, ...]:
        names = LOADED.get(entity.name) or (("teams",) if entity.owned else ())
        if entity.name == "Product" and view.get("parentId"):
            names += LOADED_WITH_PARENT
        return names


def _shown(entity: Entity, field: Field, value: Any) -> Any:  # noqa: ANN401 - a column's value
    """A column's value; an empty bool is false, but in the raw table of values (295)."""
    if value is None and field.type == "bool" and "createdAt" in entity.columns:
        return False
    return plain(value)


def tree_view(installation: Installation, entity: Entity, row_id: str) -> Row:
    """Routes, parent, and whether there are children (085)."""
    tree = Tree(installation, entity)
    path = tree.path(row_id)
    view: dict[str, Any] = {
        "routes": [],
        "routesNames": [],
        "isRoot": not path,
        "hasChildren": tree.count(row_id) > 0,
        "parentId": None,
        "parentName": None,
    }
    if path:
        view["routes"] = ["".join(f"|{one['id']}" for one in path) + "|"]
        view["routesNames"] = [[{"id": one["id"], "name": one.get("name")} for one in path]]
        view["parentId"] = path[-1]["id"]
        view["parentName"] = path[-1].get("name")
    return view
