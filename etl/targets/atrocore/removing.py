"""Removes records, and never more than was asked for: see docs/identity.md."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from etl.errors import BatchRefused
from etl.http.answers import RequestRefused
from etl.model.problem import Problem
from etl.targets.atrocore.server import TABLE_PAGE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.lookup import Lookup
    from etl.targets.atrocore.server import Server

_AT_ONCE = 200  # from 201 on it becomes a job that nobody waits for (catalog 372-375)
_NEVER = frozenset({"Language", "Settings"})
_ERROR = re.compile(r"Error for '([^']+)': ?(.*)", re.DOTALL)

_Below = dict[str, set[str]]  # record -> its children, deleted ones among them


class Remover:
    """Any thread."""

    def __init__(self, server: Server, catalog: Catalog, lookup: Lookup) -> None:
        self._server, self._catalog, self._lookup = server, catalog, lookup

    def remove(self, entity: str, ids: Sequence[str]) -> dict[str, Problem]:
        """Why not, for those that stay.

        Deleting a record deletes its children with it (catalog 354), so one whose children are
        not all among the ids stays. A language takes its columns along for good (catalog 030-035).
        """
        if entity in _NEVER:
            return {one: Problem("NOT_REMOVED", f"{entity} is never removed") for one in ids}
        there = self._lookup.alive(entity, ids)
        below = self._below(entity, there)
        kept = dict(_kept(there, below, self._alive_below(entity, below)))
        going = [one for one in dict.fromkeys(ids) if one in there and one not in kept]
        told = dict(self._delete(entity, going, below))
        left = self._lookup.alive(entity, going)
        return {**kept, **{one: _refused(told.get(one, "")) for one in left}}

    def _below(self, entity: str, ids: Collection[str]) -> _Below:
        """All that hangs below these records, level by level."""
        relation = self._catalog.relations(entity).get("children")
        found: _Below = {}
        level = set(ids) if relation else set()
        while relation and level:
            select = (relation.near, relation.far)
            rows = self._server.rows_in(
                relation.table, relation.near, sorted(level), select, page=TABLE_PAGE
            )
            for row in rows:
                found.setdefault(row[relation.near], set()).add(str(row[relation.far]))
            level = set().union(*(found.get(one, ()) for one in level)) - found.keys()
        return found

    def _alive_below(self, entity: str, below: _Below) -> frozenset[str]:
        children = sorted(set().union(*below.values())) if below else []
        return self._lookup.alive(entity, children) if children else frozenset()

    def _delete(self, entity: str, ids: Sequence[str], below: _Below) -> Iterator[tuple[str, str]]:
        """(record, the server's words) of those that it could not delete.

        Only the topmost are named: the others go with them. A record whose parent stays is deleted
        for good, for the server still counts a deleted child and then fails to delete its parent,
        but not the other children (catalog 352, 392-394, 403-405).
        """
        parents = {child: parent for parent, children in below.items() for child in children}
        above = self._parents(entity, ids)
        tops = [one for one in ids if parents.get(one) not in ids]
        for permanently in (False, True):
            some = [one for one in tops if (one in above) is permanently]
            for start in range(0, len(some), _AT_ONCE):
                yield from self._mass_delete(
                    entity, some[start : start + _AT_ONCE], permanently=permanently
                )

    def _parents(self, entity: str, ids: Sequence[str]) -> set[str]:
        """Those of the records that have a parent."""
        relation = self._catalog.relations(entity).get("children")
        if relation is None:
            return set()
        select = (relation.far,)
        rows = self._server.rows_in(relation.table, relation.far, ids, select, page=TABLE_PAGE)
        return {str(row[relation.far]) for row in rows}

    def _mass_delete(
        self, entity: str, ids: Sequence[str], *, permanently: bool
    ) -> Iterator[tuple[str, str]]:
        body = {"ids": list(ids), **({"permanently": True} if permanently else {})}
        try:
            answer = self._server.send("POST", f"{entity}/action/massDelete", body)
        except (BatchRefused, RequestRefused) as refusal:
            if len(ids) == 1:
                yield ids[0], str(refusal)
                return
            middle = len(ids) // 2
            yield from self._mass_delete(entity, ids[:middle], permanently=permanently)
            yield from self._mass_delete(entity, ids[middle:], permanently=permanently)
            return
        for told in answer.get("errors") or ():
            found = _ERROR.match(str(told))
            if found:
                yield found[1], found[2].strip()


def _kept(
    ids: Collection[str], below: Mapping[str, set[str]], alive: Collection[str]
) -> Iterator[tuple[str, Problem]]:
    for one in ids:
        family = _family(one, below)
        others = [child for child in family if child in alive and child not in ids]
        buried = [child for child in family if child not in alive]
        if others:
            told = f"{len(others)} records hang below it that are to stay: {', '.join(others[:5])}"
            yield one, Problem("IN_USE", told)
        elif buried:
            told = "one of its children was deleted before, and the server still counts it"
            hint = "restore that child, or delete it for good, in the server's list of deleted ones"
            yield one, Problem("IN_USE", told, hint=hint)


def _family(one: str, below: Mapping[str, set[str]]) -> list[str]:
    found: dict[str, None] = {}
    level = [one]
    while level:
        level = [child for parent in level for child in sorted(below.get(parent, ()))]
        level = [child for child in level if child not in found]
        found.update(dict.fromkeys(level))
    return list(found)


def _refused(told: str) -> Problem:
    return Problem("SERVER_REJECTED", told or "the server does not delete it, and gives no reason")
