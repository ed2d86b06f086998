"""Options of lists and units of measures: read whole, remembered, compared here."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from etl.targets.atrocore.server import TABLE_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from etl.model.record import Ref
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.server import Server

OPTION = "ExtensibleEnumOption"
LIST = "ExtensibleEnum"
TIES = "ExtensibleEnumExtensibleEnumOption"


@dataclass(frozen=True, slots=True)
class Option:
    """An option as one of its lists has it; code and name may be empty."""

    id: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class OptionList:
    """A list of options. `prefix` keeps its codes apart from those of other lists."""

    id: str
    code: str
    options: tuple[Option, ...]

    @property
    def prefix(self) -> str:
        """The list's code, or its id where it has none."""
        return self.code or self.id


class Options:
    """Any thread."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = Lock()
        self._lists: dict[str, OptionList] = {}

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The ids of the options that each reference matches within its list."""
        return {ref: matches(self.list(ref.scope or ""), ref) for ref in refs}

    def list(self, of: str) -> OptionList:
        """One list with all its options."""
        with self._lock:
            if of not in self._lists:
                self._lists[of] = self._read(of)
            return self._lists[of]

    def forget(self) -> None:
        """Options or lists were written."""
        with self._lock:
            self._lists = {}

    def _read(self, of: str) -> OptionList:
        """The list's options (catalog 141), as far as the relation table confirms them."""
        head = next(self._server.rows_in(LIST, "id", [of], ("code",)), {})
        far = "extensibleEnumOptionId"
        ties = self._server.rows_in(
            TIES, "extensibleEnumId", [of], ("extensibleEnumId", far), page=TABLE_PAGE
        )
        members = {str(row.get(far)) for row in ties}
        linked = {"type": "linkedWith", "attribute": "extensibleEnums", "value": [of]}
        options = tuple(
            Option(row["id"], str(row.get("code") or ""), str(row.get("name") or ""))
            for row in self._server.rows(OPTION, [linked], ("code", "name"))
            if row["id"] in members
        )
        return OptionList(of, str(head.get("code") or ""), options)


def matches(found: OptionList, ref: Ref) -> tuple[str, ...]:
    """The ids of the options that match.

    Codes are unique over all lists of the server (catalog 127-129), so a second list keeps its own
    as `<list>__<code>`: an option matches by either spelling, the plain one first.
    """
    wanted = _text(ref)
    by = ref.by[0]
    if by != "code":
        return tuple(_equal(found.options, by, wanted, ignore_case=ref.ignore_case))
    for code in (wanted, f"{found.prefix}__{wanted}"):
        ids = tuple(_equal(found.options, by, code, ignore_case=ref.ignore_case))
        if ids:
            return ids
    return ()


def _equal(options: Iterable[Option], by: str, wanted: str, *, ignore_case: bool) -> Iterator[str]:
    fold: Callable[[str], str] = str.casefold if ignore_case else str
    for option in options:
        value = {"id": option.id, "name": option.name}.get(by, option.code)
        if value and fold(value) == fold(wanted):
            yield option.id


def find_units(catalog: Catalog, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
    """The ids of the units that each reference matches within its measure: by code, name or id."""
    return {ref: _units(catalog, ref) for ref in refs}


def _units(catalog: Catalog, ref: Ref) -> tuple[str, ...]:
    fold: Callable[[str], str] = str.casefold if ref.ignore_case else str
    wanted = fold(_text(ref))
    units: Sequence[tuple[str, str, str]] = [
        (unit.id, unit.code, unit.name) for unit in catalog.units(ref.scope or "")
    ]
    for spelling in (1, 2, 0):
        ids = tuple(unit[0] for unit in units if unit[spelling] and fold(unit[spelling]) == wanted)
        if ids:
            return ids
    return ()


def _text(ref: Ref) -> str:
    (part,) = ref.key
    if not isinstance(part, str):
        raise TypeError("options and units are found by a text")
    return part
