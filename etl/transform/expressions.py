"""Templates and conditions: Jinja2, sandboxed, with the columns as names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from etl.transform.casts import number_pattern, plain_number
from etl.transform.outcomes import Fail
from etl.transform.tables import NotInTable, Tables
from etl.transform.words import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from etl.model.chunk import Conventions

_ROW = "row"
_OURS = frozenset({_ROW, "item", "target", "today"})
_TABLE = "table"  # ours only where the mapping has tables: a column may be called so
ITEM = "@item"
_LARGEST = 1_000_000  # characters that a template may make of one row


@dataclass(frozen=True, slots=True)
class Expression:
    """A template or condition. `columns` are the places of the columns that it reads."""

    columns: tuple[int, ...]
    evaluate: Callable[[Sequence[str]], Any]


class Expressions:
    """Compiles the expressions of one mapping against one table's columns."""

    def __init__(
        self,
        columns: Sequence[str],
        api: str,
        version: str,
        conventions: Conventions,
        tables: Tables | None = None,
    ) -> None:
        self._columns = tuple(columns)
        self._tables = tables or Tables()
        self._ours = _OURS | {_TABLE} if self._tables else _OURS
        self._conditions: dict[str, Expression] = {}
        self._environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True
        )
        self._environment.globals.clear()
        # Jinja2's own turn what is no number into 0
        self._environment.filters["float"] = lambda cell: _number(cell, conventions)
        self._environment.filters["int"] = lambda cell: int(_number(cell, conventions))
        self._empty_values = frozenset(conventions.empty_values)
        self._constants: dict[str, Any] = {
            "target": {"api": api, "version": version},
            "today": datetime.now(UTC).astimezone().date().isoformat(),
        }
        if self._tables:
            self._constants[_TABLE] = self._tables
        self.uses_today = False

    @property
    def tables(self) -> Tables:
        """The tables that expressions look rows up in."""
        return self._tables

    @property
    def today(self) -> str:
        """The day that templates of this run see."""
        return str(self._constants["today"])

    def template(self, text: str) -> Expression:
        """A text with expressions in it. Raises ValueError with what is wrong."""
        try:
            template = self._environment.from_string(text)
        except TemplateError as error:
            raise ValueError(_syntax(error)) from error
        places = self._places(text)

        def render(names: dict[str, Any]) -> str | Fail:
            made = template.render(names)
            if len(made) > _LARGEST:
                return Fail("TEMPLATE", f"the template makes {len(made)} characters")
            return made

        return Expression(places, self._bound(places, render))

    def condition(self, text: str) -> Expression:
        """Something that is true or not, as in Python. Raises ValueError with what is wrong."""
        if text not in self._conditions:
            self._conditions[text] = self._condition(text)
        return self._conditions[text]

    def _condition(self, text: str) -> Expression:
        inner = text.strip()
        if inner.startswith("{{") and inner.endswith("}}"):
            inner = inner[2:-2].strip()
        places = self._places(f"{{{{ {inner} }}}}")
        try:
            compiled = self._environment.compile_expression(inner, undefined_to_none=False)
        except TemplateError as error:
            raise ValueError(_syntax(error)) from error
        return Expression(places, self._bound(places, lambda names: bool(compiled(names))))

    def _bound(
        self, places: tuple[int, ...], evaluate: Callable[[dict[str, Any]], Any]
    ) -> Callable[[Sequence[str]], Any]:
        headers = [self._columns[place] for place in places]
        constants, empty = self._constants, {"", *self._empty_values}

        def run(cells: Sequence[str]) -> Any:  # noqa: ANN401 - a text, a truth value, a Fail
            read = ["" if cell.strip() in empty else cell for cell in cells]
            row = dict(zip(headers, read, strict=True))
            try:
                return evaluate({**row, **constants, "row": row, "item": row.get(ITEM, "")})
            except NotInTable as error:
                return Fail("TEMPLATE", str(error))
            except Exception as error:  # noqa: BLE001 - whatever an expression does to a row
                return Fail("TEMPLATE", f"{type(error).__name__}: {error}")

        return run

    def _places(self, text: str) -> tuple[int, ...]:
        try:
            tree = self._environment.parse(text)
            names = meta.find_undeclared_variables(tree)  # finds unknown filters, too
        except TemplateError as error:
            raise ValueError(_syntax(error)) from error
        named: set[str] = {name for name in names if name not in self._ours}
        self.uses_today = self.uses_today or "today" in names
        if "item" in names:
            named.add(ITEM)
        if _TABLE in names and self._tables:
            self._check_tables(tree)
        everything = False
        for found in tree.find_all((nodes.Name, nodes.Getitem)):
            if isinstance(found, nodes.Getitem) and _is(_ROW, found.node):
                constant = isinstance(found.arg, nodes.Const)
                everything = everything or not constant
                if isinstance(found.arg, nodes.Const):
                    named.add(str(found.arg.value))
        places = tuple(self._place(name) for name in sorted(named))
        direct = sum(1 for found in tree.find_all(nodes.Name) if _is(_ROW, found))
        indexed = sum(1 for found in tree.find_all(nodes.Getitem) if _is(_ROW, found.node))
        if everything or direct > indexed:
            own = range(len(self._columns) - 1)  # the item's column comes last
            return (*own, len(own)) if ITEM in named else tuple(own)
        return places

    def _place(self, name: str) -> int:
        if self._columns.count(name) == 1:
            return self._columns.index(name)
        if name in self._columns:
            raise ValueError(f"column {name!r} stands more than once in the source")
        if name == _TABLE:
            raise ValueError("there is no table: the mapping has no tables:")
        raise ValueError(f"there is no column {name!r}")

    def _check_tables(self, tree: nodes.Template) -> None:
        """Raises ValueError if a table is named that is none."""
        by_name = [one.attr for one in tree.find_all(nodes.Getattr) if _is(_TABLE, one.node)]
        by_key = [one.arg for one in tree.find_all(nodes.Getitem) if _is(_TABLE, one.node)]
        constant = [str(one.value) for one in by_key if isinstance(one, nodes.Const)]
        for name in (*by_name, *constant):
            if name not in self._tables:
                hint = nearest(name, self._tables) or f"tables: {', '.join(self._tables)}"
                raise ValueError(f"there is no table {name!r} ({hint})")


def _number(cell: object, conventions: Conventions) -> float:
    """A cell as a number, under the table's conventions. Raises ValueError if it is none."""
    if isinstance(cell, (int, float)):
        return float(cell)
    text = str(cell).strip()
    if not number_pattern(conventions).match(text):
        raise ValueError(f"{text!r} is no number")
    return float(plain_number(text, conventions))


def _is(name: str, node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == name


def _syntax(error: TemplateError) -> str:
    return f"is no template: {error.message}"
