"""attributesDefs: what the server tells about each key of a record's attribute values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.sandbox.values.keys import RANGES, Keys, value_name

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation
    from etl.sandbox.store import Row

Defs = dict[str, dict[str, Any]]


def attribute_defs(installation: Installation, entity: str, attribute: Row) -> Defs:
    """The definitions of one attribute's keys (115, 165, 180), worked out once."""
    cache = installation.attribute_cache.setdefault("defs", {})
    defs: Defs | None = cache.get(attribute["id"])
    if defs is None:
        defs = cache[attribute["id"]] = _defs(installation, entity, attribute)
    return defs


def _defs(installation: Installation, entity: str, attribute: Row) -> Defs:
    shared = _shared(installation, attribute)
    label = attribute.get("name")
    if shared["channelName"]:
        label = f"{label} / {shared['channelName']}"
    name = value_name(attribute)
    kind = attribute["type"]
    defs: Defs = {}
    for one in Keys.of(installation, entity).by_attribute.get(attribute["id"], ()):
        if one.unit:
            extra = {
                "type": "link",
                "label": f"{label} (Unit)",
                "entity": "Unit",
                "measureId": attribute["measureId"],
                "unitIdField": True,
                "mainField": name,
            }
            defs[one.key.removesuffix("Id")] = shared | extra
        elif one.locale:
            language = installation.store["Language"].first(("code",), one.locale) or {}
            defs[one.key] = shared | {
                "label": f"{label} / {language.get('name')}",
                "name": one.key,
                "multilangField": name,
                "multilangLocale": one.locale,
            }
        elif kind in RANGES:
            end = one.key.removeprefix(name)
            defs[one.key] = shared | {
                "type": RANGES[kind],
                "rangeType": True,
                "mainField": name,
                "label": f"{label} ({end})",
            }
    defs[name] = shared | _main(attribute, shared, label)
    return defs


def _main(attribute: Row, shared: dict[str, Any], label: object) -> dict[str, Any]:
    main: dict[str, Any] = {"label": label}
    if shared["type"] in {"float", "rangeFloat"}:
        main["amountOfDigitsAfterComma"] = attribute.get("amountOfDigitsAfterComma")
    for key in ("maxLength", "min", "max", "pattern", "extensibleEnumId", "measureId"):
        if attribute.get(key) is not None:
            main[key] = attribute[key]
    if attribute.get("isMultilang"):
        main["isMultilang"] = True
    if attribute.get("measureId"):
        main |= {
            "label": f"{label} (Float)" if shared["type"] == "float" else label,
            "mainField": value_name(attribute),
            "unitField": True,
            "detailViewLabel": label,
        }
    return main


def _shared(installation: Installation, attribute: Row) -> dict[str, Any]:
    group_id = attribute.get("attributeGroupId")
    group = installation.store["AttributeGroup"].live(group_id) or {}
    channel_id = attribute.get("channelId")
    return {
        "attributeId": attribute["id"],
        "attributeValueId": None,
        "classificationAttributeId": None,
        "attributePanelId": attribute.get("attributePanelId"),
        "sortOrder": attribute.get("sortOrder") or 0,
        "sortOrderInAttributeGroup": attribute.get("attributeGroupSortOrder"),
        "attributeGroup": {
            "id": group_id,
            "name": group.get("name"),
            "sortOrder": group.get("sortOrder"),
        },
        "channelId": channel_id,
        "channelName": installation.name_of("Channel", channel_id) if channel_id else None,
        "type": attribute["type"],
        "required": bool(attribute.get("isRequired")),
        "readOnly": bool(attribute.get("isReadOnly")),
        "protected": bool(attribute.get("isProtected")),
        "notNull": bool(attribute.get("notNull")),
        "tooltip": False,
        "tooltipText": None,
        "conditionalProperties": None,
        "fullWidth": False,
    }
