"""References to entities themselves, answered from the metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from etl.model.record import Ref
    from etl.targets.atrocore.catalog import Catalog

ENTITY = "Entity"

_NAMES = frozenset({"id", "code", "name"})  # all three say the same: entityName (catalog 147)


class EntityNames:
    """Any thread. No request beside that for the metadata."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The entity that each reference names."""
        return {ref: tuple(self._matching(ref)) for ref in refs}

    def _matching(self, ref: Ref) -> Iterable[str]:
        if len(ref.by) != 1 or ref.by[0] not in _NAMES:
            return
        wanted = ref.text()
        for name in self._catalog.server_entities():
            if name == wanted or (ref.ignore_case and name.casefold() == wanted.casefold()):
                yield name

    def alive(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that are entities."""
        return frozenset(ids) & frozenset(self._catalog.server_entities())
