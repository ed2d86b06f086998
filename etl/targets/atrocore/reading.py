"""Reads records back, by payload keys, in bulk."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from etl.model.schema import Kind
from etl.targets.atrocore.server import TABLE_PAGE
from etl.targets.atrocore.value_columns import all_columns, column_value, near_of, table_of
from etl.targets.atrocore.where import any_of, pieces, weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from etl.model.change import Json
    from etl.model.record import Scalar
    from etl.model.schema import Property
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.relations import Relation
    from etl.targets.atrocore.server import Row, Server

Stored = dict[str, "Json"]
_Columns = dict[str, dict[str, str]]

_MANY = 100  # records from which on the values' own table is quicker than a list with values
_MOST = 2  # times as many records as are asked for may be read on the way
_ROOM_FOR_IDS = 3000  # bytes of URL for records' ids, and as much for attributes' ids


class Reader:
    """Any thread; remembers nothing."""

    def __init__(self, server: Server, catalog: Catalog) -> None:
        self._server, self._catalog = server, catalog

    def read(self, entity: str, ids: Sequence[str], keys: Iterable[str]) -> dict[str, Stored]:
        """What is stored under these payload keys, by id; records that do not exist are missing.

        A key that the record does not carry (an attribute that is not linked) is None; a
        many-valued link is a tuple of ids, in no certain order.
        """
        wanted = list(dict.fromkeys(keys))
        props = self._catalog.keys(entity)
        linked = self._relations(entity, wanted, props)
        plain = [key for key in wanted if key not in linked]
        stored = self._plain(entity, ids, plain, props)
        for key, relation in linked.items():
            for one, others in self._linked(relation, list(stored)).items():
                stored[one][key] = tuple(others)
        return stored

    def _relations(
        self, entity: str, keys: Sequence[str], props: Mapping[str, Property]
    ) -> dict[str, Relation]:
        relations = self._catalog.relations(entity)
        named = {
            key: relations.get(prop.name)
            for key in keys
            if (prop := props.get(key)) and prop.kind is Kind.LINKS
        }
        return {key: relation for key, relation in named.items() if relation}

    def _plain(
        self, entity: str, ids: Sequence[str], keys: Sequence[str], props: Mapping[str, Property]
    ) -> dict[str, Stored]:
        wanted = dict.fromkeys(ids)
        attributes = _attributes(keys, props)
        columns = _columns(keys, props) if len(wanted) >= _MANY else None
        whole = len(wanted) >= _MANY and self._most(entity, len(wanted))
        listed = [] if columns else attributes
        rows = self._whole(entity, listed) if whole else self._some(entity, wanted, listed)
        stored: dict[str, Stored] = {}
        for row in rows:
            if row["id"] in wanted:
                values = {key: _value(row[key]) for key in keys if key in row}
                stored.setdefault(row["id"], dict.fromkeys(keys)).update(values)
        if columns:
            self._add_values(entity, stored, columns, whole=whole)
        return stored

    def _most(self, entity: str, asked: int) -> bool:
        """True if so many are asked for that reading them all is quicker than naming them."""
        return self._server.count(entity) <= asked * _MOST

    def _add_values(
        self, entity: str, stored: dict[str, Stored], columns: _Columns, *, whole: bool
    ) -> None:
        """The attributes' values, from their table: the quickest way to many (catalog §9)."""
        near, far = near_of(entity), "attributeId"
        names = dict.fromkeys(column for some in columns.values() for column in some.values())
        of = [any_of(far, list(columns))] if sum(map(weight, columns)) <= _ROOM_FOR_IDS else []
        for clauses in [of] if whole else ([any_of(near, piece), *of] for piece in _ids(stored)):
            rows = self._server.rows(
                table_of(entity), clauses, (near, far, *names), page=TABLE_PAGE
            )
            for row in rows:
                record, mine = stored.get(row[near]), columns.get(row[far])
                if record is not None and mine:
                    record.update((key, column_value(row, name)) for key, name in mine.items())

    def _whole(self, entity: str, attributes: Sequence[str]) -> Iterator[Row]:
        for more in _in_list(attributes):
            yield from self._server.rows(entity, more=more)

    def _some(self, entity: str, ids: Iterable[str], attributes: Sequence[str]) -> Iterator[Row]:
        """Whole rows: without `select` a list tells all fields, and costs hardly more."""
        for piece in _ids(ids):
            for more in _in_list(attributes):
                yield from self._server.rows(entity, [any_of("id", piece)], more=more)

    def _linked(self, relation: Relation, ids: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {one: [] for one in ids}
        select = (relation.near, relation.far)
        rows = self._server.rows_in(relation.table, relation.near, ids, select, page=TABLE_PAGE)
        for row in rows:
            found[row[relation.near]].append(str(row[relation.far]))
        return found

    def attributes_of(self, entity: str, ids: Sequence[str]) -> dict[str, set[str]]:
        """Record -> ids of the attributes that it carries."""
        near = near_of(entity)
        found: dict[str, set[str]] = defaultdict(set)
        select = (near, "attributeId")
        for row in self._server.rows_in(table_of(entity), near, ids, select, page=TABLE_PAGE):
            found[row[near]].add(str(row.get("attributeId")))
        return found


def _ids(ids: Iterable[str]) -> Iterator[list[Scalar]]:
    return pieces(ids, _ROOM_FOR_IDS)


def _in_list(attributes: Sequence[str]) -> Iterator[dict[str, str]]:
    """The parameters by which lists show attributes (catalog 314), in pieces."""
    if not attributes:
        yield {}
    for some in pieces(attributes, _ROOM_FOR_IDS):
        yield {"attributes": ",".join(map(str, some))}


def _columns(keys: Iterable[str], props: Mapping[str, Property]) -> _Columns | None:
    """Attribute -> key -> column; None if there is none, or one that is not understood."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for key in keys:
        prop = props.get(key)
        if prop and prop.attribute:
            column = (all_columns(prop) or {}).get(key)
            if column is None:
                return None
            found[prop.attribute][key] = column
    return found or None


def _attributes(keys: Iterable[str], props: Mapping[str, Property]) -> list[str]:
    """The ids of the attributes behind these keys."""
    found = (props[key].attribute for key in keys if key in props)
    return list(dict.fromkeys(one for one in found if one))


def _value(stored: object) -> Json:
    if isinstance(stored, list):
        return tuple(stored)
    return stored  # type: ignore[return-value] # JSON's scalars are ours
