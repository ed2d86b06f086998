"""Records by entity and id, with what a server insists on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from etl.model.change import Links
from etl.model.record import LinkMode
from etl.model.schema import Kind
from etl.targets.memory.keys import equal, made_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from etl.model.change import Change, Json
    from etl.model.record import Ref
    from etl.model.schema import EntitySchema, Property
    from etl.targets.memory.names import Names

Values = dict[str, "Json"]

_LINKED = frozenset({Kind.LINK, Kind.LINKS, Kind.FILE})


class Records:
    """Not safe for threads by itself."""

    def __init__(self, schemas: Iterable[EntitySchema], names: Names) -> None:
        self.schemas = {schema.name: schema for schema in schemas}
        self._names = names
        self._records: dict[str, dict[str, Values]] = defaultdict(dict)
        self._burnt: set[str] = set()

    def of(self, entity: str) -> dict[str, Values]:
        """The entity's records by id."""
        return self._records[entity]

    def delete(self, entity: str, one: str) -> None:
        """Deletes a record; its id is never used again."""
        del self._records[entity][one]
        self._burnt.add(one)

    def matching(self, ref: Ref) -> Iterator[str]:
        """The ids of the records that have the key."""
        key = tuple(str(part) for part in ref.key)
        by = [self.key(ref.entity, name) for name in ref.by]
        for one, values in self._records[ref.entity].items():
            stored = tuple(one if name == "id" else _text(values.get(name)) for name in by)
            if equal(stored, key, ignore_case=ref.ignore_case):
                yield one

    def key(self, entity: str, name: str) -> str:
        """The payload key of a field that is named by its name or its payload key."""
        prop = self.schemas[entity].fields.get(name)
        return prop.key if prop else name

    def place(self, change: Change) -> str:
        """The id that a change goes to: equal keys give the same, deleted ones another."""
        generation = 0
        while not change.id:
            parts = (*change.key_fields, *change.key, str(generation))
            one = made_id(change.record.entity, *parts)
            if one not in self._burnt and one not in change.burnt:
                return one
            generation += 1
        return change.id

    def store(self, entity: str, place: str, payload: Mapping[str, Json]) -> bool:
        """Stores the payload; True if that changed anything."""
        before = self._records[entity].get(place, {})
        after = {**before, **dict(_merged(payload, before))}
        self._records[entity][place] = after
        return after != before

    def refusal(self, entity: str, place: str, payload: Mapping[str, Json]) -> str | None:
        """Why the payload cannot be stored there; None if it can."""
        known = {key: prop for prop in _props(self.schemas[entity]) for key in _keys(prop)}
        for key, value in payload.items():
            if key not in known:
                return f"{entity} has no {key}"
            choices = known[key].choices
            if choices and isinstance(value, str) and value not in choices:
                return f"{key}: {value!r} is none of {', '.join(choices)}"
            missing = self._missing(known[key], value)
            if missing:
                return f"{key}: there is no {missing}"
        return self._taken(entity, place, payload)

    def _taken(self, entity: str, place: str, payload: Mapping[str, Json]) -> str | None:
        values = {**self._records[entity].get(place, {}), **payload}
        for fields in self.schemas[entity].unique:
            mine = [values.get(name) for name in fields]
            for one, other in self._records[entity].items():
                if one != place and all(mine) and mine == [other.get(name) for name in fields]:
                    return f"{', '.join(fields)} {mine} is taken: database constraints"
        return None

    def _missing(self, prop: Property, value: Json) -> str | None:
        """The first id that a link or an option names and that is not there."""
        there: Iterable[str]
        if prop.kind in _LINKED and prop.entity in self.schemas:
            there = self._records[prop.entity]
        elif prop.kind in {Kind.OPTION, Kind.OPTIONS}:
            there = self._names.options(prop.option_list)
        else:
            return None
        ids = value.ids if isinstance(value, Links) else (value,)
        return next((str(one) for one in ids if one is not None and str(one) not in there), None)


def _merged(payload: Mapping[str, Json], before: Values) -> Iterator[tuple[str, Json]]:
    """The payload with its links as what is stored afterwards."""
    for key, value in payload.items():
        if not isinstance(value, Links):
            yield key, value
            continue
        stored = before.get(key)
        now = stored if isinstance(stored, tuple) else ()
        if value.mode is LinkMode.REMOVE:
            yield key, tuple(one for one in now if one not in value.ids)
        elif value.mode is LinkMode.ADD:
            yield key, tuple(dict.fromkeys((*now, *value.ids)))
        else:
            yield key, value.ids


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _props(schema: EntitySchema) -> Iterator[Property]:
    yield from schema.fields.values()
    yield from schema.attributes.values()


def _keys(prop: Property) -> Iterator[str]:
    if prop.kind in {Kind.INTEGER_RANGE, Kind.NUMBER_RANGE}:
        yield from (f"{prop.key}From", f"{prop.key}To")
    yield from (prop.key, *prop.languages.values(), *filter(None, [prop.unit_key]))
