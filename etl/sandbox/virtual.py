"""Fields that are worked out when a record is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.files import file_view
from etl.sandbox.tree import Tree
from etl.sandbox.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.sandbox.installation import Installation
    from etl.sandbox.schema import Entity
    from etl.sandbox.store import Row

UNINHERITED = {"name", "number", "mpn", "code"}
NEVER_INHERITED = {
    "createdAt",
    "modifiedAt",
    "createdById",
    "modifiedById",
    "sortOrder",
    "ownerUserId",
    "assignedUserId",
    "data",
    "isInheritAssignedUser",
    "isInheritOwnerUser",
    "isInheritTeams",
    "categoryRoute",
    "categoryRouteName",
    "storageId",
}
INHERITED_LINKS = (
    "files",
    "channels",
    "variantSpecificAttributes",
    "categories",
    "associatedItems",
    "associatingItems",
    "classifications",
)


def _product(installation: Installation, row: Row) -> Row:
    ties = installation.store["ProductFile"].find(("productId",), row["id"])
    main = next((tie["fileId"] for tie in ties if tie.get("isMainImage")), None)
    return _main_image(installation, main)


def _category(installation: Installation, row: Row) -> Row:
    store = installation.store
    ties = store["CategoryFile"].find(("categoryId",), row["id"])
    main = next((tie["fileId"] for tie in ties if tie.get("isMainImage")), None)
    ties = store["CategoryChannel"].find(("categoryId",), row["id"])
    names = {tie["channelId"]: installation.name_of("Channel", tie["channelId"]) for tie in ties}
    return {
        **_main_image(installation, main),
        "channelsIds": list(names),
        "channelsNames": names or [],
    }


def _main_image(installation: Installation, file_id: str | None) -> Row:
    file = installation.store["File"].live(file_id)
    if file is None:
        return {"mainImageId": None, "mainImageName": None, "mainImagePathsData": None}
    sizes = ("small", "medium", "large", "small-logo")
    return {
        "mainImageId": file_id,
        "mainImageName": file.get("name"),
        "mainImagePathsData": {
            "download": f"/images/{file_id}.",
            "thumbnails": {size: f"thumbnail/{size}/{file_id}.png" for size in sizes},
        },
    }


def _option(installation: Installation, row: Row) -> Row:
    """The option is multilingual as soon as the option hangs in a list (123, 131)."""
    ties = installation.store["ExtensibleEnumExtensibleEnumOption"]
    return {"listMultilingual": bool(ties.first(("extensibleEnumOptionId",), row["id"]))}


def _attribute(installation: Installation, row: Row) -> Row:
    listed = installation.store["ExtensibleEnum"].live(row.get("extensibleEnumId"))
    return {"listMultilingual": bool(listed and listed.get("multilingual"))}


def _classification_attribute(installation: Installation, row: Row) -> Row:
    """What a classification's attribute shows of the attribute itself (171, 176)."""
    attribute = installation.store["Attribute"].live(row.get("attributeId")) or {}
    group = attribute.get("attributeGroupId")
    suffixes = installation.schema.suffixes.values()
    return {
        "isInherited": False,
        "attributeGroupId": group,
        "attributeGroupName": installation.name_of("AttributeGroup", group) if group else None,
        "attributeNotNull": bool(attribute.get("notNull")),
        "attributeIsMultilang": bool(attribute.get("isMultilang")),
        "attributeType": attribute.get("type"),
        "value": row.get("value"),
        "attributeEntityId": attribute.get("entityId"),
        "sortOrder": attribute.get("sortOrder") or 0,
        "maxLength": row.get("maxLength") or attribute.get("maxLength"),
        "countBytesInsteadOfCharacters": False,
        **{f"attributeName{end}": attribute.get(f"name{end}") for end in suffixes},
    }


def _associated(_: Installation, __: Row) -> Row:
    return {"associateEverything": False}


def _folder(_: Installation, __: Row) -> Row:
    return {"folderPath": []}


def _file(_: Installation, row: Row) -> Row:
    return file_view(row)


VIRTUALS: dict[str, Callable[[Installation, Row], Row]] = {
    "AssociatedProduct": _associated,
    "Product": _product,
    "Category": _category,
    "ExtensibleEnumOption": _option,
    "Attribute": _attribute,
    "ClassificationAttribute": _classification_attribute,
    "File": _file,
    "Folder": _folder,
}


def inherited_fields(installation: Installation, entity: Entity, row: Row) -> list[str]:
    """The fields, links and values of a record that equal its parent's (214, 233)."""
    parent = Tree(installation, entity).parent(row["id"])
    if parent is None:
        return []
    names = [
        field.name
        for key, field in entity.columns.items()
        if key not in UNINHERITED | NEVER_INHERITED and row.get(key) == parent.get(key)
    ]
    if entity.attributes:
        names += [
            name
            for name in INHERITED_LINKS
            if _far_ids(installation, entity, name, row)
            == _far_ids(installation, entity, name, parent)
        ]
        values = Values(installation, entity.name)
        mine, theirs = values.show(row["id"]), values.show(parent["id"])
        names += [key for key in mine if key in theirs and mine[key] == theirs[key]]
    return names


def _far_ids(installation: Installation, entity: Entity, name: str, row: Row) -> set[str]:
    link = entity.fields[name].link
    if link is None:
        return set()
    ties = installation.store[link.relation].find((link.near,), row["id"])
    return {tie[link.far] for tie in ties}
