"""The conditions of a list: read from brackets or from one JSON text (333), and applied."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from etl.sandbox.errors import Refused, SqlFailed
from etl.sandbox.values import Values
from etl.sandbox.values.read import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from etl.sandbox.records import Records
    from etl.sandbox.schema import Entity
    from etl.sandbox.store import Row

    Test = Callable[[Row], bool]
    Compare = Callable[[Any, list[Any]], bool]

Condition = dict[str, Any]
_PART = re.compile(r"\[([^\]]*)\]")


def parse_query(query: str) -> Row:
    """A query as PHP reads it: `where[0][value][]=a` becomes nested objects and lists."""
    parsed: Row = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        base, bracket, _ = name.partition("[")
        path = [base, *_PART.findall(name)] if bracket else [base]
        _set(parsed, path, value)
    return parsed


def _set(node: Row, path: list[str], value: str) -> None:
    for part, following in zip(path, [*path[1:], None], strict=True):
        key = str(len(node)) if part == "" else part
        if following is None:
            node[key] = value
        else:
            child = node.get(key)
            node[key] = node = child if isinstance(child, dict) else {}


def conditions(where: object) -> list[Condition]:
    """The conditions of a `where`; one that is no list is ignored (249)."""
    if isinstance(where, str):
        try:
            where = json.loads(where)
        except ValueError:
            return []
    if isinstance(where, dict):
        where = list(where.values())
    if not isinstance(where, list):
        return []
    return [one for one in where if isinstance(one, dict)]


def apply_where(records: Records, entity: Entity, where: list[Condition]) -> Iterable[Row]:
    """The live records that meet all conditions; an index is asked first where one fits."""
    table = records.table(entity.name)
    rows: Iterable[Row] = table
    rest = list(where)
    for condition in where:
        found = _by_index(records, entity, condition)
        if found is not None:
            rows = [table.rows[one] for one in found if one in table]
            rest.remove(condition)
            break
    for condition in rest:
        test = _test(records, entity, condition)
        rows = [row for row in rows if test(row)]
    return rows


def _values(condition: Condition) -> list[Any]:
    value = condition.get("value")
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _by_index(records: Records, entity: Entity, condition: Condition) -> list[str] | None:
    kind, key = condition.get("type"), condition.get("attribute")
    if condition.get("isAttribute") or kind not in {"equals", "in"} or not isinstance(key, str):
        return None
    table = records.table(entity.name)
    if key == "id":
        return list(dict.fromkeys(str(one) for one in _values(condition)))
    if not table.indexed(key) or key not in entity.columns:
        return None
    found: dict[str, None] = {}
    for value in _values(condition):
        found.update(dict.fromkeys(table.ids((key,), value)))
    return list(found)


def _test(records: Records, entity: Entity, condition: Condition) -> Test:
    kind = str(condition.get("type"))
    if kind in {"or", "and", "not"}:
        return _group_test(records, entity, condition)
    if condition.get("isAttribute"):
        return _attribute_test(records, entity, condition)
    if kind in _LINKED:
        return _linked_test(records, entity, condition)
    compare = _COMPARE.get(kind)
    if compare is None:
        return lambda _: True  # an unknown type is ignored (248)
    return _column_test(records, entity, condition, compare)


def _group_test(records: Records, entity: Entity, condition: Condition) -> Test:
    tests = [_test(records, entity, one) for one in conditions(condition.get("value"))]
    if condition["type"] == "or":
        return lambda row: any(test(row) for test in tests)
    positive = condition["type"] == "and"
    return lambda row: all(test(row) for test in tests) is positive


def _column_test(records: Records, entity: Entity, condition: Condition, compare: Compare) -> Test:
    key = str(condition.get("attribute"))
    values = _values(condition)
    if key == "parentId" and entity.tree:
        ties = records.table(entity.hierarchy)
        return lambda row: compare(
            (ties.first(("entityId",), row["id"]) or {}).get("parentId"), values
        )
    if key != "id" and key not in entity.columns:
        return lambda _: False  # an unknown field finds nothing (247)
    return lambda row: compare(row.get(key), values)


def _attribute_test(records: Records, entity: Entity, condition: Condition) -> Test:
    """By attribute value: the attribute's id (318), not its code (319)."""
    attribute_id = str(condition.get("attribute"))
    keys = Values(records.installation, entity.name).keys.by_attribute.get(attribute_id)
    if not keys:
        raise Refused(400, f'The attribute "{attribute_id}" does not exist.')
    if not attribute_id.isalnum():  # an id with a dash breaks the query (162)
        raise SqlFailed(
            "An exception occurred while executing a query: SQLSTATE[42601]: Syntax error: 7 "
            f'ERROR:  syntax error at or near "{attribute_id}"'
        )
    locale = condition.get("language") or ""
    column = next((one.column for one in keys if one.locale == locale), keys[0].column)
    compare = _COMPARE.get(str(condition.get("type")), _anything)
    values = _values(condition)
    found = {
        row["productId"]
        for row in records.table(TABLE).find(("attributeId",), attribute_id)
        if compare(row.get(column), values)
    }
    return lambda row: row["id"] in found


