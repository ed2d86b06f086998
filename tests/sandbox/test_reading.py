"""Lists and single records: conditions, pages, order, what a row shows, what is refused."""

# ruff: noqa: ANN401 - JSON is whatever it is

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import Api


@pytest.fixture(autouse=True)
def products(api: Api) -> None:
    api.upsert(
        *(
            (
                "Product",
                {
                    "id": f"p{n}", "name": f"P {n}", "number": f"N-{n}", "price": n + 0.5,
                    "isActive": n % 2 == 0, "categoriesIds": ["ca_drills"] if n < 2 else [],
                    "brandId": "br_lumen" if n == 0 else None,
                    "__attributes": ["atseries", "atpieces", "attitle"] if n < 4 else [],
                    "series": f"s{n}" if n else None, "pieces": n + 1, "title": f"t{n}",
                    "titleDeDe": f"t{n} de",
                },
            )
            for n in range(5)
        )
    )  # fmt: skip


def ids(api: Api, kind: str, attribute: str, value: Any = None, **more: Any) -> str:
    condition = {"type": kind, "attribute": attribute, "value": value, **more}
    return "".join(sorted(row["id"][1] for row in api.where("Product", condition)))


@pytest.mark.parametrize(
    ("kind", "attribute", "value", "found"),
    [
        ("equals", "number", "N-1", "1"), ("equals", "price", "1.5", "1"),
        ("equals", "price", 1.5, "1"), ("equals", "isActive", True, "024"),
        ("equals", "isActive", "0", "13"), ("equals", "id", "p3", "3"),
        ("equals", "mpn", None, "01234"), ("equals", "number", None, ""),
        ("notEquals", "number", "N-1", "0234"), ("in", "number", ["N-1", "n-2", "N-3 "], "1"),
        ("in", "id", ["p1", "p1", "nope"], "1"), ("in", "number", [["x"]], ""),
        ("notIn", "number", ["N-1", "N-2"], "034"), ("like", "number", "n-%", "01234"),
        ("like", "mpn", "%", ""), ("notLike", "number", "N-1", "0234"),
        ("contains", "name", "3", "3"), ("startsWith", "name", "P", "01234"),
        ("endsWith", "name", "4", "4"), ("isNull", "brandId", None, "1234"),
        ("isNotNull", "brandId", None, "0"), ("isTrue", "isActive", None, "024"),
        ("isFalse", "isActive", None, "13"), ("after", "createdAt", "2020-01-01", "01234"),
        ("before", "createdAt", "2020-01-01", ""), ("greaterThan", "price", 2, "234"),
        ("lessThan", "price", "2", "01"), ("greaterThanOrEquals", "price", 2.5, "234"),
        ("lessThanOrEquals", "price", 0.5, "0"), ("greaterThan", "price", "abc", ""),
        ("greaterThan", "mpn", "a", ""), ("nope", "number", "x", "01234"),
        ("equals", "nope", "x", ""), ("linkedWith", "categories", ["ca_drills"], "01"),
        ("notLinkedWith", "categories", ["ca_drills"], "234"),
        ("isLinked", "categories", None, "01"), ("isNotLinked", "brand", None, "1234"),
        ("linkedWith", "brand", ["br_lumen"], "0"), ("linkedWith", "nope", ["x"], ""),
        ("equals", "parentId", None, "01234"),
    ],
)  # fmt: skip
def test_conditions(api: Api, kind: str, attribute: str, value: object, found: str) -> None:
    assert ids(api, kind, attribute, value) == found


@pytest.mark.parametrize(("group", "found"), [("or", "012"), ("and", ""), ("not", "01234")])
def test_groups_of_conditions(api: Api, group: str, found: str) -> None:
    one = {"type": "equals", "attribute": "number", "value": "N-2"}
    two = {"type": "linkedWith", "attribute": "categories", "value": ["ca_drills"]}
    rows = api.where("Product", {"type": group, "value": [one, two]})
    assert "".join(sorted(row["id"][1] for row in rows)) == found


def test_several_conditions_must_all_be_met(api: Api) -> None:
    active = {"type": "isTrue", "attribute": "isActive"}
    drills = {"type": "in", "attribute": "id", "value": ["p0", "p1"]}
    assert [row["id"] for row in api.where("Product", active, drills)] == ["p0"]


@pytest.mark.parametrize(
    ("kind", "value", "more", "found"),
    [
        ("in", ["s1", "s2"], {}, "12"), ("isNull", None, {}, "0"), ("nope", None, {}, "0123"),
        ("equals", "t3 de", {"attribute": "attitle", "language": "de_DE"}, "3"),
        ("greaterThan", 2, {"attribute": "atpieces"}, "23"),
    ],
)  # fmt: skip
def test_conditions_on_attribute_values(
    api: Api, kind: str, value: object, more: dict[str, str], found: str
) -> None:
    attribute = {"attribute": "atseries", "isAttribute": True, **more}
    rows = api.where("Product", {"type": kind, "value": value, **attribute}, extra="&select=name")
    assert "".join(sorted(row["id"][1] for row in rows)) == found
    assert all("attributesDefs" in row for row in rows)


