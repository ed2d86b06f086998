"""The server's settings, as an entity of one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.http.answers import RequestRefused
from etl.model.change import Outcome, Status
from etl.model.problem import Problem
from etl.targets.atrocore.amendments import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from etl.model.change import Change, Json
    from etl.model.record import Ref
    from etl.targets.atrocore.server import Server

THE_ONE = "settings"


class Settings:
    """Any thread; remembers nothing."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """The one record, for references by its id."""
        return {ref: (THE_ONE,) if _is_the_one(ref) else () for ref in refs}

    def alive(self, ids: Sequence[str]) -> frozenset[str]:
        """The one record is always there."""
        return frozenset(ids) & {THE_ONE}

    def read(self, ids: Sequence[str], keys: Iterable[str]) -> dict[str, dict[str, Json]]:
        """The settings of these names, if they are asked for."""
        if THE_ONE not in ids:
            return {}
        found: Mapping[str, Json] = {**self._server.get(SETTINGS), "id": THE_ONE}
        return {THE_ONE: {key: found.get(key) for key in keys}}

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Sets what differs (catalog 103), and looks whether it is set.

        A PATCH can be answered 200 and do nothing (catalog 005, 006).
        """
        return [self._write(change) for change in changes]

    def _write(self, change: Change) -> Outcome:
        if THE_ONE not in {change.id, *change.key}:
            message = f"there is one record of Settings, whose id is {THE_ONE!r}"
            return Outcome(change, Status.FAILED, problem=Problem("NOT_MADE", message))
        wanted = {key: value for key, value in change.payload.items() if key != "id"}
        new = self._different(wanted)
        if not new:
            return Outcome(change, Status.NOT_MODIFIED, THE_ONE)
        try:
            self._server.send("PATCH", SETTINGS, new)
        except RequestRefused as error:
            return _failed(change, str(error))
        left = self._different(wanted)
        if left:
            return _failed(change, f"the server keeps its values of {', '.join(left)}")
        return Outcome(change, Status.UPDATED, THE_ONE)

    def _different(self, wanted: Mapping[str, Json]) -> dict[str, Json]:
        stored = self._server.get(SETTINGS)
        return {key: value for key, value in wanted.items() if (stored.get(key) or False) != value}


def _is_the_one(ref: Ref) -> bool:
    return ref.by == ("id",) and ref.key == (THE_ONE,)


def _failed(change: Change, message: str) -> Outcome:
    return Outcome(change, Status.FAILED, THE_ONE, Problem("SERVER_REJECTED", message))
