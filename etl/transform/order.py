"""In which order entries are delivered: what others refer to comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet


def orders(entries: Sequence[tuple[str, AbstractSet[str]]]) -> list[int]:
    """The place of each (entity, entities that it refers to); cycles and selves do not count."""
    made = {entity for entity, _ in entries}
    needs = [{name for name in refers if name in made and name != own} for own, refers in entries]
    found: list[int | None] = [None] * len(entries)
    level = 0
    while None in found:
        open_ = {entries[i][0] for i, place in enumerate(found) if place is None}
        free = [i for i, place in enumerate(found) if place is None and not needs[i] & open_]
        for i in free or [i for i, place in enumerate(found) if place is None]:
            found[i] = level
        level += 1
    return [place or 0 for place in found]
