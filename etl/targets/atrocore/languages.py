"""Languages: an entity like any other for a mapping, and no upsert for the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.http.answers import RequestRefused
from etl.model.change import Links, Outcome, Status
from etl.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.model.change import Change, Json
    from etl.targets.atrocore.server import Row, Server

LANGUAGE = "Language"


class Languages:
    """Any thread; the server rebuilds its tables with each new language (catalog 007)."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """One request for each: an upsert of a language is a 500 (catalog 013)."""
        there = self._by_code()
        return [self._write(change, there.get(_code(change))) for change in changes]

    def _by_code(self) -> dict[str, Row]:
        return {str(row.get("code")): row for row in self._server.rows(LANGUAGE)}

    def _write(self, change: Change, row: Row | None) -> Outcome:
        try:
            return self._update(change, row) if row else self._create(change)
        except RequestRefused as error:
            made = None if row else self._by_code().get(_code(change))
            if made:  # by somebody else, or by a request whose answer was lost (catalog 008)
                return self._write(change, made)
            return Outcome(change, Status.FAILED, problem=Problem("SERVER_REJECTED", str(error)))

    def _create(self, change: Change) -> Outcome:
        """A language needs a name; all but the first are additional ones (catalog 011, 012)."""
        values: dict[str, Json] = {"name": _code(change), "role": "additional", **change.payload}
        made = self._server.store("POST", LANGUAGE, _json(values))
        return Outcome(change, Status.CREATED, made.get("id"))

    def _update(self, change: Change, row: Row) -> Outcome:
        new = {key: value for key, value in change.payload.items() if row.get(key) != value}
        if not new:
            return Outcome(change, Status.NOT_MODIFIED, row["id"])
        self._server.store("PATCH", f"{LANGUAGE}/{row['id']}", _json(new))
        return Outcome(change, Status.UPDATED, row["id"])


def _code(change: Change) -> str:
    return str(change.payload.get("code"))


def _json(values: dict[str, Json]) -> dict[str, object]:
    return {
        key: list(value.ids) if isinstance(value, Links) else value for key, value in values.items()
    }
