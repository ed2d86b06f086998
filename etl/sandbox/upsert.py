"""POST MassActions/action/upsert: one result an item, in order, each item on its own.

An item's success is no proof: unknown fields, ids of records that are not there, values of
attributes that are not linked, are all accepted without a word (025, 069, 116, 149).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from etl.sandbox.errors import Crashed, Refused
from etl.sandbox.files import create_file
from etl.sandbox.records import Records

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.sandbox.installation import Installation
    from etl.sandbox.message import Request
    from etl.sandbox.schema import Entity
    from etl.sandbox.store import Row

ROUTE = "Request [post /MassActions/action/upsert]"
NO_MATCH = f'Body does not match schema for content-type "application/json" for {ROUTE}'
QUEUED = (
    'Body does not match schema for content-type "application/json" for Response '
    "[post /MassActions/action/upsert 200]"
)


def read_items(request: Request) -> list[Row]:
    """The items of a request, or a 400 for the whole of it (035-044)."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "application/json":
        raise Refused(400, f'Content-Type "{kind}" is not expected for {ROUTE}')
    try:
        items = json.loads(request.body)
    except ValueError:
        raise Refused(400, f'JSON parsing failed with "Syntax error" for {ROUTE}') from None
    if isinstance(items, dict):  # an object of items passes (041), one item alone does not (040)
        items = list(items.values())
    if not isinstance(items, list) or not all(_fits(item) for item in items):
        raise Refused(400, NO_MATCH)
    return items


def _fits(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("payload", {}), dict)


def is_queued(request: Request) -> bool:
    """The header use-queue: 1, true; not 0 or false (048-052)."""
    return request.headers.get("use-queue", "").lower() in {"1", "true"}


def queue(installation: Installation, items: list[Row]) -> None:
    """Make a job of them; the answer is a 400 nevertheless (048)."""
    job = {"name": "Action Upsert", "type": "Upsert", "payload": items}
    add_job(installation, job)
    raise Refused(400, QUEUED)


def add_job(installation: Installation, job: Row) -> str:
    """A job that waits for a runner, which the sandbox does not have."""
    now = installation.now()
    row = {
        "id": installation.new_id(),
        "status": "Pending",
        "priority": 100.0,
        "executeTime": now,
        "createdAt": now,
        "modifiedAt": now,
        "createdById": "1",
        "modifiedById": "1",
        "ownerUserId": "1",
        **job,
    }
    installation.store["Job"].put(row)
    return str(row["id"])


def upsert(
    installation: Installation,
    items: list[Row],
    limit: int | None = None,
    forbidden: Callable[[Row], bool] | None = None,
) -> list[Row]:
    """Work through the items; `limit` stops early, as a server does whose time is up (291)."""
    results = []
    for item in items[:limit]:
        with installation.lock:
            if forbidden and forbidden(item):
                results.append(_failed("Code: 403. Message: "))  # without rights (284)
            else:
                results.append(_one(installation, item))
    return results


def _one(installation: Installation, item: Row) -> Row:
    name, payload = item.get("entity"), item.get("payload")
    if not name:
        return _failed("'entity' parameter is required.")
    if payload is None:
        return _failed("'payload' parameter is required.")
    if name not in installation.schema:
        return _failed(f"Service '{name}' was not found")
    entity = installation.schema[name]
    if entity.type == "ReferenceData":
        raise Refused(500)  # a language cannot be upserted (013)
    try:
        return _upsert(Records(installation), entity, payload)
    except Refused as refusal:
        return _failed(refusal.message)
    except TypeError as error:  # a list where a text belongs: PHP breaks there, too (033)
        return _failed(f"Code: 0. Message: {error}")


def _upsert(records: Records, entity: Entity, payload: Row) -> Row:
    own_id = payload.get("id")
    row = find(records, entity, payload)
    if row is not None:
        another = bool(own_id) and own_id != row["id"]
        changed = records.update(entity.name, row, payload, store=not another)
        if changed is None:
            return {"status": "NotModified", "stored": True}
        if another:  # the answer shows an id that no record has (120, 121), and the record of
            changed["id"] = own_id  # the code is as before: its channel is still the old (149, 150)
        return {"status": "Updated", "stored": True, "entity": changed}
    if own_id:
        records.unseen.add(str(own_id))
    if entity.name == "File":  # stored all the same (207)
        create_file(records, payload)
        raise Crashed("Call to a member function toArray() on array")
    created = records.create(entity.name, payload)
    return {"status": "Created", "stored": True, "entity": created}


def find(records: Records, entity: Entity, payload: Row) -> Row | None:
    """The record a payload means.

    By id; else by all unique fields that are filled, together (909); unique indexes count only
    where no field is unique, and need all their parts (114, 167, 170).
    """
    table = records.table(entity.name)
    row = table.live(payload.get("id"))
    if row is not None:
        return row
    keys = [key for key in entity.unique_keys if _filled(payload.get(key))]
    if entity.unique_keys:
        found = [set(table.ids((key,), str(payload[key]))) for key in keys]
        common = set.intersection(*found) if found else set()
        return table.rows[min(common)] if common else None
    for index in entity.unique_indexes:
        if all(isinstance(payload.get(part), str) for part in index):
            row = table.first(index, *(payload[part] for part in index))
            if row is not None:
                return row
    return None


def _filled(value: Any) -> bool:  # noqa: ANN401 - whatever was sent
    return value not in (None, "") and not isinstance(value, (dict, list))


def _failed(message: str) -> Row:
    return {"status": "Failed", "stored": False, "message": message}
