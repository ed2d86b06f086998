"""Reads records back, by payload keys, in bulk."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from etl.model.schema import Kind
from etl.targets.atrocore.server import TABLE_PAGE
from etl.targets.atrocore.where import any_of, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from etl.model.change import Json
    from etl.model.schema import Property
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.relations import Relation
    from etl.targets.atrocore.server import Row, Server

Stored = dict[str, "Json"]

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
        stored: dict[str, Stored] = {}
        for row in self._rows(entity, ids, _attributes(keys, props)):
            values = {key: _value(row[key]) for key in keys if key in row}
            stored.setdefault(row["id"], dict.fromkeys(keys)).update(values)
        return stored

    def _rows(self, entity: str, ids: Sequence[str], attributes: Sequence[str]) -> Iterator[Row]:
        """Whole rows: without `select` a list tells all fields, and costs hardly more."""
        wanted = set(ids)
        for piece in pieces(dict.fromkeys(ids), _ROOM_FOR_IDS):
            for some in pieces(attributes, _ROOM_FOR_IDS) if attributes else [[]]:
                more = {"attributes": ",".join(map(str, some))} if some else {}
                rows = self._server.rows(entity, [any_of("id", piece)], more=more)
                yield from (row for row in rows if row["id"] in wanted)

    def _linked(self, relation: Relation, ids: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {one: [] for one in ids}
        select = (relation.near, relation.far)
        rows = self._server.rows_in(relation.table, relation.near, ids, select, page=TABLE_PAGE)
        for row in rows:
            found[row[relation.near]].append(str(row[relation.far]))
        return found

    def attributes_of(self, entity: str, ids: Sequence[str]) -> dict[str, set[str]]:
        """Record -> ids of the attributes that it carries."""
        near = f"{entity[:1].lower()}{entity[1:]}Id"
        found: dict[str, set[str]] = defaultdict(set)
        select = (near, "attributeId")
        for row in self._server.rows_in(
            f"{entity}AttributeValue", near, ids, select, page=TABLE_PAGE
        ):
            found[row[near]].add(str(row.get("attributeId")))
        return found


def _attributes(keys: Iterable[str], props: Mapping[str, Property]) -> list[str]:
    """The ids of the attributes behind these keys."""
    found = (props[key].attribute for key in keys if key in props)
    return list(dict.fromkeys(one for one in found if one))


def _value(stored: object) -> Json:
    if isinstance(stored, list):
        return tuple(stored)
    return stored  # type: ignore[return-value] # JSON's scalars are ours
