"""Makes the options and records that references miss (`on_missing: create`)."""

from __future__ import annotations

from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING

from etl.errors import BatchRefused
from etl.model.change import Change, Links, Status
from etl.model.problem import Problem
from etl.model.record import LinkMode, Record, Ref, RefKind
from etl.targets.atrocore.options import OPTION, matches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.model.change import Json, Outcome
    from etl.model.ports import MakeRequest
    from etl.targets.atrocore.catalog import Catalog
    from etl.targets.atrocore.lookup import Lookup
    from etl.targets.atrocore.options import OptionList, Options
    from etl.targets.atrocore.write import Writer

Made = dict[Ref, "str | Problem"]

_NO_ENTRY = -1  # the record of no entry of a mapping


class Maker:
    """One thread at a time, so that two batches that miss the same make it once."""

    def __init__(self, catalog: Catalog, lookup: Lookup, options: Options, writer: Writer) -> None:
        self._catalog, self._lookup = catalog, lookup
        self._options, self._writer = options, writer
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
                    made.update(self._in_list(scope, group))
                else:
                    made.update((one.ref, _not_made(one.ref)) for one in group)
        return made

    # -- options ----------------------------------------------------------------------------

    def _in_list(self, scope: str, group: Sequence[MakeRequest]) -> Made:
        """Options of one list.

        They are made under their code if no list of the server has it, else under `<list>__<code>`:
        under an existing code they would move out of its list (catalog 127-129).
        """
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
        made.update(self._new_options(of, list(missing.values())))
        self._options.forget()
        for one in group:
            first = missing.get(_folded(one.ref))
            if one.ref not in made and first:
                made[one.ref] = made[first.ref]
        return made

    def _new_options(self, of: OptionList, requests: Sequence[MakeRequest]) -> Made:
        codes = {one.ref: _spellings(of, one.ref) for one in requests if one.ref.by[0] == "code"}
        asked = [(code,) for pair in codes.values() for code in pair]
        elsewhere = self._lookup.by_key(OPTION, ("code",), asked)
        made: Made = {}
        changes: dict[Ref, Change] = {}
        for one in requests:
            spellings = codes.get(one.ref)
            if spellings is None:
                changes[one.ref] = _named_option(of, one)
                continue
            code = next((code for code in spellings if (code,) not in elsewhere), None)
            if code is None:
                made[one.ref] = _spoken_for(spellings)
            else:
                changes[one.ref] = _coded_option(of, one, code)
        return {**made, **self._written(list(changes), list(changes.values()))}

    # -- records ----------------------------------------------------------------------------

    def _records(self, group: Sequence[MakeRequest]) -> Made:
        found = self._lookup.find(one.ref for one in group)
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
            payload["name"] = key[-1]
        return _change(ref, by, key, payload)

    # -- both -------------------------------------------------------------------------------

    def _written(self, refs: Sequence[Ref], changes: Sequence[Change]) -> Made:
        if not changes:
            return {}
        try:
            outcomes = self._writer.write(changes)
        except BatchRefused:
            if len(changes) == 1:
                raise
            middle = len(changes) // 2
            first = self._written(refs[:middle], changes[:middle])
            return {**first, **self._written(refs[middle:], changes[middle:])}
        self._lookup.forget(changes[0].record.entity)
        return {ref: _made(ref, one) for ref, one in zip(refs, outcomes, strict=True)}


def _spellings(of: OptionList, ref: Ref) -> tuple[str, str]:
    return ref.text(), f"{of.prefix}__{ref.text()}"


def _coded_option(of: OptionList, request: MakeRequest, code: str) -> Change:
    fields = {"name": request.ref.text(), **request.fields, "code": code, **_tie(of)}
    return _change(request.ref, ("code",), (code,), fields)


def _named_option(of: OptionList, request: MakeRequest) -> Change:
    """Without a code, list and name together tell an option (catalog 135)."""
    wanted = request.ref.text()
    fields = {**request.fields, "name": wanted, **_tie(of)}
    return _change(request.ref, ("extensibleEnumsIds", "name"), (of.id, wanted), fields)


def _tie(of: OptionList) -> dict[str, Json]:
    """`extensibleEnumId` alone would leave the option in no list (catalog 125, 126)."""
    return {"extensibleEnumsIds": Links((of.id,), LinkMode.SET)}


def _spoken_for(codes: Sequence[str]) -> Problem:
    told = " and ".join(repr(code) for code in codes)
    return Problem("NOT_MADE", f"options with the codes {told} belong to other lists")


def _change(
    ref: Ref, by: tuple[str, ...], key: tuple[str, ...], payload: Mapping[str, Json]
) -> Change:
    entity = OPTION if ref.kind is RefKind.OPTION else ref.entity
    record = Record(_NO_ENTRY, entity, key, {}, b"", ())
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
