"""A mapping, a table and a target of a few words, so that a test is one line of YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.mapping import load_mapping
from etl.model import Capabilities, Chunk, Conventions, EntitySchema, Kind, Property, TableInfo
from etl.transform import compile_mapping

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from etl.model import Problem, Transformed
    from etl.transform import CompiledMapping


def prop(name: str, kind: Kind, key: str = "", **more: Any) -> Property:  # noqa: ANN401
    """A field or an attribute."""
    return Property(name, key or name, kind, type=str(kind), **more)


FIELDS = (
    prop("number", Kind.TEXT, length=12),
    prop("name", Kind.TEXT, required=True, languages={"en_US": "name", "de_DE": "nameDeDe"}),
    prop("count", Kind.INTEGER, minimum=0, maximum=100),
    prop("price", Kind.NUMBER, measure="currency", unit_key="priceUnitId", default_unit="eur"),
    prop("active", Kind.BOOLEAN),
    prop("day", Kind.DATE),
    prop("moment", Kind.DATETIME),
    prop("state", Kind.CHOICE, choices=("draft", "ready")),
    prop("tags", Kind.CHOICES, choices=("a", "b")),
    prop("words", Kind.TEXTS),
    prop("brand", Kind.LINK, "brandId", entity="Brand"),
    prop("categories", Kind.LINKS, "categoriesIds", entity="Category"),
    prop("created", Kind.DATETIME, read_only=True),
    prop("image", Kind.FILE, "imageId"),
    prop("ean", Kind.TEXT, pattern=r"^\d{8}$"),
    prop("code", Kind.TEXT, length=4, length_in_bytes=True),
    prop("ratio", Kind.NUMBER, decimals=2),
)
ATTRIBUTES = (
    prop("colour", Kind.OPTION, attribute="a1", option_list="colours"),
    prop("materials", Kind.OPTIONS, attribute="a2", option_list="materials"),
    prop("weight", Kind.NUMBER, attribute="a3", measure="w", unit_key="weightUnitId"),
)


class Words:
    """The target's words; other fields and attributes of products, and more entities, if given."""

    capabilities = Capabilities("Words", "v1", "2.1")

    def __init__(
        self,
        fields: Sequence[Property] = FIELDS,
        attributes: Sequence[Property] = ATTRIBUTES,
        more: Sequence[EntitySchema] = (),
    ) -> None:
        self._fields, self._attributes = fields, attributes
        self._more = {schema.name: schema for schema in more}

    def entities(self) -> tuple[str, ...]:
        """All of them."""
        return ("Product", "Brand", "Category", *self._more)

    def schema(self, entity: str) -> EntitySchema | None:
        """Products have everything, the others a code, a name and a parent."""
        if entity in self._more:
            return self._more[entity]
        if entity == "Product":
            return EntitySchema(
                entity, {p.name: p for p in self._fields}, {p.name: p for p in self._attributes}
            )
        if entity not in self.entities():
            return None
        small = (
            prop("code", Kind.TEXT),
            prop("name", Kind.TEXT),
            prop("parent", Kind.LINK, "parentId", entity=entity),
        )
        return EntitySchema(entity, {p.name: p for p in small})


COLUMNS = ("A", "B", "C", "With blank")
HEAD = "version: 1\nsource: {path: x.csv}\n"
ENTRY = "records:\n  - entity: Product\n    key: number\n    fields:\n      number: A\n"


def compiled(  # noqa: PLR0913 - a test says only what it is about
    folder: Path,
    text: str,
    columns: Sequence[str] = COLUMNS,
    collect: list[Problem] | None = None,
    *,
    target: Words | None = None,
    coming: frozenset[str] = frozenset(),
    **conventions: Any,  # noqa: ANN401
) -> CompiledMapping | None:
    """The mapping of that text, compiled; its problems go to `collect`."""
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    problems: list[Problem] = [] if collect is None else collect
    mapping = load_mapping(path, problems)
    info = TableInfo("x.csv", tuple(columns), "csv", {}, Conventions(**conventions))
    if mapping is None:
        return None
    words = target or Words()
    found = compile_mapping(mapping, info, words, problems, coming=coming)  # type: ignore[arg-type]
    if collect is None:
        assert not problems, [problem.text() for problem in problems]
    return found


def worked(
    folder: Path,
    text: str,
    *rows: tuple[str, ...],
    columns: Sequence[str] = COLUMNS,
    target: Words | None = None,
    **conventions: Any,  # noqa: ANN401
) -> Transformed:
    """What the mapping makes of the rows; row numbers begin at 2."""
    found = compiled(folder, text, columns, target=target, **conventions)
    assert found is not None
    full = [(*row, *[""] * len(columns))[: len(columns)] for row in rows]
    return found.transform(Chunk(full, list(range(2, len(full) + 2))))


def value(
    folder: Path,
    spec: str,
    *cells: str,
    name: str = "name",
    **conventions: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """The payload (without the number) or the reject's code of one row: (B, C, "With blank")."""
    attribute = name in {p.name for p in ATTRIBUTES}
    part = f"    attributes:\n      {name}: {spec}\n" if attribute else f"      {name}: {spec}\n"
    done = worked(folder, HEAD + ENTRY + part, ("key", *cells), **conventions)
    if done.rejects:
        return done.rejects[0].problem.code
    (record,) = done.records
    return {key: value for key, value in record.values.items() if key != "number"}
