"""The routes of links: of one record, and of many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.sandbox.errors import Refused
from etl.sandbox.lists import list_linked

if TYPE_CHECKING:
    from etl.sandbox.message import Request
    from etl.sandbox.records import Records
    from etl.sandbox.schema import Field
    from etl.sandbox.store import Row

_CLOSE = (
    '<button type="button" class="close" data-dismiss="modal" aria-hidden="true">&times;</button>'
)


def link_route(
    records: Records, request: Request, name: str, place: tuple[str, str], query: Row
) -> Any:  # noqa: ANN401 - JSON
    """GET, POST and DELETE /{Entity}/{id}/{link}."""
    row_id, link = place
    field = _field(records, name, link)
    row = records.get(name, row_id)
    if request.method == "GET":
        return _read(records, name, row, field, query)
    payload = request.record()
    ids = payload["ids"] if isinstance(payload.get("ids"), list) else [payload.get("id")]
    if request.method == "POST":
        for one in ids:
            records.ties.link(field, row_id, str(one))
    elif request.method == "DELETE":
        for one in ids:
            records.ties.unlink(field, row_id, str(one))
    else:
        raise Refused(404)
    return True


def relation(records: Records, request: Request, name: str, link: str) -> Row:
    """POST and DELETE /{Entity}/{link}/relation: many records and many links (378, 379)."""
    field = _field(records, name, link)
    payload = request.record()
    done = 0
    for row_id in payload.get("ids", []):
        for far_id in payload.get("foreignIds", []):
            if request.method == "DELETE":
                records.ties.unlink(field, row_id, far_id)
                continue
            try:
                records.ties.link(field, row_id, far_id)
            except Refused:
                continue
            done += 1
    if request.method == "DELETE":
        return {"message": f"{_CLOSE}<span>Done</span>"}
    return {"message": f"{_CLOSE}<span>{done} relations were successfully added.</span><br>"}


def _field(records: Records, name: str, link: str) -> Field:
    field = records.entity(name).fields.get(link)
    if field is None or field.link is None or not field.link.many:
        raise Refused(404)
    return field


def _read(records: Records, name: str, row: Row, field: Field, query: Row) -> Row:
    entity = records.entity(name)
    target = records.entity(field.link.entity) if field.link else entity
    answer = list_linked(records, target, records.views.linked(field, row["id"]), query)
    if name == "Product" and field.name == "categories":
        _mark_inherited(records, row, answer)
    return answer


def _mark_inherited(records: Records, row: Row, answer: Row) -> None:
    """A variant's categories that its model has, too (231)."""
    entity = records.entity("Product")
    tie = records.table("ProductHierarchy").first(("entityId",), row["id"])
    if tie is None:
        return
    theirs = {
        one["id"] for one in records.views.linked(entity.fields["categories"], tie["parentId"])
    }
    for one in answer.get("list", []):
        one["isInherited"] = one["id"] in theirs
