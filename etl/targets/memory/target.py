"""The target itself. It keeps what a server keeps, and can be told to fail (`Orders`)."""

from __future__ import annotations

from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING

from etl.errors import BatchRefused, TargetUnreachable
from etl.model.change import Outcome, Status
from etl.model.ports import Capabilities, Precedence, RequestCounts
from etl.model.problem import Problem
from etl.model.record import RefKind
from etl.targets.memory.keys import made_id
from etl.targets.memory.names import Names
from etl.targets.memory.records import Records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from etl.model.change import Change, Json
    from etl.model.ports import MakeRequest
    from etl.model.record import Ref
    from etl.model.schema import EntitySchema
    from etl.targets.memory.records import Values


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


class Memory:
    """A `Target`. Any thread: one call at a time."""

    def __init__(self, schemas: Iterable[EntitySchema], identity: str = "memory") -> None:
        self.orders = Orders()
        self._identity = identity
        self._lock = RLock()
        self._names = Names()
        self._records = Records(schemas, self._names)
        self._counts = [0, 0]

    # -- what another program does ----------------------------------------------------------

    def put(self, entity: str, values: Mapping[str, Json]) -> str:
        """Stores a record as another program would; its id."""
        with self._lock:
            self._counts[0] += 1
            new = made_id("put", entity, str(self._counts[0]))
            self._records.store(entity, new, values)
            return new

    def delete(self, entity: str, one: str) -> None:
        """Deletes a record."""
        with self._lock:
            self._records.delete(entity, one)

    def records(self, entity: str) -> dict[str, Values]:
        """All records of an entity, by id."""
        with self._lock:
            return {one: dict(values) for one, values in self._records.of(entity).items()}

    def add_option(self, scope: str, code: str, name: str = "") -> str:
        """An option of a list; its id."""
        with self._lock:
            return self._names.add(RefKind.OPTION, scope, code, name or code)

    def add_unit(self, scope: str, code: str, name: str = "") -> str:
        """A unit of a measure; its id."""
        with self._lock:
            return self._names.add(RefKind.UNIT, scope, code, name or code)

    # -- the port ---------------------------------------------------------------------------

    @property
    def identity(self) -> str:
        """The name it was given."""
        return self._identity

    @property
    def capabilities(self) -> Capabilities:
        """It speaks as v1 does, in small batches."""
        return Capabilities("memory", "v1", "", batch_size=10, max_batch_size=40)

    def entities(self) -> tuple[str, ...]:
        """The entities that have a schema."""
        return tuple(self._records.schemas)

    def schema(self, entity: str) -> EntitySchema | None:
        """The schema it was given."""
        return self._records.schemas.get(entity)

    def precedence(self, entity: str) -> Precedence:
        """Any order will do."""
        del entity
        return Precedence()

    def objections(self, changes: Sequence[Change]) -> dict[int, Problem]:
        """None: what it refuses shows in the outcome."""
        del changes
        return {}

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The ids that each reference matches."""
        wanted = list(refs)
        if not wanted:
            return {}
        with self._asked(write=False):
            return {ref: tuple(self._matching(ref)) for ref in wanted}

    def alive(self, entity: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that exist."""
        with self._asked(write=False):
            return frozenset(one for one in ids if one in self._records.of(entity))

    def make(self, requests: Sequence[MakeRequest]) -> dict[Ref, str | Problem]:
        """Makes what is not there by now."""
        if not requests:
            return {}
        with self._asked(write=True):
            return {request.ref: self._made(request) for request in requests}

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Stores one batch, or fails as it was told to."""
        if not changes:
            return []
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
            records = self._records.of(entity)
            return {
                one: {key: records[one].get(key) for key in wanted} for one in ids if one in records
            }

    def remove(self, entity: str, ids: Sequence[str]) -> dict[str, Problem]:
        """Removes them all; there are no families here."""
        with self._asked(write=True):
            for one in ids:
                self._records.of(entity).pop(one, None)
            return {}

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
        found = self._records if ref.kind is RefKind.RECORD else self._names
        return found.matching(ref)

    def _made(self, request: MakeRequest) -> str | Problem:
        ref = request.ref
        found = next(self._matching(ref), None)
        if found:
            return found
        text = ref.text()
        if ref.kind is RefKind.RECORD:
            return self._new_record(request)
        if ref.kind is RefKind.UNIT or ref.by == ("id",):
            return Problem("NOT_MADE", f"{text!r} is never made on the way")
        code = text if ref.by == ("code",) else ""
        name = str(request.fields.get("name") or text)
        return self._names.add(ref.kind, ref.scope or "", code, name)

    def _new_record(self, request: MakeRequest) -> str:
        ref = request.ref
        by = tuple(self._records.key(ref.entity, name) for name in ref.by)
        values = dict(zip(by, (str(part) for part in ref.key), strict=True))
        new = made_id(ref.entity, *by, *values.values())
        self._records.store(ref.entity, new, {"name": ref.text(), **values, **request.fields})
        return new

    def _written(self, change: Change) -> Outcome:
        entity = change.record.entity
        place = self._records.place(change)
        told = self.orders.fail(change) if self.orders.fail else None
        told = told or self._records.refusal(entity, place, change.payload)
        if told:
            return Outcome(change, Status.FAILED, problem=Problem("SERVER_REJECTED", told))
        new = place not in self._records.of(entity)
        changed = self._records.store(entity, place, change.payload)
        status = Status.UPDATED if changed else Status.NOT_MODIFIED
        return Outcome(change, Status.CREATED if new else status, place)
