"""A small target in memory: for trying an engine without a server. It keeps what a server keeps.

Unique values are unique, links and options must exist, deleted records leave their ids burnt, and
it can be told to fail (`Orders`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from threading import RLock
from typing import TYPE_CHECKING

from etl.errors import BatchRefused, TargetUnreachable
from etl.model.change import Links, Outcome, Status
from etl.model.ports import Capabilities, RequestCounts
from etl.model.problem import Problem
from etl.model.record import LinkMode, RefKind
from etl.model.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from etl.model.change import Change, Json
    from etl.model.ports import MakeRequest
    from etl.model.record import Ref
    from etl.model.schema import EntitySchema, Property

Values = dict[str, "Json"]

_LINKED = frozenset({Kind.LINK, Kind.LINKS, Kind.FILE})


@dataclass(slots=True)
class Orders:
    """How the target is to fail.

    A batch with a `poison` change is refused as a whole and nothing of it stored. `fail` gives the
    message under which a change fails, None for no failure. The next `cut` batches are stored and
    then refused, as by a lost answer. `gone` makes every call raise TargetUnreachable.
    """

    poison: Callable[[Change], bool] | None = None
    fail: Callable[[Change], str | None] | None = None
    cut: int = 0
    gone: bool = False


@dataclass(frozen=True, slots=True)
class _Named:
    """An option or a unit, within its list or measure."""

    id: str
    scope: str
    code: str
    name: str


class Memory:
    """A `Target`. Any thread."""

    def __init__(self, schemas: Iterable[EntitySchema], identity: str = "memory") -> None:
        self.orders = Orders()
        self._schemas = {schema.name: schema for schema in schemas}
        self._identity = identity
        self._lock = RLock()
        self._records: dict[str, dict[str, Values]] = defaultdict(dict)
        self._burnt: set[str] = set()
        self._named: dict[RefKind, list[_Named]] = {RefKind.OPTION: [], RefKind.UNIT: []}
        self._counts = [0, 0]

    # -- what another program does ----------------------------------------------------------

    def put(self, entity: str, values: Mapping[str, Json]) -> str:
        """Stores a record as another program would; its id."""
        with self._lock:
            new = _id("put", entity, str(len(self._records[entity])), str(len(self._burnt)))
            self._records[entity][new] = dict(values)
            return new

    def delete(self, entity: str, one: str) -> None:
        """Deletes a record."""
        with self._lock:
            del self._records[entity][one]
            self._burnt.add(one)

    def records(self, entity: str) -> dict[str, Values]:
        """All records of an entity, by id."""
        with self._lock:
            return {one: dict(values) for one, values in self._records[entity].items()}

    def add_option(self, scope: str, code: str, name: str = "") -> str:
        """An option of a list; its id."""
        return self._add(RefKind.OPTION, scope, code, name or code)

    def add_unit(self, scope: str, code: str, name: str = "") -> str:
        """A unit of a measure; its id."""
        return self._add(RefKind.UNIT, scope, code, name or code)

    def _add(self, kind: RefKind, scope: str, code: str, name: str) -> str:
        with self._lock:
            new = _id(kind, scope, code, name)
            self._named[kind].append(_Named(new, scope, code, name))
            return new

    # -- the port ---------------------------------------------------------------------------

    @property
    def identity(self) -> str:
        """The name it was given."""
        return self._identity

    @property
    def capabilities(self) -> Capabilities:
        """It speaks as v1 does."""
        return Capabilities("memory", "v1", "", batch_size=10, max_batch_size=40)

    def entities(self) -> tuple[str, ...]:
        """The entities that have a schema."""
        return tuple(self._schemas)

    def schema(self, entity: str) -> EntitySchema | None:
        """The schema it was given."""
        return self._schemas.get(entity)

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The ids that each reference matches."""
        with self._asked(write=False):
            return {ref: tuple(self._matching(ref)) for ref in refs}

    def alive(self, entity: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that exist."""
        with self._asked(write=False):
            return frozenset(one for one in ids if one in self._records[entity])

    def make(self, requests: Sequence[MakeRequest]) -> dict[Ref, str | Problem]:
        """Makes what is not there by now."""
        with self._asked(write=True):
            return {request.ref: self._made(request) for request in requests}

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Stores one batch, or fails as it was told to."""
        with self._asked(write=True):
            poison = self.orders.poison
            if poison and any(poison(change) for change in changes):
                raise BatchRefused("the batch is poisoned")
            outcomes = [self._written(change) for change in changes]
            if self.orders.cut:
                self.orders.cut -= 1
                raise BatchRefused("the answer was cut off")
            return outcomes

    def read(
        self, entity: str, ids: Sequence[str], keys: Iterable[str]
    ) -> dict[str, dict[str, Json]]:
        """What is stored under these payload keys, by id."""
        wanted = list(keys)
        with self._asked(write=False):
            records = self._records[entity]
            return {
                one: {key: records[one].get(key) for key in wanted} for one in ids if one in records
            }

    def counts(self) -> RequestCounts:
        """The calls so far."""
        with self._lock:
            return RequestCounts(*self._counts)

    def close(self) -> None:
        """Nothing is open."""

    # -- inside -----------------------------------------------------------------------------

    def _asked(self, *, write: bool) -> RLock:
        """One call, counted; the lock that it runs under."""
        with self._lock:
            if self.orders.gone:
                raise TargetUnreachable("the target is gone")
            self._counts[0] += 1
            self._counts[1] += write
        return self._lock

    def _matching(self, ref: Ref) -> Iterator[str]:
        key = tuple(str(part) for part in ref.key)
        if ref.kind is not RefKind.RECORD:
            yield from self._matching_names(ref, key[0])
            return
        by = [self._key(ref.entity, name) for name in ref.by]
        for one, values in self._records[ref.entity].items():
            stored = tuple(one if name == "id" else _text(values.get(name)) for name in by)
            if all(key) and _equal(stored, key, ignore_case=ref.ignore_case):
                yield one

    def _matching_names(self, ref: Ref, wanted: str) -> Iterator[str]:
        spellings = ("code", "name", "id") if ref.kind is RefKind.UNIT else (ref.by[0],)
        inside = [one for one in self._named[ref.kind] if one.scope == ref.scope]
        for spelling in spellings:
            ids = [
                one.id
                for one in inside
                if _equal((getattr(one, spelling),), (wanted,), ignore_case=ref.ignore_case)
            ]
            if ids:
                yield from ids
                return

    def _key(self, entity: str, name: str) -> str:
        """The payload key of a field that is named by its name or its payload key."""
        prop = self._schemas[entity].fields.get(name)
        return prop.key if prop else name

    def _made(self, request: MakeRequest) -> str | Problem:
        ref = request.ref
        found = list(self._matching(ref))
        if found:
            return found[0]
        text = ref.text()
        if ref.kind is RefKind.RECORD:
            by = tuple(self._key(ref.entity, name) for name in ref.by)
            values = dict(zip(by, (str(part) for part in ref.key), strict=True))
            new = _id(ref.entity, *by, *values.values())
            self._records[ref.entity][new] = {"name": text, **values, **request.fields}
            return new
        if ref.kind is RefKind.UNIT or ref.by == ("id",):
            return Problem("NOT_MADE", f"{text!r} is never made on the way")
        name = str(request.fields.get("name") or text)
        return self._add(ref.kind, ref.scope or "", text if ref.by == ("code",) else "", name)

    def _written(self, change: Change) -> Outcome:
        entity = change.record.entity
        told = self.orders.fail(change) if self.orders.fail else None
        place, new = self._place(change)
        told = told or self._refusal(entity, place, change)
        if told:
            return Outcome(change, Status.FAILED, problem=Problem("SERVER_REJECTED", told))
        before = self._records[entity].get(place, {})
        after = {**before, **dict(_merged(change.payload, before))}
        self._records[entity][place] = after
        if new:
            return Outcome(change, Status.CREATED, place)
        status = Status.NOT_MODIFIED if after == before else Status.UPDATED
        return Outcome(change, status, place)

    def _place(self, change: Change) -> tuple[str, bool]:
        """(id, whether the record is new)."""
        entity = change.record.entity
        if change.id:
            return change.id, change.id not in self._records[entity]
        generation = 0
        while True:
            one = _id(entity, *change.key_fields, *change.key, str(generation))
            if one not in self._burnt and one not in change.burnt:
                return one, one not in self._records[entity]
            generation += 1

    def _refusal(self, entity: str, place: str, change: Change) -> str | None:
        schema = self._schemas[entity]
        known = {key: prop for prop in _props(schema) for key in _keys(prop)}
        for key, value in change.payload.items():
            if key not in known:
                return f"{entity} has no {key}"
            missing = self._missing(known[key], value)
            if missing:
                return f"{key}: no {missing}"
        values = {**self._records[entity].get(place, {}), **change.payload}
        for fields in schema.unique:
            mine = [values.get(name) for name in fields]
            for one, other in self._records[entity].items():
                if one != place and all(mine) and mine == [other.get(name) for name in fields]:
                    return f"cannot be created due to database constraints: {', '.join(fields)}"
        return None

    def _missing(self, prop: Property, value: Json) -> str | None:
        """The first id that a link or an option names and that is not there."""
        ids = value.ids if isinstance(value, Links) else (value,)
        if prop.kind in _LINKED and prop.entity in self._schemas:
            there: Iterable[str] = self._records[prop.entity]
        elif prop.kind in {Kind.OPTION, Kind.OPTIONS}:
            there = {one.id for one in self._named[RefKind.OPTION] if one.scope == prop.option_list}
        else:
            return None
        return next((str(one) for one in ids if one is not None and one not in there), None)


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


def _id(*parts: str) -> str:
    return "m" + blake2b(json.dumps(parts).encode(), digest_size=12).hexdigest()


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _equal(stored: tuple[str, ...], wanted: tuple[str, ...], *, ignore_case: bool) -> bool:
    if ignore_case:
        return [part.casefold() for part in stored] == [part.casefold() for part in wanted]
    return stored == wanted


def _props(schema: EntitySchema) -> Iterator[Property]:
    yield from schema.fields.values()
    yield from schema.attributes.values()


def _keys(prop: Property) -> Iterator[str]:
    if prop.kind in {Kind.INTEGER_RANGE, Kind.NUMBER_RANGE}:
        yield from (f"{prop.key}From", f"{prop.key}To")
    yield from (prop.key, *prop.languages.values(), *filter(None, [prop.unit_key]))
