"""Packs a change into the items of an upsert. docs/identity.md tells why it takes two at times."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from etl.model.change import Links
from etl.model.record import LinkMode
from etl.model.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.model.change import Change, Json
    from etl.model.schema import EntitySchema, Property

Payload = dict[str, object]

_AFTERWARDS = frozenset({"parentId", "parentsIds", "classificationsIds"})
_COPIES = frozenset({"parentsIds"})  # copies the parent's fields that are not sent (catalog 051)
_PARENTS = frozenset({"parentId", "parentsIds"})
_GIVEN: Mapping[str, Mapping[str, str]] = {
    "Classification": {"release": ""},  # else each upsert makes another one (catalog 167-170)
    "Attribute": {"attributePanelId": "attributeValues"},  # else it is refused (v1 085)
}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A change, its items, and the id that they carry (None: the server finds or makes one)."""

    change: Change
    items: tuple[Payload, ...]
    id: str | None
    new: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is the same for all changes of a batch.

    `inherits` says that a parent's attribute values overwrite those of a record created with it
    (catalog 207). `carried` are the attributes of the records that exist, `stored` what is linked
    with them now, where links are added or removed.
    """

    schema: EntitySchema
    keys: Mapping[str, Property]
    inherits: bool
    carried: Mapping[str, set[str]] = field(default_factory=dict)
    stored: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)


def server_finds(schema: EntitySchema, change: Change) -> tuple[str, ...]:
    """The fields by which the server itself finds this new record; () if it would not.

    Only fields of the change's key count: by another unique field it would find, and overwrite, a
    record of another key.
    """
    given = _GIVEN.get(schema.name, {})
    named = {name for name in change.key_fields if change.payload.get(name) not in (None, "")}
    return next((fields for fields in schema.unique if {*fields} <= {*given, *named}), ())


def complete(change: Change) -> dict[str, Json]:
    """The payload of a new record, with what the server must be given and people need not."""
    return {**_GIVEN.get(change.record.entity, {}), **change.payload}


def update(shelf: Shelf, change: Change, to: str) -> Parcel:
    """One item for a record that exists."""
    carried = shelf.carried.get(to, set())
    stored = shelf.stored.get(to, {})
    values = _values(shelf, change.payload, carried, stored)
    return Parcel(change, ({**values, "id": to},), to, new=False)


def found_by_server(shelf: Shelf, change: Change, fields: tuple[str, ...]) -> Parcel:
    """Without an id of our own, all in one item; a parent whose values would win comes after."""
    values = _values(shelf, complete(change), set(), None)
    late_keys = _PARENTS if shelf.inherits else _COPIES
    late = {key: values.pop(key) for key in late_keys & values.keys()}
    items = [values]
    if late:
        items.append({**{name: values[name] for name in fields}, **late})
    return Parcel(change, tuple(items), None, new=True)


def under_own_id(shelf: Shelf, change: Change, to: str) -> Parcel:
    """First the record, then what the server mishandles beside an unknown id (catalog 047, 177)."""
    values = _values(shelf, complete(change), set(), None)
    late = {key: values.pop(key) for key in _AFTERWARDS & values.keys()}
    late = {key: value for key, value in late.items() if value}
    items: list[Payload] = [{**values, "id": to}]
    if late:
        items.append({"id": to, **late})
    return Parcel(change, tuple(items), to, new=True)


def _values(
    shelf: Shelf,
    payload: Mapping[str, Json],
    carried: set[str],
    stored: Mapping[str, Json] | None,
) -> Payload:
    """The payload as JSON. `stored` is None for a new record.

    An attribute's value sticks only if the record carries the attribute, or with the attribute's
    id beside it (v1 116, 117); with ids beside it the answer is never NotModified (v1 128, 129).
    """
    values: Payload = {}
    linking: dict[str, None] = {}
    for key, value in payload.items():
        prop = shelf.keys.get(key)
        if prop and prop.attribute and prop.attribute not in carried:
            if value is None:
                continue
            linking[prop.attribute] = None
        values.update(_travelling(key, value, prop, stored))
    if linking:
        values["__attributes"] = list(linking)
    return values


def _travelling(
    key: str, value: Json, prop: Property | None, stored: Mapping[str, Json] | None
) -> Payload:
    if isinstance(value, Links):
        return _links(key, value, prop, stored)
    return {key: list(value) if isinstance(value, tuple) else value}


def _links(
    key: str, links: Links, prop: Property | None, stored: Mapping[str, Json] | None
) -> Payload:
    """Only relations can be added to (v1 067); other lists are united here."""
    if links.mode is LinkMode.SET:
        return {key: list(links.ids)}
    if stored is None:
        return {key: list(links.ids)} if links.mode is LinkMode.ADD and links.ids else {}
    now = stored.get(key)
    here = [str(one) for one in now] if isinstance(now, tuple) else []
    if links.mode is LinkMode.REMOVE:
        left = [one for one in here if one not in links.ids]
        return {key: left} if len(left) < len(here) else {}
    missing = [one for one in links.ids if one not in here]
    if not missing:
        return {}
    if prop and prop.kind is Kind.LINKS:
        return {key: missing, f"{key.removesuffix('Ids')}AddOnlyMode": 1}
    return {key: here + missing}
