"""Finds the ids of references: in bulk, for many threads, and remembers what it found."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from etl.model.problem import Problem
from etl.model.record import Ref, RefKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from etl.model.ports import MakeRequest, Target

_REMEMBERED = 20_000  # references whose id is kept in memory

Ids = dict[Ref, tuple[str, ...]]


class Resolver:
    """What is found is remembered, up to a limit; what is missing is asked for again."""

    def __init__(self, target: Target, made: frozenset[str]) -> None:
        self._target = target
        self._made = made
        self._ids: Ids = {}
        self._making = Lock()

    def may_come(self, ref: Ref) -> bool:
        """True if a mapping of the job may still make what is missing."""
        return ref.kind is RefKind.RECORD and ref.entity in self._made

    def makes(self, entity: str) -> bool:
        """True if a mapping of the job makes records of this entity."""
        return entity in self._made

    def learn(self, ref: Ref, key: tuple[str, ...], found: str) -> None:
        """A record that was just written can be referred to; `key` has ids for its references."""
        self._remember({replace(ref, key=key): (found,)})

    def _remember(self, found: Mapping[Ref, tuple[str, ...]]) -> None:
        """A new dictionary where it was full: whoever reads the old one goes on reading it."""
        known = self._ids if len(self._ids) <= _REMEMBERED else {}
        known.update((ref, ids) for ref, ids in found.items() if ids)
        self._ids = known

    def find(self, refs: Iterable[Ref]) -> Ids:
        """The ids of each reference, and of those within their keys, which are resolved first.

        What was not found is asked for each time: somebody else may have made it.
        """
        wanted = dict.fromkeys(refs)
        inner = dict.fromkeys(part for ref in wanted for part in ref.key if isinstance(part, Ref))
        ids = self.find(inner) if inner else {}
        plain = {ref: _plain(ref, ids) for ref in wanted}
        known = self._ids
        asked = dict.fromkeys(p for p in plain.values() if p is not None and p not in known)
        found = self._target.find(asked) if asked else {}
        ids.update(
            (ref, () if p is None else found.get(p) or known.get(p, ())) for ref, p in plain.items()
        )
        self._remember(found)
        return ids

    def make(self, wanted: Mapping[Ref, MakeRequest], ids: Ids) -> dict[Ref, Problem]:
        """Makes what is missing and enters it into `ids`; the problems of what could not be made.

        One thread at a time: two batches may miss the same.
        """
        if not wanted:
            return {}
        with self._making:
            ids.update(self.find(wanted))
            requests = [request for ref, request in wanted.items() if not ids[ref]]
            made = self._target.make(requests) if requests else {}
            created = {ref: (new,) for ref, new in made.items() if isinstance(new, str)}
            self._remember(created)
        ids.update(created)
        return {ref: problem for ref, problem in made.items() if isinstance(problem, Problem)}


def plain_key(parts: tuple[str | Ref, ...], ids: Ids) -> tuple[str, ...]:
    """A record's key with ids for its references, each of which was found, once."""
    return tuple(ids[part][0] if isinstance(part, Ref) else part for part in parts)


def _plain(ref: Ref, ids: Ids) -> Ref | None:
    """The reference with ids for the references in its key; None if one is not known."""
    key: list[str] = []
    for part in ref.key:
        if isinstance(part, Ref):
            found = ids[part]
            if len(found) != 1:
                return None
            key.append(found[0])
        else:
            key.append(part)
    return replace(ref, key=tuple(key)) if any(isinstance(part, Ref) for part in ref.key) else ref
