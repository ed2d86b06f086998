from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.mappings.conftest import run
from tests.mappings.icecat import prepare, rows_of
from tests.mappings.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.app.project import Project
    from tests.mappings.icecat import Prepared

pytestmark = pytest.mark.shared

PLAIN = (
    *("power_requirements", "total_megapixels", "composition", "care_instructions"),
    *("response_time", "optical_zoom", "maximum_frame_rate"),
    *("color_scanning", "display_srgb", "display_color", "image_stabilizer"),
    *("camera_type", "sensor_type", "maximum_print_size", "maximum_video_resolution", "supplier"),
    *("color", "main_color", "size", "eu_shoes_size", "material", "wash_temperature"),
    *("collection", "multifunctional_functions", "weight", "display_diagonal"),
)
COLUMNS = {code: code for code in PLAIN} | {
    "erp_name": "erp_name-en_US",
    "variation_name": "variation_name-en_US",
    "variation_nameDeDe": "variation_name-de_DE",
    "variation_nameFrFr": "variation_name-fr_FR",
    "description_ecommerce": "description-en_US-ecommerce",
    "description_print": "description-en_US-print",
    "description_printDeDe": "description-de_DE-print",
    "description_printFrFr": "description-fr_FR-print",
    "release_date_ecommerce": "release_date-ecommerce",
    "ean": "ean",
    "price": "price-EUR",
    "rrp": "price-USD",
}
UNITS = {"weightUnitId": "weight-unit", "display_diagonalUnitId": "display_diagonal-unit"}
CODES = sorted(
    {key.removesuffix("DeDe").removesuffix("FrFr") for key in COLUMNS} - {"ean", "price", "rrp"}
)


@pytest.fixture(scope="module")
def seed() -> str:
    return "empty"


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "pim" / "akeneo-icecat"


@pytest.fixture(scope="module")
def rest(project: Project) -> Iterator[Rest]:
    server = project.server
    with Rest(server.url, server.username, server.password) as session:
        yield session


@pytest.fixture(scope="module")
def prepared(rest: Rest, folder: Path) -> Prepared:
    return prepare(rest, folder)


@pytest.fixture(scope="module")
def reports(project: Project, prepared: Prepared) -> list[dict[str, Any]]:
    """The reports of both mappings, and of the same again."""
    assert prepared.options
    return run(project, *("akeneo/categories.yaml", "akeneo/products.yaml") * 2)


def test_every_row_is_loaded_once_and_then_known(reports: list[dict[str, Any]]) -> None:
    for report, rows in zip(reports, (168, 1239, 168, 1239), strict=True):
        assert (report["status"], report["exit_code"]) == ("done", 0)
        assert report["rows"]["read"] == rows
    assert [report["rows"]["loaded"] for report in reports] == [168, 1239, 0, 0]
    assert [report["rows"]["unchanged"] for report in reports] == [0, 0, 168, 1239]
    assert [report["requests"]["writes"] for report in reports[2:]] == [0, 0]


def test_the_tree_is_the_file_s(reports: list[dict[str, Any]], rest: Rest, folder: Path) -> None:
    assert reports
    found = {category["id"]: category for category in rest.every("Category")}
    told = {
        category["code"]: {
            "parent": found[category["parentId"]]["code"] if category["parentId"] else "",
            "label-en_US": category["name"],
            "label-de_DE": category["nameDeDe"] or "",
            "label-fr_FR": category["nameFrFr"] or "",
        }
        for category in found.values()
    }
    rows = rows_of(folder / "categories.csv")
    assert len(rows) == 168
    for row in rows:
        row["label-en_US"] = row["label-en_US"] or row["code"]
    assert told == {row.pop("code"): row for row in rows}


def test_products_have_the_file_s_categories_names_and_brands(
    reports: list[dict[str, Any]], rest: Rest, folder: Path
) -> None:
    assert reports
    codes = {category["id"]: category["code"] for category in rest.every("Category")}
    brands = {brand["id"]: brand["code"] for brand in rest.every("Brand")}
    products = {product["id"]: product for product in rest.every("Product")}
    linked: dict[str, set[str]] = {product["number"]: set() for product in products.values()}
    for link in rest.every("ProductCategory"):
        linked[products[link["productId"]]["number"]].add(codes[link["categoryId"]])
    rows = {row["sku"]: row for row in rows_of(folder / "products.csv")}
    assert linked == {sku: set(row["categories"].split(",")) for sku, row in rows.items()}
    told = {
        product["number"]: (
            product["name"],
            product["isActive"],
            product["productStatus"],
            brands.get(product["brandId"], ""),
        )
        for product in products.values()
    }
    assert told == {
        sku: (row["name"] or sku, True, "ready", row["brand"]) for sku, row in rows.items()
    }


def test_every_value_of_every_mapped_attribute_is_the_file_s(
    reports: list[dict[str, Any]], rest: Rest, prepared: Prepared, folder: Path
) -> None:
    assert reports
    products = {
        product["number"]: product for product in rest.every("Product", attributes=",".join(CODES))
    }
    types = {row["code"]: row["type"] for row in rows_of(folder / "attributes.csv")}
    rows = rows_of(folder / "products.csv")
    assert len(rows) == len(products) == 1239
    for row in rows:
        wanted = expected(row, types, prepared)
        product = products[row["sku"]]
        assert {key: product.get(key) for key in wanted} == wanted, row["sku"]
    columns = (*COLUMNS.values(), *UNITS.values())
    assert sum(bool(row[column]) for row in rows for column in columns) == 7469


def expected(
    row: Mapping[str, str], types: Mapping[str, str], prepared: Prepared
) -> dict[str, object]:
    """What the target must say of a row, by payload key; None for an empty cell."""
    values: dict[str, object] = {}
    for key, column in COLUMNS.items():
        code = column.partition("-")[0]
        cell, read = row[column], reader(code, types[code], prepared)
        values[key] = read(cell) if cell else None
    for key, column in UNITS.items():
        values[key] = prepared.units[row[column]] if row[column] else None
    for field, unit in (("price", "eur"), ("rrp", "usd")):
        values[f"{field}UnitId"] = None if values[field] is None else unit
    values["rrp"] = values["rrp"] or 0.0  # the server's own default
    return values


def reader(code: str, type_: str, prepared: Prepared) -> Callable[[str], object]:
    """How a cell of an attribute reads as the target's value."""
    match type_.removeprefix("pim_catalog_"):
        case "number":
            return int
        case "metric" | "price_collection":
            return float
        case "boolean":
            return {"1": True, "0": False}.__getitem__
        case "simpleselect":
            return lambda cell: prepared.options[code, cell]
        case "multiselect":
            return lambda cell: [prepared.options[code, item] for item in cell.split(",")]
        case _:
            return str
