"""Options and units, each within its list or measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.model.record import RefKind
from etl.targets.memory.keys import equal, made_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.model.record import Ref


@dataclass(frozen=True, slots=True)
class Name:
    """An option or a unit."""

    id: str
    scope: str
    code: str
    name: str


class Names:
    """All options and units. Not safe for threads by itself."""

    def __init__(self) -> None:
        self._names: dict[RefKind, list[Name]] = {RefKind.OPTION: [], RefKind.UNIT: []}

    def add(self, kind: RefKind, scope: str, code: str, name: str) -> str:
        """A new one; its id."""
        new = made_id(kind, scope, code, name)
        self._names[kind].append(Name(new, scope, code, name))
        return new

    def options(self, scope: str | None) -> frozenset[str]:
        """The ids of a list's options."""
        return frozenset(one.id for one in self._names[RefKind.OPTION] if one.scope == scope)

    def matching(self, ref: Ref) -> Iterator[str]:
        """The ids that match within the scope: units by code, name or id, the first that does."""
        spellings = ("code", "name", "id") if ref.kind is RefKind.UNIT else (ref.by[0],)
        inside = [one for one in self._names[ref.kind] if one.scope == ref.scope]
        wanted = (str(ref.key[0]),)
        for spelling in spellings:
            ids = [
                one.id
                for one in inside
                if equal((getattr(one, spelling),), wanted, ignore_case=ref.ignore_case)
            ]
            if ids:
                yield from ids
                return
