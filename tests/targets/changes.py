"""Changes of attributes and of their options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.targets.world import change

if TYPE_CHECKING:
    from etl.model.change import Change, Json


def option(attribute: str, code: str, **values: Json) -> Change:
    return change("AttributeOption", {"attributeId": attribute, "code": code}, values)


def attribute(code: str, kind: str = "text", entity: str = "Product", **values: Json) -> Change:
    payload: dict[str, Json] = {"name": code.title(), "type": kind, **values}
    return change("Attribute", {"entityId": entity, "code": code}, payload)