def test_an_attributes_code_or_an_id_with_a_dash_is_no_condition(api: Api) -> None:
    where = "where[0][type]=equals&where[0][isAttribute]=1&where[0][value]=x&where[0][attribute]"
    by_code = api.send("GET", f"Product?{where}=series")
    assert (by_code.status_code, by_code.text) == (400, 'The attribute "series" does not exist.')
    api.one("Attribute", id="at-dash", name="d", code="dash", type="varchar", entityId="Product",
            attributePanelId="attributeValues")  # fmt: skip
    dashed = api.send("GET", f"Product?{where}=at-dash")
    assert (dashed.status_code, "SQLSTATE" in dashed.text) == (200, True)


def test_brackets_and_json_say_the_same(api: Api) -> None:
    brackets = (
        "where[0][type]=or&where[0][value][0][type]=in&where[0][value][0][attribute]=number"
        "&where[0][value][0][value][]=N-1&where[0][value][0][value][]=N-2"
    )
    assert api.get(f"Product?{brackets}")["total"] == 2
    assert api.get("Product?where[0][type]=in&where[0][attribute]=number&where[0][value]=") == {
        "total": 0, "list": [],
    }  # fmt: skip


@pytest.mark.parametrize("where", ["abc", "3", quote('["x", 3]'), "[]"])
def test_a_where_that_is_no_list_of_conditions_is_ignored(api: Api, where: str) -> None:
    assert api.get(f"Product?where={where}")["total"] == 5


def test_pages(api: Api) -> None:
    page = "sortBy=number&asc=true&select=number"
    numbers = [row["number"] for row in api.get(f"Product?{page}&maxSize=2&offset=3")["list"]]
    assert numbers == ["N-3", "N-4"]
    assert api.get("Product?offset=99") == {"total": 5, "list": []}
    assert len(api.get("Product?maxSize=0")["list"]) == 5
    assert api.get("Product?maxSize=abc") == {"total": 5, "list": []}
    assert api.get("Product?totalOnly=true") == {"total": 5}
    assert list(api.get("Product?collectionOnly=true&maxSize=1")) == ["list"]
    negative = api.send("GET", "Product?maxSize=-1")
    assert (negative.status_code, "LIMIT must not be negative" in negative.text) == (200, True)
    assert "LIMIT must not be negative" in negative.headers["X-Status-Reason"]


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("sortBy=price&asc=false", "p4"), ("sortBy=id&asc=true", "p0"),
        ("sortBy=brandId&asc=true", "p0"), ("sortBy=brandId&asc=false", "p1"),
        ("sortBy=nope", "p0"), ("sortBy=tag", "p0"),
    ],
)  # fmt: skip
def test_order(api: Api, order: str, first: str) -> None:
    api.one("Product", id="p1", tag=["x"])
    assert api.get(f"Product?{order}")["list"][0]["id"] == first


def test_a_column_of_several_types_is_ordered_as_text(api: Api) -> None:
    batches: list[Any] = [[], [{"payload": {}}], {"a": {"payload": {}}}]
    for items in batches:
        api.send("POST", "MassActions/action/upsert", items, use_queue="1")
    api.post("Product/action/massRemoveAttribute", {"ids": ["p0"], "attributes": ["atseries"]})
    rows = api.get("Job?sortBy=payload&asc=true")["list"]
    assert [type(one["payload"]) for one in rows] == [list, list, list, dict]


def test_select_shows_what_was_asked_and_what_is_always_there(api: Api) -> None:
    row = api.get("Product?select=number,brand,priceUnitId,isActive&maxSize=1")["list"][0]
    assert (row["number"], row["brandId"], row["brandName"]) == ("N-0", "br_lumen", "Lumen")
    assert (row["createdById"], row["parentId"], row["isRoot"]) == ("1", None, True)
    assert "name" not in row
    row = api.get("Product?select=categoriesIds,categories&maxSize=1")["list"][0]
    assert row["categoriesNames"] == {"ca_drills": "Drills"}
    assert row["categories"][0]["childrenCount"] == 0
    row = api.get("Product?select=associatedItemRelations,hasChildren&maxSize=1")["list"][0]
    assert row["associatedItemRelations"] == []


