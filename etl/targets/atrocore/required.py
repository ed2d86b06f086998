"""What required flags do: a record that lacks a required value cannot be changed any more."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.model.problem import Problem, Severity
from etl.targets.atrocore.amendments import ATTRIBUTE
from etl.targets.atrocore.server import TABLE_PAGE
from etl.targets.atrocore.value_columns import near_of, table_of, value_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from etl.model.change import Change
    from etl.model.schema import Property
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.server import Row, Server

CLASSIFICATION_ATTRIBUTE = "ClassificationAttribute"
_PAIR = ("classificationId", "attributeId")
_COUNTABLE = 20_000  # records of the classifications of a batch; more are not looked at


@dataclass(frozen=True, slots=True)
class _Pair:
    classification: str
    attribute: str


class RequiredFlags:
    """Any thread; remembers nothing."""

    def __init__(self, server: Server, catalog: Catalog) -> None:
        self._server, self._catalog = server, catalog

    def objections(self, changes: Sequence[Change]) -> dict[int, Problem]:
        """Warnings for flags that freeze records (catalog 197-201)."""
        wanted = {
            place: change
            for place, change in enumerate(changes)
            if change.payload.get("isRequired") is True
        }
        pairs = self._pairs(wanted) if wanted else {}
        attributes = self._attributes(pair.attribute for pair in pairs.values())
        lacking = self._lacking(set(pairs.values()), attributes)
        return {
            place: _freezes(lacking[pair], *attributes[pair.attribute])
            for place, pair in pairs.items()
            if lacking.get(pair, 0) != 0
        }

    def _pairs(self, changes: Mapping[int, Change]) -> dict[int, _Pair]:
        """What each is about; those that have the flag already are left out."""
        ids = [change.id for change in changes.values() if change.id]
        select = (*_PAIR, "isRequired")
        rows = {
            row["id"]: row
            for row in self._server.rows_in(CLASSIFICATION_ATTRIBUTE, "id", ids, select)
        }
        found: dict[int, _Pair] = {}
        for place, change in changes.items():
            row = rows.get(change.id or "", {})
            named = {**row, **dict(zip(change.key_fields, change.key, strict=True))}
            parts = [str(change.payload.get(name) or named.get(name) or "") for name in _PAIR]
            if row.get("isRequired") is not True and all(parts):
                found[place] = _Pair(*parts)
        return found

    def _attributes(self, ids: Iterable[str]) -> dict[str, tuple[str, Property]]:
        """Attribute -> its entity, and what is known of it."""
        rows = self._server.rows_in(ATTRIBUTE, "id", ids, ("code", "entityId"))
        found: dict[str, tuple[str, Property]] = {}
        for row in rows:
            schema = self._catalog.schema(str(row.get("entityId")))
            prop = schema.attributes.get(str(row.get("code") or row["id"])) if schema else None
            if schema and prop and prop.attribute == row["id"]:
                found[row["id"]] = (schema.name, prop)
        return found

    def _lacking(
        self, pairs: set[_Pair], attributes: Mapping[str, tuple[str, Property]]
    ) -> dict[_Pair, int | None]:
        """How many records lack the value; None where there are too many to look at."""
        by_entity: dict[str, set[_Pair]] = defaultdict(set)
        for pair in pairs:
            if pair.attribute in attributes:
                by_entity[attributes[pair.attribute][0]].add(pair)
        found: dict[_Pair, int | None] = {}
        for entity, some in by_entity.items():
            props = {pair.attribute: attributes[pair.attribute][1] for pair in some}
            found.update(self._of(entity, some, props))
        return found

    def _of(
        self, entity: str, pairs: set[_Pair], props: Mapping[str, Property]
    ) -> dict[_Pair, int | None]:
        classes = self._classes(entity, sorted({pair.classification for pair in pairs}))
        if classes is None:
            return dict.fromkeys(pairs)
        members = Counter(one for some in classes.values() for one in some)
        if not members:
            return dict.fromkeys(pairs, 0)
        filled: Counter[_Pair] = Counter()
        for record, attribute in self._filled(entity, props):
            filled.update(_Pair(one, attribute) for one in classes.get(record, ()))
        return {pair: members[pair.classification] - filled[pair] for pair in pairs}

    def _classes(self, entity: str, classifications: list[str]) -> dict[str, list[str]] | None:
        """Record -> those of the classifications that it has. Rows of deleted records are not."""
        linked = {
            "type": "linkedWith",
            "attribute": "classifications",
            "value": classifications,
        }
        if self._server.count(entity, [linked]) > _COUNTABLE:
            return None
        living = {row["id"] for row in self._server.rows(entity, [linked], ("id",))}
        near, far = near_of(entity), "classificationId"
        found: dict[str, list[str]] = defaultdict(list)
        if not living:
            return found
        ties = self._server.rows_in(
            f"{entity}Classification", far, classifications, (near, far), page=TABLE_PAGE
        )
        for row in ties:
            if row[near] in living:
                found[row[near]].append(row[far])
        return found

    def _filled(self, entity: str, props: Mapping[str, Property]) -> Iterator[tuple[str, str]]:
        """(record, attribute) of all values that are there, in every language (catalog 200)."""
        columns = {one: [*(value_columns(prop) or {}).values()] for one, prop in props.items()}
        near, far = near_of(entity), "attributeId"
        select = (near, far, *dict.fromkeys(name for some in columns.values() for name in some))
        rows = self._server.rows_in(table_of(entity), far, props, select, page=TABLE_PAGE)
        for row in rows:
            if all(_is_there(row, column) for column in columns[row[far]]):
                yield row[near], row[far]


def _is_there(row: Row, column: str) -> bool:
    return row.get(column) not in (None, "", [])


def _freezes(lacking: int | None, entity: str, prop: Property) -> Problem:
    told = "those records" if lacking is None else f"{lacking} {entity} record(s)"
    value = f"value of {prop.name}" + (" in every language" if prop.languages else "")
    return Problem(
        "REQUIRED_FREEZES",
        f"{told} of the classification that lack a {value} now cannot be changed until they have "
        "one",
        value=prop.name,
        severity=Severity.WARNING,
        hint=f"fill {prop.name} first, or leave isRequired out",
    )
