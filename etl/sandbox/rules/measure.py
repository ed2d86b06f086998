"""Measures and units: each measure has one main unit, with multiplier 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Refused
from etl.sandbox.rules.base import Rules

if TYPE_CHECKING:
    from etl.sandbox.store import Row

_NO_MAIN = "The measure must have a default unit."


class MeasureRules(Rules):
    """Measures."""

    def deleting(self, row: Row) -> None:
        """Not while an attribute has it (365)."""
        attribute = self.records.table("Attribute").first(("measureId",), row["id"])
        if attribute:
            raise Refused(
                400, f"The measure '{row['name']}' is used by the Attribute '{attribute['name']}'."
            )

    def deleted(self, row: Row) -> None:
        """Its units go with it (390)."""
        units = self.records.table("Unit")
        for unit in units.find(("measureId",), row["id"]):
            units.bury(unit["id"])


class UnitRules(Rules):
    """Units."""

    _factor: float | None = None

    def incoming(self, payload: Row, old: Row | None) -> Row:
        """The first unit is main whatever is sent; a second main one silently is not (381)."""
        if old is None:
            first = not self._siblings(payload.get("measureId"))
            payload = {**payload, "isMain": first}
            if first:
                payload["multiplier"] = 1
        elif payload.get("isMain") and not old.get("isMain"):
            self._factor = old.get("multiplier") or 1.0
            payload = {**payload, "multiplier": 1}
        return payload

    def check(self, row: Row, old: Row | None) -> None:
        """The mark cannot be taken away (383), only given to another unit."""
        if old is not None and old.get("isMain") and not row.get("isMain"):
            raise Refused(400, _NO_MAIN)

    def changed(self, row: Row, payload: Row) -> None:
        """With another main unit all multipliers are reckoned anew, to four digits (387)."""
        del payload
        if self._factor is None:
            return
        units = self.records.table("Unit")
        for unit in self._siblings(row["measureId"]):
            if unit["id"] != row["id"]:
                scaled = round((unit.get("multiplier") or 1) / self._factor, 4)
                units.change(unit["id"], {"isMain": False, "multiplier": scaled})

    def deleting(self, row: Row) -> None:
        """The main unit stays (389)."""
        if row.get("isMain"):
            raise Refused(400, _NO_MAIN)

    def _siblings(self, measure_id: object) -> list[Row]:
        return self.records.table("Unit").find(("measureId",), measure_id)
