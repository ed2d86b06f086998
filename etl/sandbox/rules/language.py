"""Languages, which add and drop columns, and channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.errors import Refused
from etl.sandbox.rules.base import Rules

if TYPE_CHECKING:
    from etl.sandbox.store import Row


class LanguageRules(Rules):
    """One main language, any number of additional ones; codes are not checked (009)."""

    def check(self, row: Row, old: Row | None) -> None:
        """Refuse a known code (008), a second main (012), a change of role (015)."""
        languages = self.records.table("Language")
        if old is not None and row["role"] != old["role"]:
            raise Refused(400, "Role cannot be changed.")
        if old is None and languages.first(("code",), row.get("code")):
            raise Refused(
                400, "The record cannot be saved, record with such 'code' already exists."
            )
        if old is None and row["role"] == "main":
            raise Refused(400, "Main Language already exists.")

    def stored(self, row: Row, payload: Row) -> None:
        """The fields of the language appear in the same request (007)."""
        del row, payload
        self.records.installation.renew_languages()

    def deleting(self, row: Row) -> None:
        """The main language stays (037)."""
        if row.get("role") == "main":
            raise Refused(400, "Main Language cannot be removed.")

    def deleted(self, row: Row) -> None:
        """Its columns are dropped, with all that was in them, for good (030-035)."""
        installation = self.records.installation
        for entity in installation.schema.entities.values():
            dropped = [key for key, field in entity.columns.items() if field.locale == row["code"]]
            table = self.records.table(entity.name)
            for one in table:
                if any(one.get(key) is not None for key in dropped):
                    table.change(one["id"], dict.fromkeys(dropped))
        installation.renew_languages()


class ChannelRules(Rules):
    """Channels."""

    def changed(self, row: Row, payload: Row) -> None:
        """The attributesDefs show the channel's name."""
        del row, payload
        self.records.installation.attribute_cache.clear()

    def deleting(self, row: Row) -> None:
        """A channel that an attribute is bound to breaks the server (367)."""
        if self.records.table("Attribute").first(("channelId",), row["id"]):
            raise Refused(500)
