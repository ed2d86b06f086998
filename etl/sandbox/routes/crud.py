"""The plain routes of an entity: list, read, create, change, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.files import create_file
from etl.sandbox.lists import list_records
from etl.sandbox.message import HTML, Response

if TYPE_CHECKING:
    from etl.sandbox.message import Request
    from etl.sandbox.records import Records
    from etl.sandbox.store import Row


SORTING_STEP = 10


def read_list(records: Records, name: str, query: Row) -> Row:
    """GET /{Entity}."""
    return list_records(records, records.entity(name), query)


def read_one(records: Records, name: str, row_id: str) -> Row:
    """GET /{Entity}/{id}; a variant's waiting changes are made first (221)."""
    row = records.get(name, row_id)
    entity = records.entity(name)
    records.inheritance.run_queue(entity, row)
    return records.views.one(entity, row)


def create(records: Records, name: str, request: Request) -> Row:
    """POST /{Entity}. An own id is safe here (053, 195)."""
    payload = request.record()
    if name == "File":
        return create_file(records, payload)
    if name == "ClassificationAttribute":
        known = records.table(name).first(
            ("classificationId", "attributeId"),
            payload.get("classificationId"),
            payload.get("attributeId"),
        )
        if known:  # a pair that is there: 200, and no id (173)
            view = records.views.created(records.entity(name), known)
            return {key: view[key] for key in view if key != "id"} | {"isRequired": False}
    return records.create(name, payload)


def change(records: Records, name: str, row_id: str, request: Request) -> Row | Response:
    """PATCH and PUT /{Entity}/{id}; 304 when nothing changes (167)."""
    row = records.get(name, row_id)
    payload = request.record()
    sorted_ids = payload.get("_sortedIds")
    if isinstance(sorted_ids, list) and payload.get("_link") == "children":
        return _sort_children(records, name, row, sorted_ids)
    changed = records.update(name, row, payload)
    return Response(status=304, content_type=HTML) if changed is None else changed


def delete(records: Records, name: str, row_id: str, request: Request) -> bool:
    """DELETE /{Entity}/{id}; with the header `permanently` for good (369)."""
    permanently = request.headers.get("permanently", "").lower() == "true"
    records.removal.delete(name, row_id, permanently=permanently)
    return True


def _sort_children(records: Records, name: str, row: Row, sorted_ids: list[str]) -> Row:
    """The order among siblings (088)."""
    entity = records.entity(name)
    ties = records.table(entity.hierarchy)
    for place, child_id in enumerate(sorted_ids):
        tie = ties.first(("parentId", "entityId"), row["id"], child_id)
        if tie:
            ties.change(tie["id"], {"hierarchySortOrder": place * SORTING_STEP})
    return records.views.one(entity, row)
