"""Finds records by natural keys: in bulk, and exactly."""

from __future__ import annotations

from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING

from etl.errors import UsageError
from etl.model.schema import Kind
from etl.targets.atrocore.server import PAGE
from etl.targets.atrocore.where import ROOM, any_of, pieces, weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from etl.model.record import Ref, Scalar
    from etl.model.schema import Property
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.server import Row, Server
    from etl.targets.atrocore.where import Clause

Key = tuple[str, ...]
Found = dict[Key, list[str]]

_SEVERAL = 4  # requests for keys from which on reading all keys may be quicker
_NARROW = 1000  # bytes of URL that the other fields of a composite key may take


class Lookup:
    """Any thread. Only what is compared without case is remembered, until the entity is written."""

    def __init__(self, server: Server, catalog: Catalog) -> None:
        self._server, self._catalog = server, catalog
        self._lock = Lock()
        self._folded: dict[tuple[str, Key], Found] = {}

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The ids of the records that each reference matches. Key parts are texts by now."""
        groups: dict[tuple[str, Key, bool], list[Ref]] = defaultdict(list)
        for ref in refs:
            groups[ref.entity, ref.by, ref.ignore_case].append(ref)
        answer: dict[Ref, tuple[str, ...]] = {}
        for (entity, by, ignore_case), group in groups.items():
            keys = {ref: _texts(ref) for ref in group}
            wanted = dict.fromkeys(keys.values())
            if ignore_case:
                found = self._without_case(entity, by)
                keys = {ref: _folded(key) for ref, key in keys.items()}
            else:
                found = self.by_key(entity, by, wanted)
            answer.update((ref, tuple(found.get(key, ()))) for ref, key in keys.items())
        return answer

    def by_key(self, entity: str, by: Key, keys: Iterable[Key]) -> Found:
        """Key -> ids of the records that have it, compared exactly."""
        columns = [self._column(entity, name) for name in by]
        wanted = dict.fromkeys(key for key in keys if all(key))
        found: Found = defaultdict(list)
        for row in self._candidates(entity, columns, wanted):
            key = tuple(key_text(row.get(column)) for column, _ in columns)
            if key in wanted and row["id"] not in found[key]:
                found[key].append(row["id"])
        return found

    def alive(self, entity: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that exist: a list has no deleted records (v1 269)."""
        return frozenset(row["id"] for row in self._server.rows_in(entity, "id", ids, ("id",)))

    def forget(self, entity: str) -> None:
        """Records of this entity were written."""
        with self._lock:
            self._folded = {of: found for of, found in self._folded.items() if of[0] != entity}

    def _without_case(self, entity: str, by: Key) -> Found:
        """All keys of the entity, folded: the server has no comparison for that."""
        with self._lock:
            if (entity, by) in self._folded:
                return self._folded[entity, by]
        columns = [self._column(entity, name) for name in by]
        found: Found = defaultdict(list)
        for row in self._server.rows(entity, select=[column for column, _ in columns]):
            found[_folded(tuple(key_text(row.get(column)) for column, _ in columns))].append(
                row["id"]
            )
        with self._lock:
            self._folded[entity, by] = found
        return found

    def _column(self, entity: str, name: str) -> tuple[str, Property]:
        """The payload key and the property of a field named by its name or its payload key."""
        schema = self._catalog.schema(entity)
        if schema is None:
            raise UsageError(f"the target has no entity {entity}")
        prop = schema.fields.get(name) or self._catalog.keys(entity).get(name)
        if prop is None or prop.attribute:
            raise UsageError(f"{entity} cannot be found by {name}: it is no field of it")
        return (name if name in prop.languages.values() else prop.key), prop

    def _candidates(
        self, entity: str, columns: Sequence[tuple[str, Property]], keys: Mapping[Key, object]
    ) -> Iterator[Row]:
        """Rows among which all wanted ones are: by key, or all where that is fewer requests."""
        values = [dict.fromkeys(key[place] for key in keys) for place in range(len(columns))]
        widest = max(range(len(columns)), key=lambda place: len(values[place]))
        column, prop = columns[widest]
        others = [
            any_of(name, fitting)
            for place, (name, other) in enumerate(columns)
            if place != widest and (fitting := _narrow(other, values[place]))
        ]
        select = [name for name, _ in columns]
        asked = list(_asked(column, _values(prop, values[widest]), others))
        if len(asked) >= _SEVERAL and self._server.count(entity) <= (len(asked) - 1) * PAGE:
            asked = [[]]
        for clauses in asked:
            yield from self._server.rows(entity, clauses, select)


def _asked(
    column: str, values: Sequence[Scalar], others: Sequence[Clause]
) -> Iterator[list[Clause]]:
    """The clauses of each request; a value too long for any URL is looked for in all rows."""
    short = [value for value in values if weight(value) <= ROOM]
    for piece in pieces(short):
        yield [any_of(column, piece), *others]
    if len(short) < len(values):
        yield list(others)


def _narrow(prop: Property, values: Iterable[str]) -> list[Scalar]:
    """The values of another key field, if they are few enough to be asked for as well."""
    fitting = _values(prop, values)
    return fitting if sum(map(weight, fitting)) <= _NARROW else []


def _values(prop: Property, texts: Iterable[str]) -> list[Scalar]:
    """Key texts as the column's values; what cannot be one is left out."""
    if prop.kind not in {Kind.INTEGER, Kind.NUMBER}:
        return list(texts)
    kind = int if prop.kind is Kind.INTEGER else float
    found: list[Scalar] = []
    for text in texts:
        try:
            found.append(kind(text))
        except ValueError:
            continue
    return found


def key_text(value: object) -> str:
    """A stored value as a key's text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _texts(ref: Ref) -> Key:
    parts = tuple(part for part in ref.key if isinstance(part, str))
    if len(parts) != len(ref.key):
        raise ValueError("references within keys must be resolved before")
    return parts


def _folded(key: Key) -> Key:
    return tuple(part.casefold() for part in key)
