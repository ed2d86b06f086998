"""Lists (ExtensibleEnum), their options, and the ties between both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Refused, SqlFailed
from etl.sandbox.rules.base import Rules

if TYPE_CHECKING:
    from etl.sandbox.store import Row

_TIES = "ExtensibleEnumExtensibleEnumOption"
_SORTING_STEP = 10


class ListRules(Rules):
    """Lists of options."""

    def deleting(self, row: Row) -> None:
        """Not while an attribute takes its options (363)."""
        attribute = self.records.table("Attribute").first(("extensibleEnumId",), row["id"])
        if attribute:
            raise Refused(
                400, f"The List '{row['name']}' is used by the Attribute '{attribute['name']}'."
            )


class OptionRules(Rules):
    """Options. Their code is unique over all lists: an upsert moves them (127)."""

    def incoming(self, payload: Row, old: Row | None) -> Row:
        """Without a name the code is the name (136)."""
        if old is None and not payload.get("name") and payload.get("code"):
            return {**payload, "name": payload["code"]}
        return payload

    def deleting(self, row: Row) -> None:
        """The ties go with it; one that went before from the same list breaks the query (362)."""
        ties = self.records.table(_TIES)
        mine = ties.find(("extensibleEnumOptionId",), row["id"])
        for tie in mine:
            pair = (tie["extensibleEnumId"], tie["extensibleEnumOptionId"])
            if ties.buried(("extensibleEnumId", "extensibleEnumOptionId"), *pair):
                raise SqlFailed(
                    "An exception occurred while executing a query: SQLSTATE[23505]: Unique "
                    "violation: 7 ERROR:  duplicate key value violates unique constraint "
                    '"idx_extensible_enum_extensible_enum_option_unique_relation"\n'
                    "DETAIL:  Key (deleted, extensible_enum_id, extensible_enum_option_id)="
                    f"(t, {pair[0]}, {pair[1]}) already exists."
                )
        for tie in mine:
            ties.bury(tie["id"])


class OptionTieRules(Rules):
    """An option's place in a list."""

    def incoming(self, payload: Row, old: Row | None) -> Row:
        """`sorting` goes on after the last, in tens; after a 0 it is 0 again (132, 139)."""
        if old is not None or payload.get("sorting") is not None:
            return payload
        ties = self.records.table(_TIES)
        others = ties.find(("extensibleEnumId",), payload.get("extensibleEnumId"))
        last = max((tie.get("sorting") or 0 for tie in others), default=0)
        return {**payload, "sorting": last + _SORTING_STEP if last else 0}
