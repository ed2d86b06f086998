"""Compiles the values of one entry into pipes."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from etl.model.plan import LinkPolicy, OnMissing
from etl.model.schema import Kind
from etl.transform.expressions import ITEM, Expressions
from etl.transform.pipe import Pipe
from etl.transform.references import find_reference
from etl.transform.steps import step_function
from etl.transform.value_maps import value_table
from etl.transform.values import FirstThatApplies, Recipe, Value
from etl.transform.words import WordError, nearest, payload_key, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from etl.mapping import EntrySpec, Step, TreatmentSpec, ValueSpec
    from etl.model.chunk import TableInfo
    from etl.model.ports import Target
    from etl.model.schema import Property
    from etl.transform.expressions import Expression

Cells = tuple[str, ...]
Numbered: TypeAlias = "tuple[int, ValueSpec]"


@dataclass(slots=True)
class Kitchen:
    """What the values of all entries are compiled with."""

    target: Target
    info: TableInfo
    folder: Path
    on_empty: str
    expressions: Expressions
    columns: tuple[str, ...]  # with the item's, which comes last
    used: set[str] = field(default_factory=set)
    hooks: set[str] = field(default_factory=set)
    tables: list[Any] = field(default_factory=list)
    properties: list[Property] = field(default_factory=list)
    _steps: dict[str, Callable[[str], Any]] = field(default_factory=dict)
    _maps: dict[Any, Any] = field(default_factory=dict)

    @property
    def item(self) -> int:
        """Where the item stands: after the row's cells."""
        return len(self.columns) - 1

    def place(self, name: str, key: str = "column", *, optional: bool = False) -> int | None:
        """Where the column stands; None if it may be missing, and is."""
        found = self.columns.count(name)
        if found == 1:
            self.used.add(name)
            return self.columns.index(name)
        if found:
            told = f"column {name!r} stands {found} times in {self.info.path}"
            raise WordError(told, key, "rename one of them there")
        if optional:
            return None
        hint = nearest(name, (one for one in self.columns if one != ITEM))
        raise WordError(f"{self.info.path} has no column {name!r}", key, hint)

    def treatment(self, spec: TreatmentSpec) -> Treatment:
        """What is done to a cell. Raises WordError with what is wrong with it."""
        return Treatment(
            [self._step(step) for step in spec.apply],
            self._map(spec),
            self._when(spec.when) if spec.when else None,
        )

    def _step(self, step: Step) -> Callable[[str], Any]:
        name = f"{step.name} {step.argument!r}"
        if name not in self._steps:
            try:
                self._steps[name] = step_function(step, self.folder)
            except ValueError as error:
                raise WordError(str(error), "apply") from error
            if step.name == "python":
                self.hooks.add(str(step.argument))
        return self._steps[name]

    def _map(self, spec: TreatmentSpec) -> Any:  # noqa: ANN401 - a table or None
        found = spec.map
        if found is None or found.file is None:
            self.tables.append(None)
            return value_table(spec, self.folder)
        name = (found.file, found.key, found.value, spec.ignore_case)
        if name not in self._maps:
            self._maps[name] = value_table(spec, self.folder)
        self.tables.append(self._maps[name])
        return self._maps[name]

    def _when(self, text: str) -> Expression:
        try:
            found = self.expressions.condition(text)
        except ValueError as error:
            raise WordError(str(error), "when") from error
        self.used.update(self.columns[place] for place in found.columns)
        return found


@dataclass(frozen=True, slots=True)
class Treatment:
    """A value's steps, map and condition, compiled."""

    steps: Sequence[Callable[[str], Any]]
    table: Any
    when: Expression | None


@dataclass(slots=True)
class _Source:
    """One source of a value: the columns that it reads, and how it is made of them."""

    places: tuple[int, ...]
    value: Value


def brew(
    kitchen: Kitchen, entry: EntrySpec, prop: Property, specs: Sequence[Numbered]
) -> tuple[list[Pipe], dict[str, LinkPolicy]]:
    """The pipes of one field or attribute, one for each language, and its reference policies."""
    groups: dict[str, list[Numbered]] = defaultdict(list)
    for i, spec in specs:
        with _of_source(i):
            groups[payload_key(prop, spec)].append((i, spec))
    pipes, links = [], {}
    for key, numbered in groups.items():
        group = [spec for _, spec in numbered]
        if any(spec.when is None for spec in group[:-1]):
            raise WordError("only the last source may be without when: the others never apply")
        if any(_missing(spec) != _missing(group[0]) for spec in group):
            raise WordError("on_missing and create must be the same in all sources of a value")
        pipe = _pipe(kitchen, entry, prop, key, numbered)
        if pipe is not None:
            pipes.append(pipe)
            links.update(_policies(prop, key, group[0], pipe.column))
    return pipes, links


@contextmanager
def _of_source(index: int) -> Iterator[None]:
    """What is wrong inside is told of that source among several."""
    try:
        yield
    except WordError as error:
        error.source = index
        raise


def _missing(spec: ValueSpec) -> tuple[str, dict[str, Any]]:
    return spec.on_missing, spec.create


def _policies(
    prop: Property, key: str, spec: ValueSpec, column: str | None
) -> dict[str, LinkPolicy]:
    policy = LinkPolicy(column, OnMissing(spec.on_missing), dict(spec.create))
    links = {}
    if prop.kind in {Kind.LINK, Kind.LINKS, Kind.OPTION, Kind.OPTIONS}:
        links[key] = policy
    if prop.unit_key:
        links[prop.unit_key] = LinkPolicy((spec.unit.column if spec.unit else None) or column)
    return links


