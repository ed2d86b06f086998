"""One source of a value: column -> split -> apply -> map -> empty? -> type -> reference."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from etl.model.record import LinkMode, LinkRefs, Ref, RefKind
from etl.model.schema import Kind
from etl.transform.casts import caster, constant, shown
from etl.transform.outcomes import KEEP, Fail, Keep
from etl.transform.units import unit_splitter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from etl.mapping import ValueSpec
    from etl.model.chunk import Conventions
    from etl.model.record import Scalar
    from etl.model.schema import Property
    from etl.transform.references import Reference

MANY = frozenset({Kind.LINKS, Kind.OPTIONS, Kind.CHOICES, Kind.TEXTS})
EMPTY: Final = Fail("EMPTY", "is empty")  # not a failure yet: what it means is up to on_empty
SKIP: Final = Fail("SKIP", "does not apply")  # its `when` is false: the next source's turn

Cells = tuple[str, ...]


@dataclass(slots=True)
class Recipe:
    """Everything that the making of one value needs, resolved once."""

    spec: ValueSpec
    prop: Property
    conventions: Conventions
    on_empty: str
    text: Callable[[Cells], Any]  # the cell's text, or the key parts of a composite reference
    when: Callable[[Cells], Any] | None = None
    steps: Sequence[Callable[[str], str | Fail]] = ()
    table: Mapping[str, Scalar] | None = None
    refers: Reference | None = None
    unit: Callable[[Cells], str] | None = None
    empty_values: frozenset[str] = field(default_factory=frozenset)
    place: int | None = None  # of the text among the cells, where it is one cell


class Value:
    """Makes the value of one row's cells."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe, self._spec, self._prop = recipe, recipe.spec, recipe.prop
        self._cast = caster(recipe.prop, recipe.conventions)
        self._separator = self._find_separator()
        self._has_unit = recipe.prop.unit_key is not None
        self._split_unit = unit_splitter(recipe.conventions) if self._has_unit else None
        self._units: dict[str, Ref | Keep] = {}
        numeric = recipe.prop.kind in {Kind.INTEGER, Kind.NUMBER}
        self._decimal = recipe.conventions.decimal if numeric else "."

    def _find_separator(self) -> str | None:
        if self._spec.split is True or (self._spec.split is None and self._prop.kind in MANY):
            return self._recipe.conventions.separator
        return self._spec.split or None

    def compiled(self) -> Callable[[Cells], Any]:
        """`make`, or something quicker that does the same for a plain cell and its cast."""
        recipe, spec = self._recipe, self._spec
        plain = (
            recipe.place is not None
            and spec.column is not None
            and recipe.when is None
            and recipe.table is None
            and recipe.refers is None
            and self._separator is None
            and spec.clear_marker is None
            and not self._has_unit
            and self._prop.kind not in {Kind.OPTION, *MANY}
        )
        return self._plain() if plain else self.make

    def _plain(self) -> Callable[[Cells], Any]:
        cast, steps, empty_values = self._cast, self._recipe.steps, self._recipe.empty_values
        place = self._recipe.place or 0

        def make(cells: Cells) -> Any:  # noqa: ANN401 - as make
            text = given = cells[place]
            if not text or text.isspace() or (empty_values and text.strip() in empty_values):
                return self._empty(given)
            for step in steps:
                done = step(text)
                if done.__class__ is Fail:
                    return done
                text = str(done)
            if not text or text.isspace() or (empty_values and text.strip() in empty_values):
                return self._empty(given)
            return cast(text)

        return make

    def make(self, cells: Cells) -> Any:  # noqa: ANN401 - a value, KEEP, SKIP, a Fail, a Warned
        """The value; with a unit beside it, a pair."""
        recipe = self._recipe
        if recipe.when is not None:
            applies = recipe.when(cells)
            if isinstance(applies, Fail):
                return applies
            if not applies:
                return SKIP
        made = self._made(cells)
        if isinstance(made, Fail):
            return made
        return self._with_unit(made, cells) if self._has_unit else made

    def _made(self, cells: Cells) -> Any:  # noqa: ANN401 - as make
        given = self._recipe.text(cells)
        if isinstance(given, str):
            return self._made_of(given)
        if isinstance(given, tuple) and self._recipe.refers is not None:
            return self._composite(self._recipe.refers, given)
        return given if isinstance(given, Fail) else self._constant(given)

    def _made_of(self, given: str) -> Any:  # noqa: ANN401 - as make
        if self._spec.clear_marker is not None and given == self._spec.clear_marker:
            return self._cleared(given)
        if self._separator is not None:
            return self._several(given)
        text = self._one(given)
        if text is EMPTY:
            return self._empty(given)
        return text if isinstance(text, Fail) else self._finish(text)

    def _constant(self, given: Scalar) -> Any:  # noqa: ANN401 - as make
        if given is None:
            return self._cleared("")
        found = constant(self._prop, given)
        text = _text_of(given, self._decimal)
        return self._finish(text) if found is None else found

    def _one(self, text: str) -> str | Fail:
        if self._is_empty(text):
            return EMPTY if self._recipe.table is None else self._mapped(text.strip())
        for step in self._recipe.steps:
            done = step(text)
            if isinstance(done, Fail):
                return done
            text = done
        if self._recipe.table is not None:
            return self._mapped(text)
        return EMPTY if self._is_empty(text) else text

    def _is_empty(self, text: str) -> bool:
        bare = text.strip()
        return not bare or bare in self._recipe.empty_values

    def _mapped(self, text: str) -> str | Fail:
        table, spec = self._recipe.table or {}, self._spec.map
        key = text.casefold() if self._spec.ignore_case else text
        if key in table:
            found = _text_of(table[key], self._decimal)
            return EMPTY if self._is_empty(found) else found
        if self._is_empty(text):
            return EMPTY
        if spec is None or spec.otherwise == "reject":
            return Fail("MAP_UNKNOWN", f"{shown(text)} is not in the map", text, "add it, or else:")
        return text if spec.otherwise == "keep" else EMPTY

    def _several(self, given: str) -> Any:  # noqa: ANN401 - as make
        items: dict[Any, None] = {}
        for part in given.split(self._separator):
            text = self._one(part.strip())
            if text is EMPTY:
                continue
            made = text if isinstance(text, Fail) else self._item(text)
            if isinstance(made, Fail):
                return made
            items[made] = None
        return self._gathered(items) if items else self._empty(given)

    def _gathered(self, items: dict[Any, None]) -> Any:  # noqa: ANN401 - as make
        if self._prop.kind in {Kind.LINKS, Kind.OPTIONS}:
            return LinkRefs(tuple(items), self._mode())
        if self._prop.kind in MANY:
            return tuple(items)
        if len(items) == 1:
            return next(iter(items))
        told = f"{len(items)} items for a field that holds one"
        return Fail("TYPE", told, ", ".join(str(item) for item in items))

    def _mode(self) -> LinkMode:
        """Links add unless told otherwise; a list of options is a value, and replaces the old."""
        if self._spec.mode:
            return LinkMode(self._spec.mode)
        return LinkMode.ADD if self._prop.kind is Kind.LINKS else LinkMode.SET

    def _finish(self, text: str) -> Any:  # noqa: ANN401 - as make
        made = self._item(text)
        if self._prop.kind in MANY and not isinstance(made, Fail):
            return self._gathered({made: None})
        return made

    def _item(self, text: str) -> Any:  # noqa: ANN401 - as make
        spec, prop = self._spec, self._prop
        if self._recipe.refers is not None:
            return self._recipe.refers.to((text,), ignore_case=spec.ignore_case)
        if prop.kind in {Kind.OPTION, Kind.OPTIONS}:
            return Ref(
                RefKind.OPTION,
                "AttributeOption",
                (spec.options,),
                (text,),
                prop.option_list,
                spec.ignore_case,
            )
        if self._split_unit is not None:
            number, unit = self._split_unit(text)
            cast = self._cast(number)
            return cast if isinstance(cast, Fail) else (cast, unit)
        return self._cast(text)

    def _composite(self, refers: Reference, parts: tuple[str, ...]) -> Any:  # noqa: ANN401 - as make
        made = [self._one(part) for part in parts]
        if all(part is EMPTY for part in made):
            return self._empty(" ".join(parts))
        texts: list[str] = []
        for part in made:
            if part is EMPTY:
                return Fail("REQUIRED", f"a part of the reference to {refers.entity} is empty")
            if isinstance(part, Fail):
                return part
            texts.append(part)
        ref = refers.to(texts, ignore_case=self._spec.ignore_case)
        return LinkRefs((ref,), self._mode()) if self._prop.kind is Kind.LINKS else ref

    def _empty(self, given: str) -> Any:  # noqa: ANN401 - as make
        spec = self._spec
        if spec.default is not None:
            return self._constant(spec.default)
        if spec.required or self._recipe.on_empty == "reject":
            return Fail("REQUIRED", "is empty, and must not be", given)
        return self._cleared(given) if self._recipe.on_empty == "clear" else KEEP

    def _cleared(self, given: str) -> Any:  # noqa: ANN401 - as make
        """Null clears everything (catalog 257), but where the server requires a value."""
        if self._prop.required:
            return Fail("REQUIRED", "cannot be cleared: the target requires it", given)
        if self._prop.kind in {Kind.LINKS, Kind.OPTIONS}:
            return LinkRefs((), LinkMode.SET)
        return None

    def _with_unit(self, made: Any, cells: Cells) -> Any:  # noqa: ANN401 - as make
        """A unit without a value is ignored; a value without a unit gets the measure's default."""
        if made is KEEP:
            return KEEP, KEEP
        if made is None:
            return None, None
        value, unit = made if isinstance(made, tuple) else (made, "")
        if not unit and self._recipe.unit is not None:
            unit = self._recipe.unit(cells).strip()
            unit = "" if unit in self._recipe.empty_values else unit
        if unit not in self._units:
            self._units[unit] = self._unit(unit)
        return value, self._units[unit]

    def _unit(self, unit: str) -> Ref | Keep:
        scope, default = self._prop.measure, self._prop.default_unit
        if unit:
            return Ref(RefKind.UNIT, "Unit", ("code",), (unit,), scope)
        return Ref(RefKind.UNIT, "Unit", ("id",), (default,), scope) if default else KEEP


class FirstThatApplies:
    """Several sources of one field: the first whose `when` is true."""

    def __init__(
        self, sources: Sequence[tuple[Value, Callable[[Cells], Cells]]], outputs: int
    ) -> None:
        self._sources = sources
        self._none: Any = (KEEP,) * outputs if outputs > 1 else KEEP

    def make(self, cells: Cells) -> Any:  # noqa: ANN401 - as Value.make
        """The value of that source."""
        for value, pick in self._sources:
            made = value.make(pick(cells))
            if made is not SKIP:
                return made
        return self._none


def _text_of(value: Scalar, decimal: str) -> str:
    """A constant of the mapping, as a cell of the table would say it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value).replace(".", decimal)
    return "" if value is None else str(value)
