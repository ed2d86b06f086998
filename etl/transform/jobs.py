"""Several mappings of one job: what each makes and needs, and which goes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.transform.references import parse_reference
from etl.transform.words import WordError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from etl.mapping import EntrySpec, MappingSpec, ValueSpec

_GROUND = frozenset({"Settings", "Language"})  # what every record is made upon
_ATTRIBUTES = ("Attribute", "AttributeOption", "Unit")


def made_and_needed(spec: MappingSpec) -> tuple[frozenset[str], frozenset[str]]:
    """(entities that the mapping makes, entities that must be there before).

    An entry that only updates makes nothing: it needs what it updates. Which entity a link within
    a key leads to is not known here (`measure.code`): it is taken to be called like the link.
    """
    made = frozenset(entry.entity for entry in spec.records if entry.action != "update")
    needed = {name for entry in spec.records for name in _needed(entry)}
    if not made & _GROUND:
        needed |= _GROUND
    return made, frozenset(needed)


def _needed(entry: EntrySpec) -> Iterator[str]:
    if entry.action == "update":
        yield entry.entity
    if entry.attributes or entry.wildcard is not None:
        yield from _ATTRIBUTES
    if entry.wildcard is not None and entry.wildcard.locale_text:
        yield "Language"
    for values in (*entry.fields.values(), *entry.attributes.values()):
        for value in values:
            yield from _needed_by(value)


def _needed_by(value: ValueSpec) -> Iterator[str]:
    if value.unit is not None:
        yield "Unit"
    if value.locale is not None:
        yield "Language"
    if value.ref is None:
        return
    try:
        entity, fields = parse_reference(value.ref)
    except WordError:
        return  # it is told when the mapping is compiled
    yield entity
    yield from (link[:1].upper() + link[1:] for link, by in fields if by)


def job_order(mappings: Sequence[tuple[AbstractSet[str], AbstractSet[str]]]) -> list[int]:
    """The places of the mappings, each given as (made, needed), in the order in which they run.

    A mapping goes behind those that make what it needs; where two need each other, directly or
    through others, and where nothing else is said, they keep the given order.
    """
    before = _before([_makers(place, mappings) for place in range(len(mappings))])
    done: list[int] = []
    left = list(range(len(mappings)))
    while left:
        place = next(one for one in left if before[one] <= set(done))
        left.remove(place)
        done.append(place)
    return done


def _makers(place: int, mappings: Sequence[tuple[AbstractSet[str], AbstractSet[str]]]) -> set[int]:
    needed = mappings[place][1]
    return {at for at, (made, _) in enumerate(mappings) if at != place and made & needed}


def _before(needs: Sequence[set[int]]) -> list[set[int]]:
    """Those that each depends on, also through others, and that do not depend on it."""
    reached = [set(one) for one in needs]
    for middle in range(len(needs)):
        reached = [one | reached[middle] if middle in one else one for one in reached]
    return [{at for at in one if place not in reached[at]} for place, one in enumerate(reached)]
