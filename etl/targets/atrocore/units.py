"""Units: one of each measure is the main one, and the server is quick to decide which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from etl.model.problem import Problem
from etl.targets.atrocore.lookup import key_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.model.change import Change, Json, Outcome
    from etl.targets.atrocore.server import Row, Server
    from etl.targets.atrocore.write import Writer

UNIT = "Unit"
_SELECT = ("name", "code", "measureId", "isMain", "multiplier")


@dataclass(slots=True)
class _Measure:
    """The units of a measure that exist; `first` is the batch's unit that will be its main one."""

    rows: list[Row] = field(default_factory=list)
    first: Change | None = None

    @property
    def main(self) -> str:
        """The main unit for people; "" if there is none."""
        row = next((row for row in self.rows if row.get("isMain") is True), None)
        return str(row.get("code") or row.get("name")) if row else ""


class Units:
    """Any thread; remembers nothing."""

    def __init__(self, server: Server, writer: Writer) -> None:
        self._server, self._writer = server, writer

    def objections(self, changes: Sequence[Change]) -> dict[int, Problem]:
        """The changes after which another unit would be main, or other multipliers stored.

        The first unit of a measure is made main with multiplier 1, whatever is sent, and a second
        main one silently is not (catalog 381, 382); another main one makes the server reckon all
        multipliers anew, rounded to 4 digits (catalog 387, 388).
        """
        rows, measures = self._there(changes)
        found: dict[int, Problem] = {}
        for place in _main_first(changes):
            change, row = changes[place], rows[place]
            measure = measures[_measure(change, row)]
            problem = _on_existing(change, row, measure) if row else _on_new(change, measure)
            if problem:
                found[place] = problem
        return found

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """Main units first; what a unit has already is not sent again (catalog 383)."""
        rows, _ = self._there(changes)
        order = _main_first(changes)
        sent = [_without_equal(changes[place], rows[place]) for place in order]
        outcomes = dict(zip(order, self._writer.write(sent), strict=True))
        return [replace(outcomes[place], change=one) for place, one in enumerate(changes)]

    def _there(self, changes: Sequence[Change]) -> tuple[list[Row | None], dict[str, _Measure]]:
        """The unit that each change is about, None for a new one; and the measures' units."""
        by_id = {
            row["id"]: row
            for row in self._server.rows_in(UNIT, "id", filter(None, (c.id for c in changes)))
        }
        known = [by_id.get(change.id or "") for change in changes]
        names = [_measure(change, row) for change, row in zip(changes, known, strict=True)]
        measures: dict[str, _Measure] = defaultdict(_Measure)
        for row in self._server.rows_in(UNIT, "measureId", names, _SELECT):
            measures[str(row["measureId"])].rows.append(row)
        return [
            row or _same_key(change, measures[name].rows)
            for change, row, name in zip(changes, known, names, strict=True)
        ], measures


def _main_first(changes: Sequence[Change]) -> list[int]:
    return sorted(range(len(changes)), key=lambda place: not changes[place].payload.get("isMain"))


def _measure(change: Change, row: Row | None) -> str:
    named: dict[str, Json] = {
        **dict(zip(change.key_fields, change.key, strict=True)),
        **change.payload,
    }
    return str(named.get("measureId") or (row or {}).get("measureId") or "")


def _same_key(change: Change, rows: Sequence[Row]) -> Row | None:
    """The unit of this key, made by a request whose answer was lost."""
    wanted = dict(zip(change.key_fields, change.key, strict=True))
    for row in rows:
        if wanted and all(key_text(row.get(name)) == text for name, text in wanted.items()):
            return row
    return None


def _on_existing(change: Change, row: Row, measure: _Measure) -> Problem | None:
    if change.payload.get("isMain") is not True or row.get("isMain") is True:
        return None
    return _refused(
        change,
        f"the main unit of the measure is {measure.main}: with another one the server reckons all "
        "multipliers anew and rounds them to 4 digits",
        "leave isMain out, or make it the main unit by hand",
    )


def _on_new(change: Change, measure: _Measure) -> Problem | None:
    is_main = change.payload.get("isMain") is True
    if measure.rows:
        told = f"the measure has its main unit, {measure.main}: the server drops a second one"
        return _refused(change, told, "leave isMain out") if is_main else None
    if measure.first is None and is_main:
        if change.payload.get("multiplier") not in (None, 1):
            return _refused(change, "the main unit's multiplier is always 1", "correct it")
        measure.first = change
        return None
    if measure.first is None:
        return _refused(
            change,
            "the measure has no unit yet: its first one becomes the main unit with multiplier 1, "
            "whatever is sent",
            "mark the main unit of the measure with isMain: true, and write it before the others",
        )
    if not is_main:
        return None
    told = f"the measure has its main unit already: {measure.first.record.key_text()}"
    return _refused(change, told, "leave isMain out")


def _refused(change: Change, message: str, hint: str) -> Problem:
    code = str(change.payload.get("code") or change.record.key_text())
    return Problem("UNIT_MAIN", f"unit {code}: {message}", value=code, hint=hint)


def _without_equal(change: Change, row: Row | None) -> Change:
    if row is None:
        return change
    equal = {
        "isMain": (row.get("isMain") is True) == (change.payload.get("isMain") is True),
        "multiplier": row.get("multiplier") == change.payload.get("multiplier"),
    }
    payload = {name: value for name, value in change.payload.items() if not equal.get(name)}
    return replace(change, payload=payload)
