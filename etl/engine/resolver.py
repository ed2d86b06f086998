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
    """What is found is remembered; what is missing is asked for again."""

    def __init__(self, target: Target, made: frozenset[str]) -> None:
        self._target = target
        self._made = made
        self._ids: Ids = {}
        self._making = Lock()

    def may_come(self, ref: Ref) -> bool:
        """True if the mapping itself may still make what is missing."""
        return ref.kind is RefKind.RECORD and ref.entity in self._made

    def learn(self, ref: Ref, found: str) -> None:
        """A record that was just written can be referred to."""
        plain = self._plain(ref)
        if plain is not None:
            self._remember({plain: (found,)})

    def _remember(self, found: Mapping[Ref, tuple[str, ...]]) -> None:
        if len(self._ids) > _REMEMBERED:
            self._ids = {}
        self._ids.update((ref, ids) for ref, ids in found.items() if ids)

    def find(self, refs: Iterable[Ref]) -> Ids:
        """The ids of each reference; those within keys are resolved first.

        What was not found is asked for each time: somebody else may have made it.
        """
        wanted = dict.fromkeys(refs)
        inner = dict.fromkeys(part for ref in wanted for part in ref.key if isinstance(part, Ref))
        if inner:
            self.find(inner)
        plain = {ref: self._plain(ref) for ref in wanted}
        known = self._ids
        asked = dict.fromkeys(p for p in plain.values() if p is not None and p not in known)
        found = self._target.find(asked) if asked else {}
        self._remember(found)
        return {
            ref: () if p is None else found.get(p) or known.get(p, ()) for ref, p in plain.items()
        }

    def _plain(self, ref: Ref) -> Ref | None:
        """The reference with ids for the references in its key; None if one is not known."""
        key = tuple(self._part(part) for part in ref.key)
        known = tuple(part for part in key if part is not None)
        return replace(ref, key=known) if len(known) == len(key) else None

    def _part(self, part: str | Ref) -> str | None:
        if not isinstance(part, Ref):
            return part
        plain = self._plain(part)
        ids = self._ids.get(plain, ()) if plain is not None else ()
        return ids[0] if len(ids) == 1 else None

    def key(self, parts: tuple[str | Ref, ...]) -> tuple[str, ...]:
        """A record's key with ids for its references, all of which were found before."""
        return tuple(self._part(part) or "" for part in parts)

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
