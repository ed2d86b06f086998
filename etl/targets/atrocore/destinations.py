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
        places = [self._known(schema, change) for change in changes]
        open_places = [place for place, found in enumerate(places) if found is None]
        taken = self._taken(schema, {place: changes[place] for place in open_places})
        unborn = [place for place in open_places if place not in taken]
        born = self._births.choose(schema.name, [changes[place] for place in unborn])
        births = dict(zip(unborn, born, strict=True))
        return [
            found or taken.get(place) or Destination(births[place].id, new=not births[place].alive)
            for place, found in enumerate(places)
        ]

    def _known(self, schema: EntitySchema, change: Change) -> Destination | None:
        if change.id:
            return Destination(change.id)
        if change.key_fields == ("id",):
            return Destination(change.key[0], new=True)
        fields = server_finds(schema, change)
        return Destination(fields=fields, new=True) if fields else None

    def _taken(self, schema: EntitySchema, changes: Mapping[int, Change]) -> dict[int, Destination]:
        """The new records whose unique values another record has.

        An own id beside a unique value that exists would overwrite that record (catalog 120, 121).
        """
        taken: dict[int, Destination] = {}
        for fields in schema.unique:
            keys = {
                place: key for place, change in changes.items() if (key := _filled(change, fields))
            }
            found = self._lookup.by_key(schema.name, fields, keys.values()) if keys else {}
            for place, key in keys.items():
                if found.get(key):
                    taken[place] = Destination(problem=_taken(schema.name, fields, key, found[key]))
        return taken


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