def _linked_test(records: Records, entity: Entity, condition: Condition) -> Test:
    kind = condition.get("type")
    field = entity.fields.get(str(condition.get("attribute")))
    if field is None or field.link is None:
        return lambda _: False
    wanted = set(_values(condition)) if kind in {"linkedWith", "notLinkedWith"} else None
    positive = kind in {"linkedWith", "isLinked"}

    def test(row: Row) -> bool:
        if field.link and not field.link.many:
            linked = {row.get(field.key)} - {None}
        else:
            linked = {one["id"] for one in records.views.linked(field, row["id"])}
        hit = bool(linked if wanted is None else linked & wanted)
        return hit is positive

    return test


_LINKED = {"linkedWith", "notLinkedWith", "isLinked", "isNotLinked"}


@lru_cache(maxsize=64)
def _like(pattern: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in pattern.split("%"))
    return re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL)


def _anything(_: object, __: object) -> bool:
    return True


def _equal(stored: Any, values: list[Any]) -> bool:  # noqa: ANN401 - a column's value
    return any(_same(stored, value) for value in values)


def _same(stored: Any, value: Any) -> bool:  # noqa: ANN401 - a column's value
    if stored is None or value is None:
        return stored is None and value is None
    if isinstance(stored, bool):
        return stored is (str(value).lower() in {"1", "true"})
    if isinstance(stored, (int, float)):
        return str(value) in {str(stored), f"{stored:g}"}
    return bool(stored == value)


def _matches(stored: Any, values: list[Any]) -> bool:  # noqa: ANN401 - a column's value
    return stored is not None and bool(_like(str(values[0])).fullmatch(str(stored)))


def _ordered(better: Callable[[Any, Any], bool]) -> Compare:
    def compare(stored: Any, values: list[Any]) -> bool:  # noqa: ANN401 - a column's value
        if stored is None or values[0] is None:
            return False
        if isinstance(stored, (int, float)):
            try:
                return better(stored, float(values[0]))
            except ValueError:
                return False
        return better(str(stored), str(values[0]))

    return compare


_COMPARE: dict[str, Compare] = {
    "equals": _equal,
    "in": _equal,
    "notEquals": lambda stored, values: not _equal(stored, values),
    "notIn": lambda stored, values: not _equal(stored, values),
    "like": _matches,
    "notLike": lambda stored, values: not _matches(stored, values),
    "contains": lambda stored, values: _matches(stored, [f"%{values[0]}%"]),
    "startsWith": lambda stored, values: _matches(stored, [f"{values[0]}%"]),
    "endsWith": lambda stored, values: _matches(stored, [f"%{values[0]}"]),
    "isNull": lambda stored, _: stored is None,
    "isNotNull": lambda stored, _: stored is not None,
    "isTrue": lambda stored, _: stored is True,
    "isFalse": lambda stored, _: not stored,
    "after": _ordered(lambda stored, value: stored > value),
    "before": _ordered(lambda stored, value: stored < value),
    "greaterThan": _ordered(lambda stored, value: stored > value),
    "lessThan": _ordered(lambda stored, value: stored < value),
    "greaterThanOrEquals": _ordered(lambda stored, value: stored >= value),
    "lessThanOrEquals": _ordered(lambda stored, value: stored <= value),
}
