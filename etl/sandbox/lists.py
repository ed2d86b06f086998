"""Lists of records: conditions, order, page, and what each row shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.sandbox.errors import Refused, SqlFailed
from etl.sandbox.values import Values
from etl.sandbox.where import apply_where, conditions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from etl.sandbox.records import Records
    from etl.sandbox.schema import Entity
    from etl.sandbox.store import Row

DEFAULT_SIZE = 200


class Page:
    """The parameters of a list's query."""

    def __init__(self, query: Row) -> None:
        self.select = [one.strip() for one in str(query.get("select") or "").split(",") if one]
        self.where = conditions(query.get("where"))
        self.sort_by = query.get("sortBy")
        self.descending = str(query.get("asc", "true")).lower() in {"false", "0"}
        self.offset = max(0, _whole(query.get("offset"), 0))
        self.size = _whole(query.get("maxSize"), 0 if "maxSize" in query else DEFAULT_SIZE)
        self.nothing = "maxSize" in query and not str(query["maxSize"]).lstrip("-").isdigit()
        self.total_only = query.get("totalOnly") == "true"
        self.collection_only = query.get("collectionOnly") == "true"
        self.all_attributes = query.get("allAttributes") == "true"
        named = str(query.get("attributes") or "")
        self.attributes = [one.strip() for one in named.split(",") if one.strip()]


def _whole(value: object, default: int) -> int:
    try:
        return int(str(value))
    except ValueError:
        return default


def list_records(records: Records, entity: Entity, query: Row) -> Row:
    """The answer of GET /{Entity}."""
    page = Page(query)
    records.views.check_select(entity, page.select)
    return _answer(records, entity, apply_where(records, entity, page.where), page)


def list_linked(records: Records, entity: Entity, rows: Iterable[Row], query: Row) -> Row:
    """The answer of GET /{Entity}/{id}/{link}."""
    page = Page(query)
    records.views.check_select(entity, page.select)
    if page.where:
        ids = {row["id"] for row in rows}
        rows = [one for one in apply_where(records, entity, page.where) if one["id"] in ids]
    return _answer(records, entity, rows, page)


def _answer(records: Records, entity: Entity, rows: Iterable[Row], page: Page) -> Row:
    found = list(rows)
    if page.total_only:
        return {"total": len(found)}
    if page.size < 0:  # a database error comes as HTTP 200 with its text (235)
        raise SqlFailed(
            "An exception occurred while executing a query: SQLSTATE[2201W]: <<Unknown error>>: 7"
            " ERROR:  LIMIT must not be negative"
        )
    _sort(found, entity, page)
    end = page.offset + page.size if page.size else None  # 0 is no limit (234)
    shown = [] if page.nothing else found[page.offset : end]  # a text finds no row (236)
    show = _shower(records, entity, page)
    answer: Row = {"list": [show(row) for row in shown]}
    return answer if page.collection_only else {"total": len(found), **answer}


def _sort(rows: list[Row], entity: Entity, page: Page) -> None:
    """By a column, null as the greatest; a column that does not exist is ignored (252)."""
    key = str(page.sort_by)
    if key != "id" and key not in entity.columns:
        return

    def order(row: Row) -> tuple[bool, Any]:
        value = row.get(key)
        return value is None, "" if value is None else value

    try:
        rows.sort(key=order, reverse=page.descending)
    except TypeError:
        rows.sort(key=lambda row: str(row.get(key)), reverse=page.descending)


def _shower(records: Records, entity: Entity, page: Page) -> Callable[[Row], Row]:
    views = records.views
    only = _attributes(records, entity, page)

    def show(row: Row) -> Row:
        if page.select:
            view = views.selected(entity, row, page.select)
        else:
            view = views.listed(entity, row)
        if entity.attributes and (page.all_attributes or only):
            values = Values(records.installation, entity.name)
            wanted = None if page.all_attributes else only
            view["attributesDefs"] = values.short_defs(row["id"], wanted) or []
            view |= values.show(row["id"], wanted)
        return view

    return show


def _attributes(records: Records, entity: Entity, page: Page) -> set[str]:
    """`attributes=` takes ids or codes; unknown ones are ignored (314-316).

    An attribute that is filtered by is shown, too (246, 320).
    """
    table = records.table("Attribute")
    found = {one for one in page.attributes if one in table}
    for code in page.attributes:
        found |= set(table.ids(("entityId", "code"), entity.name, code))
    found |= {str(one["attribute"]) for one in page.where if one.get("isAttribute")}
    return found


def in_language(view: Any, entity: Entity, suffixes: dict[str, str], locale: str) -> Any:  # noqa: ANN401
    """The header `language` puts that language's values under the base keys (026, 027)."""
    if locale not in suffixes:
        raise Refused(400, "No such language is available.")
    if "list" in view:
        return {
            **view,
            "list": [in_language(one, entity, suffixes, locale) for one in view["list"]],
        }
    shown = dict(view)
    for field in entity.fields.values():
        if field.locale:
            value = shown.pop(field.name, None)
            if field.locale == locale and field.base in shown:
                shown[field.base] = view.get(field.name, value)
    return shown
