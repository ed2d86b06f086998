"""Akeneo's icecat demo catalog, read back cell by cell: by no code but this."""

from __future__ import annotations

import csv
import io
import lzma
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.mappings.rest import Rest

Row = dict[str, str]

CHANNELS = ("ecommerce", "mobile", "print")
SUFFIXES = {"en_US": "", "de_DE": "DeDe", "fr_FR": "FrFr"}  # English is the main language
PICTURES = frozenset({"picture", "image", "variation_image", "notice", "pdf_description"})
FIELDS = frozenset({"sku", "name", "brand", "ean", "price", "image"})  # no attributes there


def rows_of(path: Path) -> list[Row]:
    """The rows of one of the catalog's files, compressed or not."""
    packed = path.with_name(f"{path.name}.xz")
    data = lzma.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes()
    text = io.StringIO(data.decode("utf-8"), newline="")
    return list(csv.DictReader(text, delimiter=";"))


@dataclass(slots=True)
class Comparison:
    """What a comparison found: cells that are as stored, and the others by why."""

    equal: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: list[tuple[str, str, str, object]] = field(default_factory=list)


class Stored:
    """Everything that the target has, by codes instead of ids."""

    def __init__(self, rest: Rest) -> None:
        self.attributes = {one["code"]: one for one in rest.every("Attribute")}
        self._codes = {
            one["id"]: one["code"]
            for entity in ("Unit", "Category", "Classification", "Brand", "Attribute")
            for one in rest.every(entity)
        }
        self.options = _options(rest)
        ids = ",".join(one["id"] for one in self.attributes.values())
        products = list(rest.every("Product", attributes=ids))
        self.products = {one["number"]: one for one in products}
        assert len(self.products) == len(products), "a number stands twice"
        self._numbers = {one["id"]: one["number"] for one in products}
        self.categories = self._linked(rest, "ProductCategory", "category")
        self.families = self._linked(rest, "ProductClassification", "classification")

    def _linked(self, rest: Rest, table: str, far: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {number: set() for number in self.products}
        for row in rest.every(table):
            found[self._numbers[row["productId"]]].add(self._codes[row[f"{far}Id"]])
        return found

    def code(self, identity: object) -> str | None:
        """The code of the record with this id."""
        return self._codes.get(str(identity))

    def number(self, identity: object) -> str | None:
        """The number of the product with this id."""
        return self._numbers.get(str(identity))


def _options(rest: Rest) -> dict[str, dict[str, tuple[str, str]]]:
    """List -> option's id -> (its code in Akeneo, its name)."""
    lists = {one["id"]: one["code"] for one in rest.every("ExtensibleEnum")}
    names = {one["id"]: one for one in rest.every("ExtensibleEnumOption")}
    found: dict[str, dict[str, tuple[str, str]]] = {code: {} for code in lists.values()}
    for tie in rest.every("ExtensibleEnumExtensibleEnumOption"):
        own, option = lists[tie["extensibleEnumId"]], names[tie["extensibleEnumOptionId"]]
        code = str(option["code"]).removeprefix(f"{own}__")
        found[own][option["id"]] = (code, option["name"])
    return found


def compare(folder: Path, stored: Stored) -> Comparison:
    """Every cell of products.csv and product_models.csv that is not empty, with what is stored."""
    attributes = {row["code"]: row for row in rows_of(folder / "attributes.csv")}
    families = {row["code"]: row["family"] for row in rows_of(folder / "family_variants.csv")}
    found = Comparison()
    for name, key in (("products.csv", "sku"), ("product_models.csv", "code")):
        for row in rows_of(folder / name):
            reader = _Reader(stored, attributes, families, row, row[key])
            for column, cell in row.items():
                if cell:
                    _enter(found, reader, column, cell)
    return found


def _enter(found: Comparison, reader: _Reader, column: str, cell: str) -> None:
    if column.partition("-")[0] in PICTURES:
        found.explained["picture"] += 1
        return
    same, seen = reader.same(column, cell)
    if same:
        found.equal += 1
    elif column == "parent" and str(seen).casefold() == cell.casefold():
        found.explained["parent in another letter case"] += 1
    else:
        found.unexplained.append((reader.number, column, cell, seen))


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the target says of one row."""

    stored: Stored
    attributes: Mapping[str, Row]
    families: Mapping[str, str]
    row: Row
    number: str

    def same(self, column: str, cell: str) -> tuple[bool, object]:
        """(True if that is what is stored, what is stored)."""
        if column in ("sku", "code"):
            return cell in self.stored.products, self._product.get("number")
        seen = self._field(column)
        if seen is not None:
            return seen == self._wanted(column, cell), seen
        return self._attribute(column, cell)

    @property
    def _product(self) -> dict[str, Any]:
        return self.stored.products.get(self.number, {})

    def _wanted(self, column: str, cell: str) -> object:
        if column == "categories":
            return set(cell.split(","))
        if column in ("family", "family_variant"):
            return {self.families.get(cell, cell)}
        if column == "enabled":
            return (cell == "1", "ready" if cell == "1" else "draft")
        return (float(cell), "EUR") if column == "price-EUR" else cell

    def _field(self, column: str) -> object:
        """What stands in a field, in the file's terms; None where the column is no field."""
        product, stored = self._product, self.stored
        fields: dict[str, object] = {
            "categories": stored.categories.get(self.number, ()),
            "family": stored.families.get(self.number, ()),
            "family_variant": stored.families.get(self.number, ()),
            "parent": stored.number(product.get("parentId")) or "",
            "brand": stored.code(product.get("brandId")) or "",
            "enabled": (product.get("isActive"), product.get("productStatus")),
            "price-EUR": (product.get("price"), stored.code(product.get("priceUnitId"))),
            "name": product.get("name") or "",
            "ean": product.get("ean") or "",
        }
        return fields.get(column)

    def _attribute(self, column: str, cell: str) -> tuple[bool, object]:
        if column == "price-USD":
            seen = (self._product.get("price_USD"), self._unit("price_USD"))
            return seen == (float(cell), "USD"), seen
        if column.endswith("-unit"):
            unit = self._unit(column.removesuffix("-unit"))
            return unit == cell, unit
        code, *parts = column.split("-")
        channel = next((part for part in parts if part in CHANNELS), None)
        locale = next((part for part in parts if part in SUFFIXES), None)
        key = f"{code}_{channel}" if channel else code
        stored = self._product.get(key + SUFFIXES[locale or "en_US"])
        return self._equal(code, cell, stored), stored

    def _unit(self, code: str) -> str | None:
        return self.stored.code(self._product.get(f"{code}UnitId"))

    def _equal(self, code: str, cell: str, seen: object) -> bool:
        kind = self.attributes[code]["type"].removeprefix("pim_catalog_")
        options = self.stored.options.get(code, {})
        match kind:
            case "number" | "metric":
                return isinstance(seen, (int, float)) and float(cell) == seen
            case "boolean":
                return seen is (cell == "1")
            case "simpleselect":
                return options.get(str(seen), ("", ""))[0] == cell
            case "multiselect":
                return isinstance(seen, list) and {options[one][0] for one in seen} == set(
                    cell.split(",")
                )
        return seen == cell


def meaning(row: Mapping[str, str]) -> dict[str, str]:
    """What a row of products.csv says, whatever way it is written.

    Empty cells say nothing, and neither does a unit without a value; numbers are numbers.
    """
    cells = {name: cell for name, cell in row.items() if cell}
    return dict(_meant(cells))


def _meant(cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, cell in cells.items():
        if name.endswith("-unit") and not cells.get(name.removesuffix("-unit")):
            continue
        try:
            yield name, repr(float(cell)) if name != "sku" else cell
        except ValueError:
            yield name, cell
