"""Compiles a mapping against one table and one target; all that is wrong is told at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from etl.errors import MappingError
from etl.model.plan import EntryPlan, LinkPolicy
from etl.transform.brew import Kitchen, brew
from etl.transform.entry import Entry
from etl.transform.expressions import ITEM, Expressions
from etl.transform.fingerprint import fingerprint, row_fingerprint
from etl.transform.order import orders
from etl.transform.transformer import CompiledMapping
from etl.transform.values import MANY
from etl.transform.words import WordError, find_entity, find_property, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from etl.mapping import EntrySpec, Mapping, ValueSpec
    from etl.model.chunk import TableInfo
    from etl.model.ports import Target
    from etl.model.problem import Problem
    from etl.model.schema import EntitySchema
    from etl.transform.expressions import Expression
    from etl.transform.pipe import Pipe

_LATER = ("wildcard", "attribute_rows", "files", "gone_limit")
_WRITTEN = {"wildcard": "*"}
_NO_ITEM = "there is no item here: the entry has no each:"


def compile_mapping(
    mapping: Mapping, info: TableInfo, target: Target, collect: list[Problem] | None = None
) -> CompiledMapping | None:
    """The mapping, ready to transform rows of that table into records of that target.

    What is wrong goes to `collect`, and None comes back; without it, raises MappingError.
    """
    problems: list[Problem] = [] if collect is None else collect
    before = len(problems)
    compiled = _Compiler(mapping, info, target, problems).compile()
    if len(problems) == before:
        return compiled
    if collect is None:
        raise MappingError(problems)
    return None


@dataclass(slots=True)
class _Draft:
    """An entry that is being compiled."""

    index: int
    spec: EntrySpec
    pipes: list[Pipe] = field(default_factory=list)
    links: dict[str, LinkPolicy] = field(default_factory=dict)
    refers_to: set[str] = field(default_factory=set)
    key_fields: list[str] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)  # fields that are told already
    when: Expression | None = None
    each: Callable[[Sequence[str]], Sequence[str]] | None = None


class _Compiler:
    def __init__(
        self, mapping: Mapping, info: TableInfo, target: Target, problems: list[Problem]
    ) -> None:
        self._mapping, self._info, self._target = mapping, info, target
        self._problems = problems
        self._item = len(info.columns)  # where the item stands: after the row's cells
        columns = (*info.columns, ITEM)
        able = target.capabilities
        self._expressions = Expressions(columns, able.api, able.version, info.conventions)
        self._kitchen = Kitchen(
            target,
            info,
            mapping.path.parent,
            mapping.spec.on_empty,
            self._expressions,
            columns,
        )

    def compile(self) -> CompiledMapping:
        where = self._condition(self._mapping.source.where, "source", "where")
        drafts = [self._draft(i, spec) for i, spec in enumerate(self._mapping.records)]
        places = orders([(draft.spec.entity, draft.refers_to) for draft in drafts])
        print_ = fingerprint(self._mapping, self._kitchen, [draft.links for draft in drafts])
        entries = [
            self._entry(draft, order, print_) for draft, order in zip(drafts, places, strict=True)
        ]
        unused = tuple(
            name for name in self._info.columns if name not in self._kitchen.used and name
        )
        rows = row_fingerprint(print_, self._info, self._kitchen)
        return CompiledMapping(tuple(entries), where, print_, rows, unused)

    def _entry(self, draft: _Draft, order: int, print_: bytes) -> Entry:
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
        )
        read = {place for pipe in draft.pipes for place in pipe.places}
        read.update(draft.when.columns if draft.when else ())
        headers = self._kitchen.columns
        return Entry(plan, draft.pipes, frozenset(read), headers, draft.when, draft.each, print_)

    def _draft(self, index: int, spec: EntrySpec) -> _Draft:
        draft = _Draft(index, spec)
        self._refuse_later(index, spec)
        try:
            schema = find_entity(self._target, spec.entity)
        except WordError as error:
            self._tell(error, "records", index, "entity")
            return draft
        draft.when = self._condition(
            spec.when, "records", index, "when", items=spec.each is not None
        )
        draft.each = self._each(index, spec)
        self._brew_all(draft, schema, spec.fields, "fields")
        self._brew_all(draft, schema, spec.attributes, "attributes")
        self._find_key(draft, schema)
        return draft

    def _refuse_later(self, index: int, spec: EntrySpec) -> None:
        for name in _LATER:
            if getattr(spec, name):
                written = _WRITTEN.get(name, name)
                told = f"{written!r} is not there yet"
                at = ("attributes", "*") if written == "*" else (written,)
                self._add(told, "records", index, *at, code="NOT_YET")
        if spec.gone != "keep":
            told = "only gone: keep is there yet"
            self._add(told, "records", index, "gone", code="NOT_YET")

    def _brew_all(
        self,
        draft: _Draft,
        schema: EntitySchema,
        values: dict[str, tuple[ValueSpec, ...]],
        part: str,
    ) -> None:
        for name, specs in values.items():
            path = ("records", draft.index, part, name)
            try:
                prop = find_property(schema, name, attribute=part == "attributes")
            except WordError as error:
                draft.wrong.add(name)
                self._tell(error, *path, key_itself=True)
                continue
            try:
                pipes, links = brew(self._kitchen, draft.spec, prop, list(enumerate(specs)))
            except WordError as error:
                draft.wrong.add(name)
                self._tell(error, *path, *(() if error.source is None else (error.source,)))
                continue
            if draft.spec.each is None and any(self._item in pipe.places for pipe in pipes):
                draft.wrong.add(name)
                self._tell(WordError(_NO_ITEM), *path)
                continue
            draft.pipes += pipes
            draft.links |= links
            draft.refers_to.update(spec.ref.split(".")[0] for spec in specs if spec.ref)

    def _find_key(self, draft: _Draft, schema: EntitySchema) -> None:
        outputs = {output for pipe in draft.pipes for output in pipe.outputs}
        for name in draft.spec.key:
            prop = schema.fields.get(name)
            if prop is None:
                told, hint = f"{schema.name} has no field {name!r}", nearest(name, schema.fields)
                self._add(told, "records", draft.index, "key", hint=hint)
            elif prop.kind in MANY:
                told = f"{name!r} holds several values and is no key"
                self._add(told, "records", draft.index, "key")
            elif prop.key in outputs:
                draft.key_fields.append(prop.key)
            elif name not in draft.wrong and not self._mapping.damaged:
                told = f"the key field {name!r} is not among the fields, or its column is missing"
                self._add(told, "records", draft.index, "key")

    def _condition(
        self, text: str | None, *path: str | int, items: bool = False
    ) -> Expression | None:
        if text is None:
            return None
        try:
            found = self._expressions.condition(text)
        except ValueError as error:
            self._add(str(error), *path)
            return None
        if self._item in found.columns and not items:
            self._add(_NO_ITEM, *path)
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
            self._tell(error, "records", index, "each", "column")
            return None
        separator = spec.each.split or self._info.conventions.separator
        return _items(place or 0, separator, {"", *self._info.conventions.empty_values})

    def _tell(self, error: WordError, *path: str | int, key_itself: bool = False) -> None:
        at = (*path, error.key) if error.key and error.key != path[-1] else path
        problem = self._mapping.problem(str(error), *at, hint=error.hint)
        if key_itself:
            problem = self._mapping.key_problem(str(error), *path, hint=error.hint)
        self._problems.append(problem)

    def _add(
        self, told: str, *path: str | int, hint: str | None = None, code: str = "MAPPING"
    ) -> None:
        self._problems.append(self._mapping.problem(told, *path, hint=hint, code=code))


def _items(
    place: int, separator: str, empty: AbstractSet[str]
) -> Callable[[Sequence[str]], Sequence[str]]:
    def items(row: Sequence[str]) -> Sequence[str]:
        parts = (part.strip() for part in row[place].split(separator))
        return list(dict.fromkeys(part for part in parts if part not in empty))

    return items