def _pipe(
    kitchen: Kitchen, entry: EntrySpec, prop: Property, key: str, numbered: Sequence[Numbered]
) -> Pipe | None:
    sources: list[_Source | None] = []
    for i, spec in numbered:
        with _of_source(i):
            sources.append(_source(kitchen, entry, prop, spec))
    group = [spec for _, spec in numbered]
    found = [source for source in sources if source is not None]
    if not found:
        return None
    places = tuple(dict.fromkeys(place for source in found for place in source.places))
    picks = [(source.value, _picker(places, source.places)) for source in found]
    outputs = (key, prop.unit_key) if prop.unit_key else (key,)
    alone = len(found) == 1 and group[0].when is None
    make = found[0].value.compiled() if alone else FirstThatApplies(picks, len(outputs)).make
    return Pipe(places, outputs, _told_column(group), make)


def _told_column(group: Sequence[ValueSpec]) -> str | None:
    """The column that a problem of the value is told of."""
    named = [name for spec in group for name in (spec.column, *spec.columns) if name]
    return named[0] if named else None


def _picker(places: tuple[int, ...], wanted: tuple[int, ...]) -> Callable[[Cells], Cells]:
    if places == wanted:
        return lambda cells: cells
    at = [places.index(place) for place in wanted]
    if len(at) == 1:
        only = at[0]
        return lambda cells: (cells[only],)
    return itemgetter(*at) if at else lambda _: ()


def _source(kitchen: Kitchen, entry: EntrySpec, prop: Property, spec: ValueSpec) -> _Source | None:
    prop = typed(prop, spec)
    kitchen.properties.append(prop)
    refers = find_reference(kitchen.target, spec, prop)
    text_places, text = _text(kitchen, spec, composite=refers is not None and len(refers.by) > 1)
    if text is None:
        return None
    unit_places = _unit_places(kitchen, spec)
    if spec.unit is not None and prop.unit_key is None:
        raise WordError(f"{prop.name!r} has no measure on the target", "unit")
    done = kitchen.treatment(spec)
    when_places = done.when.columns if done.when else ()
    places = tuple(dict.fromkeys((*text_places, *unit_places, *when_places)))
    recipe = Recipe(
        spec,
        prop,
        kitchen.info.conventions,
        spec.on_empty or entry.on_empty or kitchen.on_empty,
        _after(_picker(places, text_places), text),
        _after(_picker(places, when_places), done.when.evaluate) if done.when else None,
        done.steps,
        done.table,
        refers,
        _unit(spec, _picker(places, unit_places)),
        frozenset(kitchen.info.conventions.empty_values),
        places.index(text_places[0]) if text_places else None,
    )
    return _Source(places, Value(recipe))


def look_at(kitchen: Kitchen, specs: Sequence[Numbered]) -> None:
    """Looks at values that cannot be made yet: at what they read, and what is done to it.

    Raises WordError with what is wrong.
    """
    for i, spec in specs:
        with _of_source(i):
            _text(kitchen, spec, composite=False)
            _unit_places(kitchen, spec)
            kitchen.treatment(spec)


def _unit_places(kitchen: Kitchen, spec: ValueSpec) -> tuple[int, ...]:
    if spec.unit is None or spec.unit.column is None:
        return ()
    place = kitchen.place(spec.unit.column, "unit")
    return () if place is None else (place,)


def _absent(spec: ValueSpec) -> Callable[[Cells], Any] | None:
    """A column that may be missing, and is: an empty cell where there is a default for those."""
    return None if spec.default is None else lambda _: ""


def _after(pick: Callable[[Cells], Cells], run: Callable[[Cells], Any]) -> Callable[[Cells], Any]:
    return lambda cells: run(pick(cells))


def _unit(spec: ValueSpec, pick: Callable[[Cells], Cells]) -> Callable[[Cells], str] | None:
    if spec.unit is None:
        return None
    if spec.unit.column is not None:
        return lambda cells: pick(cells)[0]
    constant = spec.unit.value or ""
    return lambda _: constant


def _text(
    kitchen: Kitchen, spec: ValueSpec, *, composite: bool
) -> tuple[tuple[int, ...], Callable[[Cells], Any] | None]:
    """(columns, function from their cells to the text); no function where the column is missing."""
    if spec.column is not None:
        place = kitchen.place(spec.column, optional=spec.optional)
        return ((), _absent(spec)) if place is None else ((place,), lambda cells: cells[0])
    if spec.columns:
        found = [kitchen.place(name, "columns", optional=spec.optional) for name in spec.columns]
        places = tuple(place for place in found if place is not None)
        if composite:
            return (places, lambda cells: cells) if len(places) == len(found) else ((), None)
        join, empty = spec.join, {"", *kitchen.info.conventions.empty_values}
        return places, lambda cells: join.join(cell for cell in cells if cell.strip() not in empty)
    if spec.template is not None:
        try:
            expression = kitchen.expressions.template(spec.template)
        except ValueError as error:
            raise WordError(str(error), "template") from error
        kitchen.used.update(kitchen.columns[place] for place in expression.columns)
        return expression.columns, expression.evaluate
    constant = spec.value
    return (), lambda _: constant