@pytest.mark.parametrize(
    ("select", "status", "reason"),
    [("name,nope", 400, "fieldDoesNotExist"), ("series", 400, "fieldDoesNotExist"),
     ("parent", 403, "")],
)  # fmt: skip
def test_what_cannot_be_selected(api: Api, select: str, status: int, reason: str) -> None:
    answer = api.send("GET", f"Product?select={select}")
    assert (answer.status_code, answer.text) == (status, reason)


def test_attributes_come_by_id_by_code_or_all(api: Api) -> None:
    first = "Product?sortBy=number&maxSize=1&select=number"
    row = api.get(f"{first}&attributes=series,atpieces,nope")["list"][0]
    assert (row["series"], row["pieces"]) == (None, 1)
    assert set(row["attributesDefs"]) == {"series", "pieces"}
    row = api.get(f"{first}&allAttributes=true")["list"][0]
    assert set(row["attributesDefs"]) == {"series", "pieces", "title", "titleDeDe", "titleFrFr"}
    assert row["attributesDefs"]["series"] == {"attributeId": "atseries", "type": "varchar"}
    assert "series" not in api.get(f"{first}&attributes=nope")["list"][0]
    assert api.get("Product?allAttributes=true&sortBy=number")["list"][4]["attributesDefs"] == []


def test_a_request_line_over_8190_characters_is_refused_with_a_page(api: Api) -> None:
    start, line = "GET /api/v1/Product?where=", " HTTP/1.1"
    fits = 8190 - len(start) - len(line)
    assert api.get(f"Product?where={'x' * fits}")["total"] == 5
    refused = api.send("GET", f"Product?where={'x' * (fits + 1)}")
    assert (refused.status_code, "Request-URI Too Long" in refused.text) == (414, True)


def test_no_body_filters_a_list(api: Api) -> None:
    body = {"where": [{"type": "equals", "attribute": "number", "value": "N-1"}]}
    assert api.send("GET", "Product", body).json()["total"] == 5
    assert api.post("Product/action/list", body)["total"] == 5
    overridden = api.send("POST", "Product", body, X_HTTP_Method_Override="GET")
    assert (overridden.status_code, overridden.text) == (400, "")


def test_relation_tables_are_read_in_bulk(api: Api) -> None:
    condition = {"type": "in", "attribute": "productId", "value": ["p0", "p1", "p4"]}
    values = api.where("ProductAttributeValue", condition)
    assert len(values) == 6
    assert values[0]["boolValue"] is None
    assert api.get("ProductAttributeValue?maxSize=50000&collectionOnly=true")["list"][0]
    ties = api.where("ProductCategory", condition, extra="&select=productId,categoryId")
    assert {one["productId"] for one in ties} == {"p0", "p1"}


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "Nope", 404, "Controller 'Nope' is not found"),
        ("POST", "Nope", 404, "Controller 'Nope' is not found"),
        ("GET", "Product/nope", 404, ""), ("PATCH", "Product/nope", 404, ""),
        ("DELETE", "Product/nope", 404, ""), ("DELETE", "Product", 404, ""),
        ("POST", "Product/p0", 400, ""), ("GET", "Product/p0/nope", 404, ""),
        ("GET", "Product/p0/brand", 404, ""), ("PUT", "Product/p0/categories", 404, ""),
        ("POST", "Product/action/nope", 404,
         "Action 'nope' (POST) does not exist in controller 'Product'"),
    ],
)  # fmt: skip
def test_what_is_not_there(api: Api, method: str, path: str, status: int, text: str) -> None:
    answer = api.send(method, path, {})
    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert answer.headers.get("X-Status-Reason", "") == text


def test_paths_outside(api: Api) -> None:
    assert "404 Page Not Found" in api.send("GET", "Product/a/b/c/d").text
    assert api.client.get("/api/v1/").text == "REST API"
    assert api.client.get("/nothing/here").status_code == 404


@pytest.mark.parametrize("body", ['{"name": ', "[1]", ""])
def test_a_broken_body_breaks_an_entitys_route(api: Api, body: str) -> None:
    answer = api.client.post("/api/v1/Brand", content=body)
    assert (answer.status_code, answer.text) == (500, "")


def test_a_record_shows_every_column(api: Api) -> None:
    record = api.get("Product/p0")
    assert record["number"] == "N-0"
    assert (record["ean"], record["productGroupName"]) == (None, None)
    assert record["variantSpecificAttributesIds"] == []
    assert json.loads(json.dumps(record)) == record


def test_patch_and_put_change_and_304_says_nothing_did(api: Api) -> None:
    assert api.send("PATCH", "Product/p1", {"pieces": 77}).json()["pieces"] == 77
    assert api.send("PUT", "Product/p1", {"pieces": 78}).json()["pieces"] == 78
    unchanged = api.send("PATCH", "Product/p1", {"pieces": 78})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
