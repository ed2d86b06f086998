"""Options as an entity of ours: each belongs to an attribute, and has a code within it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from etl.targets.atrocore.amendments import ATTRIBUTE, OPTION
from etl.targets.atrocore.options import TIES, matching
from etl.targets.atrocore.server import TABLE_PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from etl.model.change import Json
    from etl.model.record import Ref
    from etl.targets.atrocore.lookup import Lookup
    from etl.targets.atrocore.options import OptionList, Options
    from etl.targets.atrocore.reading import Reader
    from etl.targets.atrocore.server import Row, Server

_ATTRIBUTES = frozenset({"attribute", "attributeId"})
OURS = frozenset({"attributeId", "position"})  # no fields of the server's option
LIST_ID, OPTION_ID = "extensibleEnumId", "extensibleEnumOptionId"
_NO_ROW: Row = {}


class AttributeOptions:
    """Any thread."""

    def __init__(
        self,
        server: Server,
        lookup: Lookup,
        options: Options,
        reader: Reader,
    ) -> None:
        self._server, self._lookup, self._options, self._reader = server, lookup, options, reader

    # -- finding ----------------------------------------------------------------------------

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The options that each reference matches within the list of its attribute.

        A key is an attribute's id and a code, a name or an id, in any order; or an id alone.
        """
        wanted = list(refs)
        alone = [ref for ref in wanted if ref.by == ("id",)]
        living = self.alive([ref.text() for ref in alone])
        matched: dict[Ref, tuple[str, ...]] = {
            ref: (ref.text(),) if ref.text() in living else () for ref in alone
        }
        parts = {ref: found for ref in wanted if (found := parted(ref.by, ref.key))}
        lists = self._lists(attribute for attribute, _, _ in parts.values())
        for ref, (attribute, by, text) in parts.items():
            of = lists.get(attribute)
            matched[ref] = matching(of, by, text, ignore_case=ref.ignore_case) if of else ()
        return {ref: matched.get(ref, ()) for ref in wanted}

    def alive(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that exist."""
        return self._lookup.alive(OPTION, ids)

    def _lists(self, attributes: Iterable[str]) -> dict[str, OptionList]:
        """The list of each attribute that has one."""
        rows = self.attributes(attributes)
        named = {one: str(row[LIST_ID]) for one, row in rows.items() if row.get(LIST_ID)}
        lists = self._options.lists(named.values())
        return {one: lists[of] for one, of in named.items()}

    def attributes(self, ids: Iterable[str]) -> dict[str, Row]:
        """Code, type and list of attributes, by id."""
        select = ("code", "type", LIST_ID)
        return {row["id"]: row for row in self._server.rows_in(ATTRIBUTE, "id", ids, select)}

    # -- reading ----------------------------------------------------------------------------

    def read(self, ids: Sequence[str], keys: Iterable[str]) -> dict[str, dict[str, Json]]:
        """What is stored under these keys, by id.

        `attributeId` is the attribute whose list the option is in; of several, a tuple of all.
        """
        wanted = list(dict.fromkeys(keys))
        stored = self._reader.read(OPTION, ids, [key for key in wanted if key not in OURS])
        ties = self.ties(stored) if OURS & set(wanted) else {}
        if "attributeId" in wanted:
            of = self._attributes_of(tie[LIST_ID] for some in ties.values() for tie in some)
            for one in stored:
                found = sorted({id_ for tie in ties.get(one, ()) for id_ in of[tie[LIST_ID]]})
                stored[one]["attributeId"] = found[0] if len(found) == 1 else tuple(found) or None
        if "position" in wanted:
            for one in stored:
                stored[one]["position"] = next((tie["sorting"] for tie in ties.get(one, ())), None)
        return stored

    def ties(self, options: Iterable[str]) -> dict[str, list[Row]]:
        """The rows that tell an option's lists, and its place in each (catalog 132)."""
        found: dict[str, list[Row]] = defaultdict(list)
        select = (LIST_ID, OPTION_ID, "sorting")
        for row in self._server.rows_in(TIES, OPTION_ID, options, select, page=TABLE_PAGE):
            found[row[OPTION_ID]].append(row)
        return found

    def _attributes_of(self, lists: Iterable[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in self._server.rows_in(ATTRIBUTE, LIST_ID, lists, (LIST_ID,)):
            found[row[LIST_ID]].append(row["id"])
        return found


def parted(by: Sequence[str], key: Sequence[object]) -> tuple[str, str, str] | None:
    """(attribute's id, field, text) of a key; None for a key of another shape."""
    pairs = dict(zip(by, map(str, key), strict=True))
    attribute = next((pairs.pop(name) for name in by if name in _ATTRIBUTES), None)
    if attribute is None or len(pairs) != 1:
        return None
    ((field, text),) = pairs.items()
    return (attribute, field, text) if field in {"code", "name", "id"} else None
