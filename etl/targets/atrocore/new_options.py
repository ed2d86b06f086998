"""Under which code an option comes into the world."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from etl.model.change import Change, Links
from etl.model.problem import Problem
from etl.model.record import LinkMode, Record
from etl.targets.atrocore.amendments import OPTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.model.change import Json
    from etl.targets.atrocore.lookup import Lookup
    from etl.targets.atrocore.options import OptionList

_NO_ENTRY = -1  # the record of no entry of a mapping


@dataclass(frozen=True, slots=True)
class Wanted:
    """An option that its list does not have yet: by its code, or without any by its name."""

    of: OptionList
    code: str | None
    name: str
    fields: Mapping[str, Json] = field(default_factory=dict)


class NewOptions:
    """The one place that gives codes to options.

    A code is unique over ALL lists of the server: the same under a second list would rename and
    move the first one's option (catalog 127-129). Whoever makes options holds `lock` from the
    look-up to the end of the write, so that two threads never give the same code to two lists.
    """

    def __init__(self, lookup: Lookup) -> None:
        self.lock = Lock()
        self._lookup = lookup

    def changes(self, wanted: Sequence[Wanted]) -> list[Change | Problem]:
        """How each is made, in their order; or why it cannot be."""
        spellings = [(one.code, one.of.long(one.code)) if one.code else () for one in wanted]
        asked = dict.fromkeys((code,) for some in spellings for code in some)
        taken = {
            code for (code,), ids in self._lookup.by_key(OPTION, ("code",), asked).items() if ids
        }
        given: dict[tuple[str, str], str] = {}
        made: list[Change | Problem] = []
        for one, some in zip(wanted, spellings, strict=True):
            if not one.code:
                made.append(_named(one))
                continue
            mine = (one.of.id, one.code)
            code = given.get(mine) or next((code for code in some if code not in taken), None)
            if code is None:
                made.append(_spoken_for(some))
                continue
            given[mine] = code
            taken.add(code)
            made.append(_coded(one, code))
        return made


def _coded(one: Wanted, code: str) -> Change:
    return _change(
        ("code",), (code,), {"name": one.name, **one.fields, "code": code, **_tie(one.of)}
    )


def _named(one: Wanted) -> Change:
    """Without a code, list and name together tell an option (catalog 135)."""
    fields = {**one.fields, "name": one.name, **_tie(one.of)}
    return _change(("extensibleEnumsIds", "name"), (one.of.id, one.name), fields)


def _tie(of: OptionList) -> dict[str, Json]:
    """`extensibleEnumId` alone would leave the option in no list (catalog 125, 126)."""
    return {"extensibleEnumsIds": Links((of.id,), LinkMode.SET)}


def _change(by: tuple[str, ...], key: tuple[str, ...], payload: Mapping[str, Json]) -> Change:
    return Change(Record(_NO_ENTRY, OPTION, key, {}, b"", ()), None, key, payload, key_fields=by)


def _spoken_for(codes: Sequence[str]) -> Problem:
    told = " and ".join(repr(code) for code in codes)
    return Problem("NOT_MADE", f"options with the codes {told} belong to other lists")
