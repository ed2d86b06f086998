"""Compiles a mapping against one table and one target; all that is wrong is told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.errors import MappingError
from etl.model.plan import EntryPlan
from etl.transform.brew import Kitchen
from etl.transform.csv_files import CsvFileError
from etl.transform.drafts import NO_ITEM, Draft, Teller, Values
from etl.transform.entry import Entry
from etl.transform.expressions import ITEM, Expressions
from etl.transform.fingerprint import fingerprint, row_fingerprint
from etl.transform.gone import gone_policy
from etl.transform.order import orders
from etl.transform.tables import Table, Tables, read_table
from etl.transform.transformer import CompiledMapping
from etl.transform.values import MANY
from etl.transform.words import WordError, find_entity, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from etl.mapping import EntrySpec, Mapping
    from etl.model.chunk import TableInfo
    from etl.model.ports import Target
    from etl.model.problem import Problem
    from etl.model.schema import EntitySchema
    from etl.transform.expressions import Expression

_LATER = ("attribute_rows", "files")


def compile_mapping(
    mapping: Mapping,
    info: TableInfo,
    target: Target,
    collect: list[Problem] | None = None,
    *,
    coming: frozenset[str] = frozenset(),
) -> CompiledMapping | None:
    """The mapping, ready to transform rows of that table into records of that target.

    What is wrong goes to `collect`, and None comes back; without it, raises MappingError. `coming`
    are entities that others still make: attributes and languages that are not there yet are then
    nothing wrong, and what they are for is not compiled.
    """
    problems: list[Problem] = [] if collect is None else collect
    before = len(problems)
    compiled = _Compiler(mapping, info, target, problems, coming).compile()
    if len(problems) == before:
        return compiled
    if collect is None:
        raise MappingError(problems)
    return None


class _Compiler:
    def __init__(
        self,
        mapping: Mapping,
        info: TableInfo,
        target: Target,
        problems: list[Problem],
        coming: frozenset[str],
    ) -> None:
        self._mapping, self._info, self._target = mapping, info, target
        self._teller = Teller(mapping, problems)
        columns = (*info.columns, ITEM)
        able = target.capabilities
        self._expressions = Expressions(
            columns, able.api, able.version, info.conventions, self._tables()
        )
        self._kitchen = Kitchen(
            target,
            info,
            mapping.path.parent,
            mapping.spec.on_empty,
            self._expressions,
            columns,
        )
        self._values = Values(mapping, self._kitchen, self._teller, coming)

    def _tables(self) -> Tables:
        found: dict[str, Table] = {}
        for name, spec in self._mapping.spec.tables.items():
            found[name] = Table(name)
            try:
                found[name] = read_table(name, spec, self._mapping.path.parent)
            except CsvFileError as error:
                self._teller.add(str(error), "tables", name)
        return Tables(found)

    def compile(self) -> CompiledMapping:
        where = self._condition(self._mapping.source.where, "source", "where")
        drafts = [self._draft(i, spec) for i, spec in enumerate(self._mapping.records)]
        places = orders([(draft.spec.entity, draft.refers_to) for draft in drafts])
        print_ = fingerprint(self._mapping, self._kitchen, [draft.links for draft in drafts])
        left_out = self._values.expand(drafts)
        entries = [
            self._entry(draft, order, print_) for draft, order in zip(drafts, places, strict=True)
        ]
        unread = [name for name in self._info.columns if name and name not in self._kitchen.used]
        return CompiledMapping(
            tuple(entries),
            where,
            print_,
            row_fingerprint(print_, self._info, self._kitchen),
            tuple(name for name in unread if name not in left_out),
            tuple((name, left_out[name]) for name in unread if name in left_out),
            self._values.uncompiled,
        )

    def _entry(self, draft: Draft, order: int, print_: bytes) -> Entry:
        spec = draft.spec
        plan = EntryPlan(
            draft.index,
            spec.entity,
            order,
            spec.action,
            spec.key,
            tuple(draft.key_fields),
            draft.links,
            frozenset(draft.refers_to),
            draft.gone,
            repeats=spec.each is not None,
        )
        read = {place for pipe in draft.pipes for place in pipe.places}
        read.update(draft.when.columns if draft.when else ())
        headers = self._kitchen.columns
        return Entry(plan, draft.pipes, frozenset(read), headers, draft.when, draft.each, print_)

    def _draft(self, index: int, spec: EntrySpec) -> Draft:
        draft = Draft(index, spec)
        self._refuse_later(index, spec)
        try:
            schema = draft.schema = find_entity(self._target, spec.entity)
        except WordError as error:
            self._teller.tell(error, "records", index, "entity")
            return draft
        draft.when = self._condition(
            spec.when, "records", index, "when", items=spec.each is not None
        )
        draft.each = self._each(index, spec)
        try:
            draft.gone = gone_policy(schema, spec)
        except WordError as error:
            self._teller.tell(error, "records", index)
        self._values.brew(draft, schema)
        self._find_key(draft, schema)
        return draft

    def _refuse_later(self, index: int, spec: EntrySpec) -> None:
        for name in _LATER:
            if getattr(spec, name):
                self._teller.add(
                    f"{name!r} is not there yet", "records", index, name, code="NOT_YET"
                )

    def _find_key(self, draft: Draft, schema: EntitySchema) -> None:
        outputs = {output for pipe in draft.pipes for output in pipe.outputs}
        for name in draft.spec.key:
            prop = schema.fields.get(name)
            if prop is None:
                told, hint = f"{schema.name} has no field {name!r}", nearest(name, schema.fields)
                self._teller.add(told, "records", draft.index, "key", hint=hint)
            elif prop.kind in MANY:
                told = f"{name!r} holds several values and is no key"
                self._teller.add(told, "records", draft.index, "key")
            elif prop.key in outputs:
                draft.key_fields.append(prop.key)
            elif name not in draft.wrong and not self._mapping.damaged:
                told = f"the key field {name!r} is not among the fields, or its column is missing"
                self._teller.add(told, "records", draft.index, "key")

    def _condition(
        self, text: str | None, *path: str | int, items: bool = False
    ) -> Expression | None:
        if text is None:
            return None
        try:
            found = self._expressions.condition(text)
        except ValueError as error:
            self._teller.add(str(error), *path)
            return None
        if self._kitchen.item in found.columns and not items:
            self._teller.add(NO_ITEM, *path)
            return None
        self._kitchen.used.update(self._kitchen.columns[place] for place in found.columns)
        return found

    def _each(self, index: int, spec: EntrySpec) -> Callable[[Sequence[str]], Sequence[str]] | None:
        if spec.each is None:
            return None
        if spec.each.column is None:
            items = spec.each.items
            return lambda _: items
        try:
            place = self._kitchen.place(spec.each.column)
        except WordError as error:
            self._teller.tell(error, "records", index, "each", "column")
            return None
        separator = spec.each.split or self._info.conventions.separator
        return _items(place or 0, separator, {"", *self._info.conventions.empty_values})


def _items(
    place: int, separator: str, empty: AbstractSet[str]
) -> Callable[[Sequence[str]], Sequence[str]]:
    def items(row: Sequence[str]) -> Sequence[str]:
        parts = (part.strip() for part in row[place].split(separator))
        return list(dict.fromkeys(part for part in parts if part not in empty))

    return items
