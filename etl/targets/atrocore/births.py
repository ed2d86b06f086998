"""Under which id a record comes into the world. docs/identity.md tells why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from etl.http.answers import Forbidden, RequestRefused
from etl.model.known import Seen
from etl.targets.atrocore.server import TABLE_PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from etl.model.change import Change
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.relations import Relation
    from etl.targets.atrocore.server import Row, Server

_DIGEST = 16  # bytes: "e" and 32 hex digits; ids have at most 36, letters and digits only
_MARKS = 2**26  # bits, at most 8 MiB

_log = structlog.get_logger()


def own_id(entity: str, fields: Sequence[str], key: Sequence[str], generation: int) -> str:
    """The id that a record of this key gets, the same on every host and in every repeat."""
    told = json.dumps([entity, [*fields], [*key], generation], ensure_ascii=False)
    return "e" + blake2b(told.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).hexdigest()


@dataclass(frozen=True, slots=True)
class Birth:
    """An id for a new record; `alive` if a record of this very key lives under it already."""

    id: str
    alive: bool = False


class _Table(Enum):
    """A relation table, as it was when it was first asked.

    In a blank one only ids that this target has used since can have rows: a first import is not
    slowed down by a dozen questions a batch. A closed one may not be read.
    """

    FILLED = auto()
    BLANK = auto()
    CLOSED = auto()


class Births:
    """Chooses ids for new records that the server itself cannot tell apart. Any thread."""

    def __init__(self, server: Server, catalog: Catalog) -> None:
        self._server, self._catalog = server, catalog
        self._lock = Lock()
        self._tables: dict[tuple[str, str], _Table] = {}
        self._marks = Seen()

    def choose(self, entity: str, changes: Sequence[Change]) -> list[Birth]:
        """One birth for each change, in their order.

        Generation after generation: an id is passed over that the record had before, that leads to
        rows of a deleted record, or under which a record of another key lives.
        """
        chosen: dict[int, Birth] = {}
        generation = 0
        while len(chosen) < len(changes):
            candidates = {
                place: own_id(entity, change.key_fields, change.key, generation)
                for place, change in enumerate(changes)
                if place not in chosen
            }
            chosen.update(self._usable(entity, changes, candidates))
            generation += 1
        self._note(chosen.values())
        return [chosen[place] for place in range(len(changes))]

    def _usable(
        self, entity: str, changes: Sequence[Change], candidates: Mapping[int, str]
    ) -> dict[int, Birth]:
        fresh = {place: one for place, one in candidates.items() if one not in changes[place].burnt}
        living = self._living(entity, list(fresh.values()), changes)
        unborn = [one for one in fresh.values() if one not in living]
        used = self._used(entity, unborn)
        living.update(self._living(entity, sorted(used), changes))  # made while we were asking
        usable = {}
        for place, one in fresh.items():
            if one in living:
                if _same_key(changes[place], living[one]):
                    usable[place] = Birth(one, alive=True)
            elif one not in used:
                usable[place] = Birth(one)
        return usable

    def _living(self, entity: str, ids: Sequence[str], changes: Sequence[Change]) -> dict[str, Row]:
        """The candidates that are records, with their keys."""
        select = list(dict.fromkeys(name for change in changes for name in change.key_fields))
        return {row["id"]: row for row in self._server.rows_in(entity, "id", ids, select)}

    def _used(self, entity: str, ids: Sequence[str]) -> set[str]:
        """The ids that a table still knows.

        A deleted record keeps its values and links, and whoever is created under its id has them
        (catalog 345-347).
        """
        used: set[str] = set()
        relations = self._catalog.relations(entity).values() if ids else ()
        for relation in {(one.table, one.near): one for one in relations}.values():
            left = [one for one in ids if one not in used]
            state = self._state(relation) if left else _Table.CLOSED
            if state is _Table.BLANK:
                left = self._used_before(left)
            if left and state is not _Table.CLOSED:
                used |= self._near(relation, left)
        return used

    def _used_before(self, ids: Sequence[str]) -> list[str]:
        with self._lock:
            return [one for one in ids if _mark(one) in self._marks]

    def _note(self, births: Iterable[Birth]) -> None:
        with self._lock:
            for birth in births:
                self._marks.add(_mark(birth.id))

    def _near(self, relation: Relation, ids: Sequence[str]) -> set[str]:
        near = relation.near
        rows = self._server.rows_in(relation.table, near, ids, (near,), page=TABLE_PAGE)
        return {row[near] for row in rows}

    def _state(self, relation: Relation) -> _Table:
        """What the table was when this target was first asked."""
        of = (relation.table, relation.near)
        with self._lock:
            known = self._tables.get(of)
        if known is None:
            known = self._ask_state(relation)
            with self._lock:
                self._tables[of] = known
        return known

    def _ask_state(self, relation: Relation) -> _Table:
        try:
            row = self._server.first(relation.table, (relation.near,))
        except (Forbidden, RequestRefused) as error:
            _log.warning("table not readable", table=relation.table, error=str(error))
            return _Table.CLOSED
        return _Table.FILLED if row else _Table.BLANK


def _mark(one: str) -> int:
    """An id's bit among the ids used: two may share one, which costs a question more."""
    return int(one[1:], 16) % _MARKS


def _same_key(change: Change, row: Row) -> bool:
    """True if the row has the change's key, apart from blanks that the server trims."""
    pairs = zip(change.key_fields, change.key, strict=True)
    return all(str(row.get(name)).strip() == part.strip() for name, part in pairs)
