"""Writes a batch: chooses ids, packs, sends, and reads back what is called failed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from etl.errors import AccessRefused, UsageError
from etl.model.change import Links, Outcome, Status
from etl.model.problem import Problem, Severity
from etl.model.record import LinkMode
from etl.targets.atrocore import parcels
from etl.targets.atrocore.comparing import differences
from etl.targets.atrocore.destinations import by_server
from etl.targets.atrocore.parcels import Parcel, Shelf
from etl.targets.atrocore.verdicts import Verdict, is_forbidden, judge, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.model.change import Change, Json
    from etl.model.schema import EntitySchema
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.destinations import Destination, Destinations
    from etl.targets.atrocore.lookup import Lookup
    from etl.targets.atrocore.reading import Reader
    from etl.targets.atrocore.server import Server


class Writer:
    """Any thread."""

    def __init__(
        self,
        server: Server,
        catalog: Catalog,
        lookup: Lookup,
        reader: Reader,
        destinations: Destinations,
    ) -> None:
        self._server, self._catalog, self._lookup = server, catalog, lookup
        self._reader, self._destinations = reader, destinations

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """One outcome for each change of one entity, in their order. See `Target.write`."""
        if any(not change.id and not change.key_fields for change in changes):
            raise ValueError("a new record needs its key fields")
        schema = self._catalog.schema(changes[0].record.entity)
        if schema is None:
            raise UsageError(f"the target has no entity {changes[0].record.entity}")
        places = self._destinations.settle(schema, changes)
        outcomes: dict[int, Outcome] = {
            number: Outcome(changes[number], Status.FAILED, problem=place.problem)
            for number, place in enumerate(places)
            if place.problem
        }
        numbers = [number for number in range(len(changes)) if number not in outcomes]
        sent = [changes[number] for number in numbers]
        verdicts = self._send(schema, sent, [places[number] for number in numbers])
        verdicts = self._after_races(schema, verdicts)
        outcomes.update(zip(numbers, self._settled(schema, verdicts), strict=True))
        return [replace(outcomes[number], change=change) for number, change in enumerate(changes)]

    def _send(
        self, schema: EntitySchema, changes: Sequence[Change], places: Sequence[Destination]
    ) -> list[Verdict]:
        shelf = self._shelf(schema, changes, places)
        packed = [_pack(shelf, *pair) for pair in zip(changes, places, strict=True)]
        items = [item for parcel in packed for item in parcel.items]
        answers = self._server.upsert(schema.name, items) if items else []
        if answers and all(is_forbidden(answer) for answer in answers):
            raise AccessRefused(f"no right to write {schema.name}: every record is refused")
        rest = iter(answers)
        return [
            judge(
                parcel,
                [next(rest) for _ in parcel.items],
                sure=not by_server(schema, parcel.change),
            )
            for parcel in packed
        ]

    def _shelf(
        self, schema: EntitySchema, changes: Sequence[Change], places: Sequence[Destination]
    ) -> Shelf:
        """What has to be read about the records that exist before they are packed."""
        known = {
            place.id: change
            for change, place in zip(changes, places, strict=True)
            if place.id and not place.new
        }
        keys = self._catalog.keys(schema.name)
        valued = [
            one
            for one, change in known.items()
            if any(key in keys and keys[key].attribute for key in change.payload)
        ]
        joined = {
            key: None
            for change in known.values()
            for key, value in change.payload.items()
            if isinstance(value, Links) and value.mode is not LinkMode.SET
        }
        return Shelf(
            schema,
            keys,
            self._catalog.scope(schema.name).get("hasAttribute") is True,
            self._reader.attributes_of(schema.name, valued) if valued else {},
            self._reader.read(schema.name, list(known), joined) if joined else {},
        )

    def _after_races(self, schema: EntitySchema, verdicts: list[Verdict]) -> list[Verdict]:
        """What somebody else made at the same moment is found now, and updated."""
        lost = [one.parcel.change for one in verdicts if one.lost_race]
        ids = self._ids(schema, lost)
        again = [replace(change, id=ids[change.key]) for change in lost if change.key in ids]
        if not again:
            return verdicts
        places = self._destinations.settle(schema, again)
        second = {one.parcel.change.key: one for one in self._send(schema, again, places)}
        return [
            second.get(one.parcel.change.key, one) if one.lost_race else one for one in verdicts
        ]

    def _ids(self, schema: EntitySchema, changes: Sequence[Change]) -> dict[tuple[str, ...], str]:
        """Key -> id of each change that the target has exactly one record for."""
        ids: dict[tuple[str, ...], str] = {}
        for by in dict.fromkeys(change.key_fields for change in changes):
            keys = [change.key for change in changes if change.key_fields == by]
            found = self._lookup.by_key(schema.name, by, keys)
            ids.update((key, some[0]) for key, some in found.items() if len(some) == 1)
        return ids

    def _settled(self, schema: EntitySchema, verdicts: Sequence[Verdict]) -> list[Outcome]:
        unknown = [one.parcel.change for one in verdicts if one.id is None]
        ids = self._ids(schema, unknown)
        known = [replace(one, id=one.id or ids.get(one.parcel.change.key)) for one in verdicts]
        stored = self._read_back(schema, [one for one in known if one.status is Status.FAILED])
        return [
            self._outcome(schema, one, stored.get(one.id or ""))
            if one.status is Status.FAILED
            else Outcome(one.parcel.change, one.status, one.id)
            for one in known
        ]

    def _read_back(
        self, schema: EntitySchema, failed: Sequence[Verdict]
    ) -> dict[str, dict[str, Json]]:
        ids = [one.id for one in failed if one.id]
        keys = dict.fromkeys(key for one in failed for key in one.parcel.change.payload)
        return self._reader.read(schema.name, ids, keys) if ids else {}

    def _outcome(
        self, schema: EntitySchema, failed: Verdict, stored: Mapping[str, Json] | None
    ) -> Outcome:
        """A failed item is failed only if its record is not as sent: servers err (catalog 047)."""
        change = failed.parcel.change
        told = plain(failed.message)
        if stored is None:
            return Outcome(change, Status.FAILED, problem=Problem("SERVER_REJECTED", told))
        props = self._catalog.keys(schema.name)
        missing = [*differences(change.payload, stored, props)]
        if missing:
            there = f"the record itself is stored ({failed.id}), " if failed.parcel.new else ""
            message = f"{told}; {there}not stored as sent: {', '.join(missing)}"
            problem = Problem("SERVER_REJECTED", message)
            return Outcome(change, Status.FAILED, failed.id, problem)
        status = Status.CREATED if failed.parcel.new else Status.UPDATED
        message = f"the server reports a failure, but everything is stored as sent: {told}"
        warning = Problem("SERVER_REPORT", message, severity=Severity.WARNING)
        return Outcome(change, status, failed.id, warning)


def _pack(shelf: Shelf, change: Change, place: Destination) -> Parcel:
    if place.id and not place.new:
        return parcels.update(shelf, change, place.id)
    if place.id:
        return parcels.under_own_id(shelf, change, place.id)
    return parcels.found_by_server(shelf, change, place.fields)
