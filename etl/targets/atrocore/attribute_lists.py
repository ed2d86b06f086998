"""Attributes of type list and multilist: each gets a list of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from etl.model.change import Change, Status
from etl.model.problem import Problem
from etl.model.record import Record
from etl.targets.atrocore.amendments import ATTRIBUTE, LIST_TYPES
from etl.targets.atrocore.options import LIST
from etl.targets.atrocore.sending import send

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from etl.model.change import Json, Outcome
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.server import Row, Server
    from etl.targets.atrocore.write import Writer

_SELECT = ("code", "type", "entityId", "extensibleEnumId")


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose list it is: an attribute's code within an entity."""

    entity: str
    code: str


@dataclass(frozen=True, slots=True)
class _Known:
    """The attributes of a batch that exist, and the lists that attributes have, as they are now."""

    by_id: Mapping[str, Row]
    by_owner: Mapping[_Owner, Row]
    lists: Mapping[str, str]  # code -> id
    users: Mapping[str, frozenset[_Owner]]  # list's id -> whose it is


class AttributeLists:
    """Turns `list` and `multilist` into the server's words, and makes the lists. Any thread."""

    def __init__(self, server: Server, catalog: Catalog, writer: Writer) -> None:
        self._server, self._catalog, self._writer = server, catalog, writer
        self._lock = Lock()
        self._given: dict[str, _Owner] = {}  # codes of lists whose attribute may not be there yet

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """One outcome for each change of an attribute, in their order."""
        return send(changes, self.translated(changes), self._writer.write)

    def translated(self, changes: Sequence[Change]) -> list[Change | Problem]:
        """The changes of attributes in the server's words, in their order."""
        ours = [change for change in changes if change.payload.get("type") in LIST_TYPES]
        if not ours:
            return [*changes]
        with self._lock:
            made = iter(self._with_lists(ours))
        return [next(made) if change in ours else change for change in changes]

    def _with_lists(self, changes: Sequence[Change]) -> list[Change | Problem]:
        known = self._known(changes)
        lists: list[str | Problem | None] = [self._there(change, known) for change in changes]
        new: dict[int, Change] = {}
        for place, change in enumerate(changes):
            if lists[place] is None and _may_have_one(change, known):
                code = self._code(change, known)
                if isinstance(code, str) and code not in known.lists:
                    new[place] = _list(change, code, self._catalog.keys(LIST))
                lists[place] = known.lists.get(code, code) if isinstance(code, str) else code
        made = self._writer.write(list(new.values())) if new else []
        for place, outcome in zip(new, made, strict=True):
            lists[place] = _result(outcome)
        return [
            of if isinstance(of, Problem) else _translated(change, of)
            for change, of in zip(changes, lists, strict=True)
        ]

    @staticmethod
    def _there(change: Change, known: _Known) -> str | None:
        """The list that the change names, or that the attribute has."""
        row = _row(change, known) or {}
        found = change.payload.get("extensibleEnumId") or row.get("extensibleEnumId")
        return str(found) if found else None

    def _code(self, change: Change, known: _Known) -> str | Problem:
        """The code of the list: the attribute's, unless another attribute's list has it."""
        owner = _owner(change, _row(change, known))
        if not owner.code:
            return Problem("REQUIRED", "an attribute with a list needs a code", hint="map `code`")
        for code in (owner.code, f"{owner.entity.lower()}_{owner.code}"):
            users = known.users.get(known.lists.get(code, ""), frozenset())
            if self._given.get(code, owner) == owner and users <= {owner}:
                self._given[code] = owner
                return code
        return Problem(
            "NAME_TAKEN",
            f"lists with the codes {owner.code} and {owner.entity.lower()}_{owner.code} belong to "
            "other attributes",
            value=owner.code,
        )

    # -- what is there ----------------------------------------------------------------------

    def _known(self, changes: Sequence[Change]) -> _Known:
        ids = [change.id for change in changes if change.id]
        owners = {_owner(change, None) for change in changes}
        rows = [
            *self._server.rows_in(ATTRIBUTE, "id", ids, _SELECT),
            *self._server.rows_in(ATTRIBUTE, "code", (one.code for one in owners), _SELECT),
        ]
        by_id = {row["id"]: row for row in rows}
        codes = {str(row.get("code") or "") for row in rows} | {one.code for one in owners}
        entities = {str(row["entityId"]) for row in rows} | {one.entity for one in owners}
        spelled = [*codes, *(f"{of.lower()}_{code}" for of in entities for code in codes)]
        lists = {
            str(row["code"]): str(row["id"])
            for row in self._server.rows_in(LIST, "code", filter(None, spelled), ("code",))
        }
        return _Known(by_id, {_of(row): row for row in rows}, lists, self._users(lists.values()))

    def _users(self, lists: Iterable[str]) -> dict[str, frozenset[_Owner]]:
        users: dict[str, frozenset[_Owner]] = {}
        for row in self._server.rows_in(ATTRIBUTE, "extensibleEnumId", lists, _SELECT):
            one = str(row["extensibleEnumId"])
            users[one] = users.get(one, frozenset()) | {_of(row)}
        return users


def _row(change: Change, known: _Known) -> Row | None:
    """The attribute that exists, found by now or not."""
    if change.id:
        return known.by_id.get(change.id)
    return known.by_owner.get(_owner(change, None))


def _may_have_one(change: Change, known: _Known) -> bool:
    """Whether a type can become a list is for the server to say (catalog 160)."""
    row = _row(change, known)
    return row is None or row.get("type") in LIST_TYPES.values()


def _of(row: Row) -> _Owner:
    return _Owner(str(row.get("entityId")), str(row.get("code") or ""))


def _owner(change: Change, row: Row | None) -> _Owner:
    named: dict[str, Json] = {
        **dict(zip(change.key_fields, change.key, strict=True)),
        **change.payload,
    }
    there = _of(row) if row else _Owner("", "")
    return _Owner(str(named.get("entityId") or there.entity), str(named.get("code") or there.code))


def _translated(change: Change, of: str | None) -> Change:
    payload: dict[str, Json] = {**change.payload, "type": LIST_TYPES[str(change.payload["type"])]}
    if of:
        payload["extensibleEnumId"] = of
    return replace(change, payload=payload)


def _list(change: Change, code: str, fields: Mapping[str, object]) -> Change:
    """A list with the attribute's names, in as many languages as lists have."""
    names = {
        key: value
        for key, value in change.payload.items()
        if key.startswith("name") and key in fields and value
    }
    payload: dict[str, Json] = {"name": code, **names, "code": code}
    record = Record(-1, LIST, (code,), {}, b"", ())
    return Change(record, None, (code,), payload, key_fields=("code",))


def _result(outcome: Outcome) -> str | Problem:
    if outcome.id and outcome.status is not Status.FAILED:
        return outcome.id
    return outcome.problem or Problem("SERVER_REJECTED", "the server gave no id for the list")
