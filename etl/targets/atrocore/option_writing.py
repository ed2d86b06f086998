"""Writes options of attributes: each in the list of its attribute, and in its place there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from etl.model.change import Change, Outcome, Status
from etl.model.problem import Problem
from etl.model.record import Record
from etl.targets.atrocore.amendments import OPTION
from etl.targets.atrocore.attribute_options import LIST_ID, OURS, parted
from etl.targets.atrocore.new_options import Wanted
from etl.targets.atrocore.options import TIES, matching
from etl.targets.atrocore.sending import send

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from etl.model.change import Json
    from etl.targets.atrocore.attribute_options import AttributeOptions
    from etl.targets.atrocore.new_options import NewOptions
    from etl.targets.atrocore.options import OptionList, Options
    from etl.targets.atrocore.server import Row
    from etl.targets.atrocore.write import Writer

_NO_ROW: Row = {}


class OptionWriter:
    """Any thread, one at a time."""

    def __init__(
        self, records: AttributeOptions, options: Options, new_options: NewOptions, writer: Writer
    ) -> None:
        self._records, self._options = records, options
        self._new, self._writer = new_options, writer

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """One outcome for each, in their order; three requests for all, and the look-ups."""
        with self._new.lock:
            self._options.forget()
            try:
                return self._write(changes)
            finally:
                self._options.forget()

    def _write(self, changes: Sequence[Change]) -> list[Outcome]:
        attributes = [_attribute_of(change) or "" for change in changes]
        rows = self._records.attributes(filter(None, attributes))
        lists = self._options.lists(str(row[LIST_ID]) for row in rows.values() if row.get(LIST_ID))
        of = [lists.get(str(rows.get(one, _NO_ROW).get(LIST_ID))) for one in attributes]
        ready = self._ready(changes, of)
        for place, (one, found) in enumerate(zip(attributes, of, strict=True)):
            if found is None:
                ready[place] = _no_list(one, rows.get(one, _NO_ROW))
        outcomes = send(
            changes, [ready[place] for place in range(len(changes))], self._writer.write
        )
        return self._placed(outcomes, of)

    def _ready(
        self, changes: Sequence[Change], lists: Sequence[OptionList | None]
    ) -> dict[int, Change | Problem]:
        """The changes whose attribute has a list, as changes of the server's options."""
        ready: dict[int, Change | Problem] = {}
        new: dict[int, Wanted] = {}
        for place, (change, of) in enumerate(zip(changes, lists, strict=True)):
            made = _ready(change, of) if of else None
            if isinstance(made, Wanted):
                new[place] = made
            elif made:
                ready[place] = made
        ready.update(zip(new, self._new.changes(list(new.values())), strict=True))
        return ready

    def _placed(
        self, outcomes: Sequence[Outcome], lists: Sequence[OptionList | None]
    ) -> list[Outcome]:
        """The outcomes after each option stands in its place (catalog 132, 133)."""
        wanted = [
            one.id
            for one in outcomes
            if one.id and one.status is not Status.FAILED and "position" in one.change.payload
        ]
        ties = self._records.ties(wanted)
        moves = {
            place: move
            for place, (one, of) in enumerate(zip(outcomes, lists, strict=True))
            if one.id in wanted and of and (move := _move(one, ties.get(one.id, ()), of))
        }
        moved = dict(
            zip(moves, self._writer.write(list(moves.values())) if moves else (), strict=True)
        )
        return [
            _together(one, moved[place]) if place in moved else one
            for place, one in enumerate(outcomes)
        ]


def _attribute_of(change: Change) -> str | None:
    named = dict(zip(change.key_fields, change.key, strict=True))
    found = change.payload.get("attributeId") or named.get("attributeId") or named.get("attribute")
    return str(found) if found else None


def _there(change: Change, of: OptionList) -> tuple[str, ...]:
    """The option that the change means, made by now: by a lost answer, or another program."""
    parts = parted(change.key_fields, change.key)
    return matching(of, parts[1], parts[2]) if parts else ()


def _plain(change: Change) -> dict[str, Json]:
    return {key: value for key, value in change.payload.items() if key not in OURS}


def _ready(change: Change, of: OptionList) -> Change | Wanted | Problem:
    ids = (change.id,) if change.id else _there(change, of)
    if len(ids) > 1:
        message = f"several options match {change.record.key_text()!r}: {', '.join(ids)}"
        return Problem("REF_AMBIGUOUS", message)
    return _updated(change, ids[0]) if ids else _wanted(change, of)


def _updated(change: Change, to: str) -> Change:
    """It keeps its code: that may be spelled `<list>__<code>`."""
    payload = {key: value for key, value in _plain(change).items() if key != "code"}
    record = replace(change.record, entity=OPTION)
    return replace(change, record=record, id=to, payload=payload)


def _wanted(change: Change, of: OptionList) -> Wanted | Problem:
    fields = _plain(change)
    parts = parted(change.key_fields, change.key)
    named = {parts[1]: parts[2]} if parts else {}
    code = fields.pop("code", None) or named.get("code")
    name = fields.pop("name", None) or named.get("name") or code
    if not name:
        return Problem("REQUIRED", "an option needs a code or a name")
    return Wanted(of, str(code) if code else None, str(name), fields)


def _move(one: Outcome, ties: Iterable[Row], of: OptionList) -> Change | None:
    """The change that puts an option in its place of this list; None if it stands there."""
    position = one.change.payload["position"]
    tie = next((tie for tie in ties if tie[LIST_ID] == of.id), None)
    if tie is None or tie.get("sorting") == position:
        return None
    record = Record(-1, TIES, (tie["id"],), {}, b"", ())
    return Change(record, tie["id"], (tie["id"],), {"sorting": position}, key_fields=("id",))


def _together(one: Outcome, move: Outcome) -> Outcome:
    if move.status is Status.FAILED:
        return replace(one, status=Status.FAILED, problem=move.problem)
    if one.status is Status.NOT_MODIFIED:
        return replace(one, status=move.status)
    return one


def _no_list(attribute: str, row: Row) -> Problem:
    if not attribute:
        return Problem("REQUIRED", "an option needs the attribute whose list it is in")
    if not row:
        return Problem("REF_NOT_FOUND", f"there is no attribute {attribute}")
    name, kind = row.get("code") or attribute, row.get("type")
    return Problem(
        "NO_LIST",
        f"the attribute {name} is of type {kind} and has no list: only attributes of type list "
        "and multilist have options",
        value=str(name),
        hint=f"give {name} the type list or multilist, or leave its options out",
    )
