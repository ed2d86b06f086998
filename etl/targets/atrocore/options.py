"""Options of lists and units of measures: read whole, remembered, compared here."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from etl.targets.atrocore.amendments import OPTION
from etl.targets.atrocore.server import TABLE_PAGE
from etl.targets.atrocore.where import pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from etl.model.record import Ref
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.server import Server

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

    def long(self, code: str) -> str:
        """The spelling of a code that no other list has."""
        return f"{self.prefix}__{code}"


class Options:
    """Any thread."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = Lock()
        self._lists: dict[str, OptionList] = {}

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The ids of the options that each reference matches within its list."""
        wanted = list(refs)
        lists = self.lists(ref.scope or "" for ref in wanted)
        return {ref: matches(lists[ref.scope or ""], ref) for ref in wanted}

    def list(self, of: str) -> OptionList:
        """One list with all its options."""
        return self.lists([of])[of]

    def lists(self, of: Iterable[str]) -> dict[str, OptionList]:
        """Lists with all their options; one that is not there has none."""
        with self._lock:
            wanted = dict.fromkeys(of)
            unknown = [one for one in wanted if one not in self._lists]
            if unknown:
                self._lists.update(self._read(unknown))
            return {one: self._lists[one] for one in wanted}

    def forget(self) -> None:
        """Options or lists were written."""
        with self._lock:
            self._lists = {}

    def _read(self, of: Sequence[str]) -> dict[str, OptionList]:
        """The lists' options (catalog 141), as far as the relation table confirms them."""
        heads = {row["id"]: row for row in self._server.rows_in(LIST, "id", of, ("code",))}
        members: dict[str, set[str]] = {one: set() for one in of}
        select = ("extensibleEnumId", "extensibleEnumOptionId")
        for row in self._server.rows_in(TIES, select[0], of, select, page=TABLE_PAGE):
            members[row[select[0]]].add(str(row.get(select[1])))
        options = list(self._members(of)) if any(members.values()) else []
        return {
            one: OptionList(
                one,
                str(heads.get(one, {}).get("code") or ""),
                tuple(option for option in options if option.id in members[one]),
            )
            for one in of
        }

    def _members(self, of: Sequence[str]) -> Iterator[Option]:
        found: set[str] = set()
        for piece in pieces(of):
            linked = {"type": "linkedWith", "attribute": "extensibleEnums", "value": piece}
            for row in self._server.rows(OPTION, [linked], ("code", "name")):
                if row["id"] not in found:
                    found.add(row["id"])
                    yield Option(row["id"], str(row.get("code") or ""), str(row.get("name") or ""))


def matches(found: OptionList, ref: Ref) -> tuple[str, ...]:
    """The ids of the list's options that match a reference by a code, a name or an id."""
    return matching(found, ref.by[0], _text(ref), ignore_case=ref.ignore_case)


def matching(
    found: OptionList, by: str, wanted: str, *, ignore_case: bool = False
) -> tuple[str, ...]:
    """The ids of the list's options that match.

    Codes are unique over all lists of the server (catalog 127-129), so a second list keeps its own
    as `<list>__<code>`: an option matches by either spelling, as it is written before all others.
    """
    if by != "code":
        return tuple(_equal(found.options, by, wanted, ignore_case=ignore_case))
    spellings = [wanted, found.long(wanted)]
    if _folded(wanted, ignore_case).startswith(_folded(found.long(""), ignore_case)):
        spellings.append(wanted[len(found.long("")) :])
    for code in spellings:
        ids = tuple(_equal(found.options, by, code, ignore_case=ignore_case))
        if ids:
            return ids
    return ()


def _folded(text: str, ignore_case: bool) -> str:  # noqa: FBT001 - a helper of two lines
    return text.casefold() if ignore_case else text


def _equal(options: Iterable[Option], by: str, wanted: str, *, ignore_case: bool) -> Iterator[str]:
    wanted = _folded(wanted, ignore_case)
    for option in options:
        value = {"id": option.id, "name": option.name}.get(by, option.code)
        if value and _folded(value, ignore_case) == wanted:
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
