"""Makes the options and records that references miss (`on_missing: create`)."""

from __future__ import annotations

from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING

from etl.errors import BatchRefused
from etl.model.change import Change, Status
from etl.model.problem import Problem
from etl.model.record import Record, Ref, RefKind
from etl.model.schema import Kind
from etl.targets.atrocore.new_options import Wanted
from etl.targets.atrocore.options import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from etl.model.change import Json, Outcome
    from etl.model.ports import MakeRequest
    from etl.model.schema import Property
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.new_options import NewOptions
    from etl.targets.atrocore.options import OptionList, Options

Made = dict[Ref, "str | Problem"]

_NO_ENTRY = -1  # the record of no entry of a mapping


class Maker:
    """One thread at a time, so that two batches that miss the same make it once."""

    def __init__(
        self,
        catalog: Catalog,
        options: Options,
        new_options: NewOptions,
        find: Callable[[Iterable[Ref]], dict[Ref, tuple[str, ...]]],
        write: Callable[[Sequence[Change]], list[Outcome]],
    ) -> None:
        """`find` and `write` are the target's own, for any entity."""
        self._catalog, self._options, self._new_options = catalog, options, new_options
        self._find, self._write = find, write
        self._lock = Lock()

    def make(self, requests: Sequence[MakeRequest]) -> Made:
        """The id of each, or why there is none. What exists by now is not made again."""
        made: Made = {}
        groups: dict[tuple[RefKind, str, str | None], list[MakeRequest]] = defaultdict(list)
        for request in requests:
            ref = request.ref
            groups[ref.kind, ref.entity, ref.scope].append(request)
        with self._lock:
            for (kind, _, scope), group in groups.items():
                if kind is RefKind.RECORD:
                    made.update(self._records(group))
                elif kind is RefKind.OPTION and scope:
                    with self._new_options.lock:
                        made.update(self._in_list(scope, group))
                else:
                    made.update((one.ref, _not_made(one.ref)) for one in group)
        return made

    # -- options ----------------------------------------------------------------------------

    def _in_list(self, scope: str, group: Sequence[MakeRequest]) -> Made:
        """Options of one list; those that it lacks are made."""
        self._options.forget()
        of = self._options.list(scope)
        made: Made = {}
        missing: dict[str, MakeRequest] = {}
        for one in group:
            found = matches(of, one.ref)
            if found:
                made[one.ref] = found[0] if len(found) == 1 else _ambiguous(one.ref, found)
            elif one.ref.by[0] == "id":
                made[one.ref] = _not_made(one.ref)
            else:
                missing.setdefault(_folded(one.ref), one)
        made.update(self._made_options(of, list(missing.values())))
        self._options.forget()
        for one in group:
            first = missing.get(_folded(one.ref))
            if one.ref not in made and first:
                made[one.ref] = made[first.ref]
        return made

    def _made_options(self, of: OptionList, requests: Sequence[MakeRequest]) -> Made:
        made: Made = {}
        changes: dict[Ref, Change] = {}
        wanted = [_wanted(of, one) for one in requests]
        for one, change in zip(requests, self._new_options.changes(wanted), strict=True):
            if isinstance(change, Problem):
                made[one.ref] = change
            else:
                changes[one.ref] = change
        return {**made, **self._written(list(changes), list(changes.values()))}

    # -- records ----------------------------------------------------------------------------

    def _records(self, group: Sequence[MakeRequest]) -> Made:
        found = self._find(one.ref for one in group)
        made: Made = {}
        missing: dict[tuple[object, ...], MakeRequest] = {}
        for one in group:
            ids = found[one.ref]
            if ids:
                made[one.ref] = ids[0] if len(ids) == 1 else _ambiguous(one.ref, ids)
            else:
                missing.setdefault((one.ref.by, _folded(one.ref)), one)
        requests = list(missing.values())
        made.update(
            self._written([one.ref for one in requests], [self._record(one) for one in requests])
        )
        for one in group:
            if one.ref not in made:
                made[one.ref] = made[missing[one.ref.by, _folded(one.ref)].ref]
        return made

    def _record(self, request: MakeRequest) -> Change:
        ref = request.ref
        schema = self._catalog.schema(ref.entity)
        fields = schema.fields if schema else {}
        by = tuple(fields[name].key if name in fields else name for name in ref.by)
        key = tuple(str(part) for part in ref.key)
        payload: dict[str, Json] = {**dict(zip(by, key, strict=True)), **request.fields}
        if "name" in fields and not payload.get("name"):
            texts = [
                part for name, part in zip(ref.by, key, strict=True) if not _links(fields, name)
            ]
            payload["name"] = [*key, *texts][-1]
        return _change(ref, by, key, payload)

    # -- both -------------------------------------------------------------------------------

    def _written(self, refs: Sequence[Ref], changes: Sequence[Change]) -> Made:
        if not changes:
            return {}
        try:
            outcomes = self._write(changes)
        except BatchRefused:
            if len(changes) == 1:
                raise
            middle = len(changes) // 2
            first = self._written(refs[:middle], changes[:middle])
            return {**first, **self._written(refs[middle:], changes[middle:])}
        return {ref: _made(ref, one) for ref, one in zip(refs, outcomes, strict=True)}


def _links(fields: Mapping[str, Property], name: str) -> bool:
    """True for a field, by its name or its payload key, that holds another record's id."""
    return any(prop.kind is Kind.LINK for prop in fields.values() if name in {prop.name, prop.key})


def _wanted(of: OptionList, request: MakeRequest) -> Wanted:
    fields = dict(request.fields)
    name = str(fields.pop("name", None) or request.ref.text())
    if request.ref.by[0] == "code":
        return Wanted(of, request.ref.text(), name, fields)
    return Wanted(of, None, request.ref.text(), fields)


def _change(
    ref: Ref, by: tuple[str, ...], key: tuple[str, ...], payload: Mapping[str, Json]
) -> Change:
    record = Record(_NO_ENTRY, ref.entity, key, {}, b"", ())
    return Change(record, None, key, payload, key_fields=by)


def _made(ref: Ref, outcome: Outcome) -> str | Problem:
    if outcome.status is not Status.FAILED and outcome.id:
        return outcome.id
    told = outcome.problem.message if outcome.problem else "the server gave no id for it"
    return Problem("SERVER_REJECTED", f"{ref.text()!r} could not be made: {told}")


def _folded(ref: Ref) -> str:
    text = "\0".join(str(part) for part in ref.key)
    return text.casefold() if ref.ignore_case else text


def _ambiguous(ref: Ref, ids: Sequence[str]) -> Problem:
    return Problem("REF_AMBIGUOUS", f"{len(ids)} records match {ref.text()!r}: {', '.join(ids)}")


def _not_made(ref: Ref) -> Problem:
    what = "a unit" if ref.kind is RefKind.UNIT else "an option that is named by its id"
    return Problem("NOT_MADE", f"{ref.text()!r}: {what} is never made on the way")
