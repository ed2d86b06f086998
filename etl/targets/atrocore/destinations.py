"""Where each change of a batch goes: to a record that exists, or how it comes into the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.model.change import Links
from etl.model.problem import Problem
from etl.targets.atrocore.lookup import key_text
from etl.targets.atrocore.parcels import server_finds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.model.change import Change
    from etl.model.schema import EntitySchema
    from etl.targets.atrocore.births import Births
    from etl.targets.atrocore.lookup import Key, Lookup


@dataclass(frozen=True, slots=True)
class Destination:
    """One of four ways to go.

    A record that exists (`id`); an own id (`id` and `new`); the fields by which the server finds or
    makes it (`fields`); or why it must not be sent (`problem`).
    """

    id: str | None = None
    new: bool = False
    fields: tuple[str, ...] = ()
    problem: Problem | None = None


class Destinations:
    """Any thread."""

    def __init__(self, lookup: Lookup, births: Births) -> None:
        self._lookup, self._births = lookup, births

    def settle(self, schema: EntitySchema, changes: Sequence[Change]) -> list[Destination]:
        """One destination for each change, in their order."""
        places = [_known(change) for change in changes]
        unknown = {place: one for place, one in enumerate(changes) if places[place] is None}
        settled = self._met(schema, unknown)
        for place, change in unknown.items():
            fields = server_finds(schema, change)
            if fields and place not in settled:
                settled[place] = Destination(fields=fields, new=True)
        unborn = [place for place in unknown if place not in settled]
        born = self._births.choose(schema.name, [changes[place] for place in unborn])
        for place, birth in zip(unborn, born, strict=True):
            settled[place] = Destination(birth.id, new=not birth.alive)
        return [found or settled[place] for place, found in enumerate(places)]

    def taken(self, schema: EntitySchema, changes: Sequence[Change]) -> dict[int, Problem]:
        """The new records whose unique values a record of another key has."""
        unknown = {place: one for place, one in enumerate(changes) if _known(one) is None}
        met = self._met(schema, unknown)
        return {place: found.problem for place, found in met.items() if found.problem}

    def _met(self, schema: EntitySchema, changes: Mapping[int, Change]) -> dict[int, Destination]:
        """Where a record has the unique values of a new one: it may be ours, made by now.

        A record of another key would be overwritten: by an own id beside its unique value (catalog
        120, 121), or by the upsert that finds it by a part of our key (catalog 111, 112).
        """
        asked = {
            place: change
            for place, change in changes.items()
            if not {*change.key_fields} <= {*server_finds(schema, change)}
        }
        met: dict[int, dict[tuple[Key, Key], list[str]]] = {}
        for fields in schema.unique:
            keys = {place: key for place, one in asked.items() if (key := _filled(one, fields))}
            found = self._lookup.by_key(schema.name, fields, keys.values()) if keys else {}
            for place, key in keys.items():
                if found.get(key):
                    met.setdefault(place, {})[fields, key] = found[key]
        ours = self._ours(schema, {place: asked[place] for place in met})
        return {place: _meeting(schema.name, found, ours[place]) for place, found in met.items()}

    def _ours(self, schema: EntitySchema, changes: Mapping[int, Change]) -> dict[int, list[str]]:
        """The records that have the whole key of each change."""
        ours: dict[int, list[str]] = {}
        for by in dict.fromkeys(change.key_fields for change in changes.values()):
            some = {place: one.key for place, one in changes.items() if one.key_fields == by}
            found = self._lookup.by_key(schema.name, by, some.values())
            ours.update((place, found.get(key, [])) for place, key in some.items())
        return ours


def _known(change: Change) -> Destination | None:
    if change.id:
        return Destination(change.id)
    return Destination(change.key[0], new=True) if change.key_fields == ("id",) else None


def _meeting(
    entity: str, found: Mapping[tuple[Key, Key], Sequence[str]], ours: Sequence[str]
) -> Destination:
    for (fields, key), ids in found.items():
        others = [one for one in ids if one not in ours]
        if others:
            return Destination(problem=_taken(entity, fields, key, others))
    return Destination(ours[0])


def _filled(change: Change, fields: tuple[str, ...]) -> Key | None:
    """The change's values of these fields as a key; None unless it has all of them."""
    values = [change.payload.get(name) for name in fields]
    if any(value is None or value == "" or isinstance(value, (Links, tuple)) for value in values):
        return None
    return tuple(key_text(value) for value in values)


def by_server(schema: EntitySchema, change: Change) -> bool:
    """True if the payload has everything by which the server may find some record."""
    return any(_filled(change, fields) for fields in schema.unique)


def _taken(entity: str, fields: Sequence[str], key: Key, ids: Sequence[str]) -> Problem:
    return Problem(
        "UNIQUE_TAKEN",
        f"another {entity} ({', '.join(ids)}) has {', '.join(fields)} {' / '.join(key)!r}, which "
        "is unique",
        value=" / ".join(key),
        hint=f"find {entity} by {', '.join(fields)}, or correct the value",
    )
