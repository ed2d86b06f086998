"""A small world that every target can be: brands, categories, products, a list, a measure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from etl.model.change import Change, Links, Status
from etl.model.record import LinkMode, Record, Ref, RefKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from etl.model.change import Json, Outcome
    from etl.model.ports import Target


class Reading(Protocol):
    """What a target that can be read back adds to the port."""

    def read(
        self, entity: str, ids: Sequence[str], keys: Iterable[str]
    ) -> dict[str, dict[str, Json]]: ...


class Others(Protocol):
    """What other programs and people do to the target."""

    def put(self, entity: str, values: Mapping[str, Json]) -> str: ...

    def delete(self, entity: str, one: str) -> None: ...


@dataclass(frozen=True)
class World:
    """A target, the others who use it, and the ids of its list and its measure.

    The list has the options red (Red) and green (Green), the measure the units kg (Kilogram) and g
    (Gram). Product has the attributes color (an option), tags (options), weight (with the measure)
    and title (in two languages).
    """

    target: Target
    reader: Reading
    others: Others
    list_id: str
    measure_id: str

    def stored(self, entity: str, one: str, *keys: str) -> dict[str, Json]:
        """What is stored of one record, links in order."""
        found = self.reader.read(entity, [one], keys)[one]
        return {
            key: tuple(sorted(map(str, value))) if isinstance(value, tuple) else value
            for key, value in found.items()
        }

    def option(self, text: str, by: str = "code", *, ignore_case: bool = False) -> Ref:
        return Ref(
            RefKind.OPTION, "ExtensibleEnumOption", (by,), (text,), self.list_id, ignore_case
        )

    def unit(self, text: str, *, ignore_case: bool = False) -> Ref:
        return Ref(RefKind.UNIT, "Unit", ("code",), (text,), self.measure_id, ignore_case)

    def one(self, ref: Ref) -> str:
        """The id of what exactly one record matches."""
        (found,) = self.target.find([ref])[ref]
        return found


def ref(entity: str, **key: str) -> Ref:
    return Ref(RefKind.RECORD, entity, tuple(key), tuple(key.values()))


def change(
    entity: str,
    key: str | Mapping[str, str],
    payload: Mapping[str, Json] | None = None,
    *,
    to: str | None = None,
    burnt: tuple[str, ...] = (),
    **values: Json,
) -> Change:
    """A change of a record by its key (`number` of products, `code` of the others)."""
    named = {"number" if entity == "Product" else "code": key} if isinstance(key, str) else key
    parts = tuple(named.values())
    record = Record(0, entity, parts, {}, b"", (1,))
    payload = {**named, **(payload or {}), **values}
    return Change(record, to, parts, payload, burnt=burnt, key_fields=tuple(named))


def links(*ids: str, mode: LinkMode = LinkMode.SET) -> Links:
    return Links(ids, mode)


def write(world: World, *changes: Change) -> list[Outcome]:
    """Writes as the engine does: each record is looked up by its key first."""
    refs = [Ref(RefKind.RECORD, one.record.entity, one.key_fields, one.key) for one in changes]
    found = world.target.find(refs)
    ready = [
        replace(one, id=one.id or next(iter(found[of]), None))
        for one, of in zip(changes, refs, strict=True)
    ]
    outcomes = world.target.write(ready)
    assert [outcome.change for outcome in outcomes] == ready
    return outcomes


def made(outcome: Outcome) -> str:
    assert outcome.status is Status.CREATED, outcome.problem
    assert outcome.id
    return outcome.id
