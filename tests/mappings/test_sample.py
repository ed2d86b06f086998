from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from tests.mappings.conftest import ROOT, run, table
from tests.mappings.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.app.project import Project

ATTRIBUTES = (
    *("summary", "short_label", "model_code", "series", "care", "web_text", "pieces", "power"),
    *("voltage", "rating", "net_weight", "width", "cordless", "waterproof", "available_from"),
    *("color", "season", "materials", "search_terms"),
)


@pytest.fixture(scope="module")
def catalog(project: Project) -> list[dict[str, Any]]:
    """The reports of catalog.yaml, run twice."""
    return [*run(project, "catalog.yaml"), *run(project, "catalog.yaml")]


@pytest.fixture(scope="module")
def products(project: Project, catalog: Sequence[object]) -> dict[str, dict[str, Any]]:
    """The products on the target, with all attributes, by number."""
    assert catalog
    server = project.server
    with Rest(server.url, server.username, server.password) as rest:
        found = rest.every("Product", attributes=",".join(ATTRIBUTES))
        return {product["number"]: product for product in found}


def test_all_rows_arrive(catalog: list[dict[str, Any]], products: dict[str, Any]) -> None:
    first = catalog[0]
    assert first["rows"] == {
        "read": 281,
        "filtered": 3,
        "rejected": 0,
        "unchanged": 0,
        "loaded": 278,
    }
    assert (first["status"], first["exit_code"]) == ("done", 0)
    assert first["records"]["Product"]["created"] == len(products) == 278


def test_every_row_has_its_answer(
    project: Project, catalog: list[dict[str, Any]], products: dict[str, Any]
) -> None:
    results = table(project.folder / catalog[0]["reports"]["results"])
    assert len(results) == 281
    loaded = {row["key"]: row["_id"] for row in results if row["_status"] == "loaded"}
    assert loaded == {number: product["id"] for number, product in products.items()}


def test_a_second_run_writes_nothing(catalog: list[dict[str, Any]]) -> None:
    second = catalog[1]
    assert second["rows"] == {
        "read": 281,
        "filtered": 3,
        "rejected": 0,
        "unchanged": 278,
        "loaded": 0,
    }
    assert second["requests"]["writes"] == 0


def test_cells_of_every_kind_arrive(products: dict[str, dict[str, Any]]) -> None:
    tent = products["00101"]
    assert (
        tent
        | {
            "name": "Skar 1 dome tent, green",
            "nameDeDe": "Kuppelzelt Skar 1, grün",
            "ean": "2000000001012",
            "mpn": "000013000000000077",
            "brandId": "br_nordpfad",
            "price": 289.9,
            "priceUnitId": "eur",
            "isActive": False,
            "productStatus": "reviewed",
            "customsNumber": "63062200",
            "longDescription": "<p><b>Nordpfad</b> Skar 1 dome tent, green</p>",
            "summary": "Dome tent for 1.\nHydrostatic head 4,000 mm, floor 6,000 mm.",
            "summaryDeDe": (
                "Kuppelzelt für 1 Person.\nWassersäule 4.000 mm, Boden 6.000 mm.\n"
                "Packmaß: 45 × 18 cm"  # noqa: RUF001 - as in the file
            ),
            "short_label": "Skar 1 dome tent, gr",
            "model_code": "NP-101",
            "series": "Skar",
            "pieces": 1,
            "net_weight": 1.58,
            "net_weightUnitId": "un_kg",
            "width": 2.25,
            "widthUnitId": "un_m",
            "waterproof": True,
            "available_from": "2025-03-01",
            "color": "op_color__green",
            "season": "op_season__summer",
            "materials": ["op_material__nylon"],
            "search_terms": ["camping", "wandern"],
        }
        == tent
    )
    assert tent.get("web_text") is None  # it is sold in the shop only
    assert products["00104"]["web_text"] == products["00104"]["summary"]
    assert products["00122"]["price"] == 1289.5


def test_the_target_knows_each_text_as_it_stands_in_the_file(
    products: dict[str, dict[str, Any]],
) -> None:
    rows = {
        row["Artikelnummer"]: row
        for row in table(ROOT / "sample_data" / "catalog.csv", "cp1252", ";")
        if row["Artikelnummer"] in products
    }
    for number, row in rows.items():
        product = products[number]
        found = (
            product["nameDeDe"],
            product["mpn"],
            product["summaryDeDe"],
            product["search_terms"],
        )
        assert found == (
            row["Bezeichnung"],
            row["Herstellernummer"],
            row["Beschreibung"],
            row["Stichworte"].split("|"),
        )


def test_brands_categories_and_prices_complete_the_catalog(
    project: Project, catalog: list[dict[str, Any]]
) -> None:
    assert catalog
    names = ("brands.yaml", "categories.yaml", "prices.yaml", "catalog.yaml")
    brands, categories, catalog_again, prices = run(project, *names)
    assert catalog_again["requests"]["writes"] == 0
    again = run(project, *names)
    assert (brands["exit_code"], brands["rows"]["loaded"]) == (0, 12)
    assert (categories["exit_code"], categories["rows"]["loaded"]) == (0, 39)
    assert prices["rows"] | {"read": 279, "rejected": 2, "loaded": 277} == prices["rows"]
    book = load_workbook(project.folder / prices["reports"]["rejects"])
    rejects = list(book["Rejects"].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[2], *row[6:9]) for row in rejects] == [
        ("00257", "auf Anfrage", "54", "TYPE", "Listenpreis"),
        ("99999", "9.9", "125", "NOT_FOUND", None),
    ]
    assert [report["requests"]["writes"] for report in again] == [0] * 4
    server = project.server
    with Rest(server.url, server.username, server.password) as rest:
        check_tree(rest)
        check_prices(rest)


def check_tree(rest: Rest) -> None:
    found = {category["id"]: category for category in rest.every("Category")}
    told = {
        category["code"]: (
            found[category["parentId"]]["code"] if category["parentId"] else "",
            category["nameDeDe"],
            category["name"],
        )
        for category in found.values()
    }
    rows = table(ROOT / "sample_data" / "categories.csv", "utf-8-sig", ";")
    wanted = {row["code"]: (row["parent"], row["name_de"], row["name_en"]) for row in rows}
    assert told | wanted == told


def check_prices(rest: Rest) -> None:
    sheet = load_workbook(ROOT / "sample_data" / "prices.xlsx")["Preise"]
    wanted = {
        str(number).zfill(5): (price, str(currency).lower())
        for number, _, price, currency, *_ in sheet.iter_rows(min_row=4, values_only=True)
        if isinstance(price, (int, float)) and str(number) != "99999"
    }
    found = {
        product["number"]: (product["rrp"], product["rrpUnitId"])
        for product in rest.every("Product")
        if product["rrp"]
    }
    assert found == wanted
