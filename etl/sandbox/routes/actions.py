"""The actions of entities: /{Entity}/action/{name}."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.sandbox.errors import Refused
from etl.sandbox.lists import list_records
from etl.sandbox.routes import mass, tree
from etl.sandbox.values import Values
from etl.sandbox.values.read import option_data
from etl.sandbox.values.write import link_attribute

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.sandbox.message import Request
    from etl.sandbox.records import Records
    from etl.sandbox.store import Row

    Action = Callable[[Records, str, Row], Any]


def act(records: Records, request: Request, name: str, action: str, query: Row) -> Any:  # noqa: ANN401
    """Do an action, if there is one of that name and method (260)."""
    known = _ACTIONS.get((request.method, action))
    found = _OF_ENTITY.get((request.method, name, action)) or known
    if found is None:
        raise Refused(
            404, f"Action '{action}' ({request.method}) does not exist in controller '{name}'"
        )
    return found(records, name, query if request.method == "GET" else request.record())


def _list(records: Records, name: str, _: Row) -> Row:
    """POST action/list ignores the body: it looks like an answer and is everything (332)."""
    return list_records(records, records.entity(name), {})


def _restore(records: Records, name: str, payload: Row) -> bool:
    records.removal.restore(name, str(payload.get("id")))
    return True


def _inherit_all(records: Records, name: str, payload: Row) -> bool:
    row = records.get(name, str(payload.get("id")))
    records.inheritance.inherit_all(records, records.entity(name), row)
    return True


def _inherit_field(records: Records, name: str, payload: Row) -> bool:
    row = records.get(name, str(payload.get("id")))
    records.inheritance.inherit_field(records.entity(name), row, str(payload.get("field")))
    return True


def _add_values(records: Records, _: str, payload: Row) -> bool:
    """Link attributes to a record; those it has already stay as they are (275)."""
    record_id = str(payload.get("entityId"))
    records.get(str(payload.get("entityName")), record_id)
    values = records.table("ProductAttributeValue")
    for attribute_id in payload.get("ids", []):
        known = values.first(("productId", "attributeId"), record_id, attribute_id)
        if known is None and attribute_id in records.table("Attribute"):
            link_attribute(records.installation, record_id, attribute_id)
    return True


def _remove_value(records: Records, _: str, payload: Row) -> bool:
    """Take an attribute off a record; true a second time, too (289, 290)."""
    values = records.table("ProductAttributeValue")
    pair = (payload.get("entityId"), payload.get("attributeId"))
    row = values.first(("productId", "attributeId"), *pair)
    if row:
        values.erase(row["id"])
    return True


def _attributes_defs(records: Records, _: str, query: Row) -> Row:
    """GET Attribute/action/attributesDefs: the keys of the values (115, 165)."""
    entity = str(query.get("entityName"))
    shown: Row = {}
    for attribute_id in _ids(query.get("attributesIds")):
        attribute = records.table("Attribute").live(attribute_id)
        if attribute:
            channel = records.installation.name_of("Channel", attribute.get("channelId"))
            for key, one in Values(records.installation, entity).fresh_defs(attribute_id).items():
                shown[key] = {**one, "channelName": channel}
    return shown


def _list_options(records: Records, _: str, query: Row) -> list[Row]:
    """GET ExtensibleEnum/action/getExtensibleEnumOptions, in the list's order (139)."""
    return _options(records, str(query.get("extensibleEnumId")))


def _lists_options(records: Records, _: str, query: Row) -> Row:
    """GET ExtensibleEnum/action/getExtensibleEnumsOptions, of several lists (140)."""
    return {one: _options(records, one) for one in _ids(query.get("extensibleEnumIds"))}


def _options(records: Records, list_id: str) -> list[Row]:
    options = records.table("ExtensibleEnumOption")
    ties = records.table("ExtensibleEnumExtensibleEnumOption").find(("extensibleEnumId",), list_id)
    pairs = [(options.live(tie["extensibleEnumOptionId"]), tie) for tie in ties]
    shown = [option_data(records.installation, option, tie) for option, tie in pairs if option]
    return sorted(shown, key=lambda one: (one["sorting"] or 0, one["id"]))


def _ids(value: object) -> list[str]:
    if isinstance(value, dict):
        return [str(one) for one in value.values()]
    return [str(value)] if value else []


_ACTIONS: dict[tuple[str, str], Action] = {
    ("POST", "list"): _list,
    ("POST", "restore"): _restore,
    ("POST", "massDelete"): mass.mass_delete,
    ("PUT", "massUpdate"): mass.mass_update,
    ("POST", "massRemoveAttribute"): mass.mass_remove_attribute,
    ("POST", "inheritAllFromParent"): _inherit_all,
    ("POST", "inheritField"): _inherit_field,
    ("GET", "Tree"): tree.tree_nodes,
}
_OF_ENTITY: dict[tuple[str, str, str], Action] = {
    ("POST", "Attribute", "addAttributeValue"): _add_values,
    ("POST", "Attribute", "removeAttributeValue"): _remove_value,
    ("GET", "Attribute", "attributesDefs"): _attributes_defs,
    ("GET", "ExtensibleEnum", "getExtensibleEnumOptions"): _list_options,
    ("GET", "ExtensibleEnum", "getExtensibleEnumsOptions"): _lists_options,
}
