"""What an entity may do beyond the common: the hooks of creating, changing and deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from etl.sandbox.records import Records
    from etl.sandbox.store import Row


class Rules:
    """No rules of its own; entities with some override what they need."""

    def __init__(self, records: Records) -> None:
        self.records = records

    def incoming(self, payload: Row, old: Row | None) -> Row:
        """The payload as it is taken."""
        del old
        return payload

    def check(self, row: Row, old: Row | None) -> None:
        """Refuse a record that must not be stored so."""

    def check_parent(self, parent_id: str) -> None:
        """Refuse a parent for a reason of the entity's own."""

    def special(self, payload: Row, row: Row) -> bool:
        """Whether a payload changes something that no column shows."""
        del payload, row
        return False

    def stored(self, row: Row, payload: Row) -> None:
        """A record was created."""

    def changed(self, row: Row, payload: Row) -> None:
        """A record was changed."""

    def moved(self, row: Row) -> None:
        """A record has another parent."""

    def deleting(self, row: Row) -> None:
        """Refuse to delete a record that is in use."""

    def deleted(self, row: Row) -> None:
        """A record was deleted."""
