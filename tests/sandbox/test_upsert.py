"""The upsert: which record an item means, what it answers, what it swallows."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import UPSERT, Api

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from etl.sandbox import Sandbox

TOO_LONG = "value too long for type character varying(255)"


def status(results: list[dict[str, Any]]) -> list[str]:
    return [one["status"] for one in results]


def test_created_updated_not_modified(fresh: Api) -> None:
    results = fresh.upsert(
        ("Brand", {"name": "A", "code": "a"}),
        ("Brand", {"name": "B", "code": "a"}),
        ("Brand", {"name": "B", "code": "a"}),
    )
    assert status(results) == ["Created", "Updated", "NotModified"]
    assert results[2] == {"status": "NotModified", "stored": True}
    assert results[1]["entity"]["id"] == results[0]["entity"]["id"]


def test_an_unknown_id_creates_the_record_under_it(fresh: Api) -> None:
    assert fresh.one("Brand", id="mine", name="A", code="a")["entity"]["id"] == "mine"
    assert status(fresh.upsert(("Brand", {"id": "mine", "name": "B"}))) == ["Updated"]


def test_a_product_has_no_unique_field_in_a_stock_install(fresh: Api) -> None:
    results = fresh.upsert(
        ("Product", {"name": "a", "number": "N"}), ("Product", {"name": "b", "number": "N"})
    )
    assert status(results) == ["Created", "Created"]


def test_an_administrator_makes_the_number_unique(fresh: Api) -> None:
    fresh.product(number="old")
    assert fresh.get("EntityField/Product_number")["unique"] is False
    fields = ("Product_number", "Product_ean")
    for name in fields:
        assert fresh.send("PATCH", f"EntityField/{name}", {"unique": True}).json()["unique"]
    assert fresh.send("PATCH", "EntityField/Product_ean", {"tooltip": 1}).json()["unique"]
    assert fresh.post("Admin/rebuildDb", {}) is True
    assert fresh.get("Metadata")["entityDefs"]["Product"]["fields"]["number"]["unique"] is True
    first, second, third = fresh.upsert(
        ("Product", {"name": "a", "number": "N"}),
        ("Product", {"name": "b", "number": "N"}),
        ("Product", {"name": "c", "number": "N", "ean": "12345678"}),
    )
    assert second["entity"]["id"] == first["entity"]["id"]
    assert third["message"].endswith("cannot be created due to database constraints.")
    assert fresh.one("Product", number="old", name="p")["status"] == "NotModified"
    assert status(fresh.upsert(("Product", {"number": 7, "name": "i"}))) == ["Created"]
    assert status(fresh.upsert(("Product", {"number": "7", "name": "s"}))) == ["Updated"]


def test_any_field_can_be_made_unique_when_there_are_records(fresh: Api) -> None:
    row = fresh.product(customsNumber="C")
    for _ in range(2):
        fresh.send("PATCH", "EntityField/Product_customsNumber", {"unique": True})
    assert fresh.one("Product", customsNumber="C", name="q")["entity"]["id"] == row


@pytest.mark.parametrize("path", ["EntityField/Product_nope", "EntityField/Nope_x", "EntityField"])
def test_an_unknown_field_of_an_entity_is_not_found(fresh: Api, path: str) -> None:
    assert fresh.send("GET", path).status_code == 404


def test_only_rebuilding_is_among_the_administrators_routes(fresh: Api) -> None:
    assert fresh.send("POST", "Admin/clearCache", {}).status_code == 404
    assert fresh.send("POST", "Metadata", {}).status_code == 404


def test_own_id_and_a_known_code_answer_your_id_and_change_nothing(fresh: Api) -> None:
    fresh.one("Brand", id="real", name="A", code="a")
    result = fresh.one("Brand", id="other", name="B", code="a")
    assert (result["status"], result["entity"]["id"]) == ("Updated", "other")
    assert fresh.get("Brand/real")["name"] == "A"
    assert fresh.send("GET", "Brand/other").status_code == 404


def test_what_is_unknown_is_accepted_without_a_word(api: Api) -> None:
    row = api.product(brandId="nope", categoriesIds=["nope"], nonsense=1, brandName="x")
    shown = api.get(f"Product/{row}")
    assert (shown["brandId"], shown["brandName"]) == ("nope", None)
    assert "nonsense" not in shown
    assert api.get(f"Product/{row}/categories")["total"] == 0


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"entity": "Brand"}, "'payload' parameter is required."),
        ({"payload": {"name": "x"}}, "'entity' parameter is required."),
        ({"entity": "Nope", "payload": {}}, "Service 'Nope' was not found"),
        (
            {"entity": "Brand", "payload": {"name": ""}},
            "Code: 400. Message: Validation failed. 'Name' is required.",
        ),
        (
            {"entity": "Unit", "payload": {"name": "u"}},
            "Code: 400. Message: Validation failed. 'measureId' is required.",
        ),
        (
            {"entity": "Product", "payload": {"name": "p", "productStatus": "gone"}},
            "Code: 400. Message: Value 'gone' for the field 'Product Status' is not valid.",
        ),
        (
            {"entity": "Product", "payload": {"name": "p", "ean": "12"}},
            (
                'Code: 400. Message: The value of the field "ean" does not correspond to the '
                'pattern "/^(\\d{8}|\\d{12,14})$/".'
            ),
        ),
        (
            {"entity": "Brand", "payload": {"name": {"a": 1}}},
            "Code: 0. Message: Object of class stdClass could not be converted to string",
        ),
        (
            {"entity": "AssociatedProduct", "payload": {"associatingItemId": "p", "amount": 0}},
            "Code: 400. Message: Validation failed. 'associatedItemId' is required.",
        ),
    ],
)
def test_an_item_fails_with_the_servers_words(
    fresh: Api, item: dict[str, Any], message: str
) -> None:
    answer = fresh.post("MassActions/action/upsert", [item])
    assert answer == [{"status": "Failed", "stored": False, "message": message}]


def test_a_long_text_fails_with_the_databases_words(fresh: Api) -> None:
    failed = fresh.one("Brand", name="x" * 256)
    assert failed["message"].startswith("Code: 7. Message: An exception occurred")
    assert TOO_LONG in failed["message"]
    posted = fresh.send("POST", "Brand", {"name": "x" * 256})
    assert (posted.status_code, TOO_LONG in posted.text) == (200, True)
    assert fresh.one("Measure", name="x" * 256)["message"].endswith('length is "256" symbols.')


def test_a_text_for_a_multi_enum_breaks_the_server(fresh: Api) -> None:
    assert "modifyMultiEnumValue()" in fresh.one("Product", name="p", tag="x")["message"]
    assert fresh.one("Product", name="p", tag=["x"])["entity"]["tag"] == ["x"]


def test_values_are_converted_as_php_does(fresh: Api) -> None:
    brand = fresh.one("Brand", name=["a", "b"], code=12, isActive="abc")["entity"]["id"]
    shown = fresh.get(f"Brand/{brand}")
    assert (shown["name"], shown["code"], shown["isActive"]) == ("a,b", "12", False)
    product = fresh.product(price="2,25", quantity="abc", note=True, isActive="on")
    shown = fresh.get(f"Product/{product}")
    assert (shown["price"], shown["quantity"], shown["note"]) == (2, 0, "1")
    assert shown["isActive"] is True
    associated = fresh.one(
        "AssociatedProduct",
        associatingItemId=product,
        associatedItemId="x",
        associationId="y",
        amount=0,
    )
    assert "must be between 1" in associated["message"]


def test_a_whole_number_is_a_change_of_a_float_and_3_0_is_none(fresh: Api) -> None:
    product = fresh.product(price=3.0)
    assert fresh.one("Product", id=product, price=3)["status"] == "Updated"
    assert fresh.one("Product", id=product, price=3.0)["status"] == "NotModified"
    assert fresh.one("Product", id=product, number="")["status"] == "NotModified"


def test_a_taken_unique_value_fails_at_update_and_creation(fresh: Api) -> None:
    fresh.one("Brand", id="a", name="A", code="a")
    fresh.one("Brand", id="b", name="B", code="b")
    failed = fresh.one("Brand", id="b", code="a")["message"]
    assert "Key (code, deleted)=(a, f) already exists." in failed
    patched = fresh.send("PATCH", "Brand/b", {"code": "a"})
    assert patched.status_code == 400
    assert "\n" not in patched.headers["X-Status-Reason"]
    posted = fresh.send("POST", "Brand", {"name": "C", "code": "a"})
    assert posted.text == "The record cannot be created due to database constraints."


def test_units_are_found_by_code_and_never_by_their_unique_index(fresh: Api) -> None:
    fresh.one("Measure", id="m", name="m", code="m")
    fresh.one("Unit", id="u", name="u", code="U", measureId="m")
    again = fresh.one("Unit", name="u", code="V", measureId="m")
    assert again["message"].endswith("cannot be created due to database constraints.")
    assert fresh.one("Unit", name="w", measureId="m")["status"] == "Created"


@pytest.mark.parametrize(
    "body",
    [
        '{"entity": "Brand", "payload": {"name": "x"}}',
        '["x"]',
        '"x"',
        "3",
        '[{"entity": "Brand", "payload": null}]',
        '[{"entity": "Brand", "payload": [1]}]',
    ],
)
def test_a_request_of_another_shape_is_refused_whole(fresh: Api, body: str) -> None:
    answer = fresh.client.post(UPSERT, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.text.startswith("Body does not match schema")


def test_an_empty_list_and_an_object_of_items_pass(fresh: Api) -> None:
    assert fresh.post("MassActions/action/upsert", []) == []
    items = {"0": {"entity": "Brand", "payload": {"name": "x"}}}
    assert status(fresh.post("MassActions/action/upsert", items)) == ["Created"]


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain", "[]", 'Content-Type "text/plain" is not expected'),
        ("application/json; charset=utf-8", "[", 'JSON parsing failed with "Syntax error"'),
        ("application/json", "", 'JSON parsing failed with "Syntax error"'),
    ],
)
def test_what_is_not_json_is_refused(fresh: Api, kind: str, body: str, text: str) -> None:
    answer = fresh.client.post(UPSERT, content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.text.startswith(text)) == (400, True)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_only_post_upserts(fresh: Api, method: str) -> None:
    assert fresh.send(method, "MassActions/action/upsert").status_code == 400


@pytest.mark.parametrize(("value", "queued"), [("1", True), ("TRUE", True), ("0", False)])
def test_the_queue_makes_a_job_and_answers_400(
    fresh: Api,
    value: str,
    *,
    queued: bool,
) -> None:
    items = [{"entity": "Brand", "payload": {"name": "q"}}]
    answer = fresh.send("POST", "MassActions/action/upsert", items, use_queue=value)
    assert answer.status_code == (400 if queued else 200)
    jobs = fresh.where("Job", {"type": "equals", "attribute": "type", "value": "Upsert"})
    assert [job["payload"] for job in jobs] == ([items] if queued else [])


def test_a_language_cannot_be_upserted(fresh: Api) -> None:
    items = [{"entity": "Language", "payload": {"name": "F", "code": "fr_FR"}}]
    answer = fresh.send("POST", "MassActions/action/upsert", items)
    assert (answer.status_code, answer.text) == (500, "")


def test_the_raw_table_of_values_is_found_by_its_pair(api: Api) -> None:
    product = api.product(__attributes=["atseries"])
    pair = {"productId": product, "attributeId": "atseries"}
    assert api.one("ProductAttributeValue", **pair, varcharValue="raw")["status"] == "Updated"
    assert api.get(f"Product/{product}")["series"] == "raw"
    half = api.one("ProductAttributeValue", productId=product, varcharValue="x")
    assert half["message"].endswith("'attributeId' is required.")


def test_associations_are_found_by_their_three_parts(api: Api) -> None:
    first, second = api.product(), api.product()
    api.one("Association", id="pack", name="Pack", code="pack", entityId="Product")
    three = {"associatingItemId": first, "associatedItemId": second, "associationId": "pack"}
    assert api.one("AssociatedProduct", **three)["entity"]["sorting"] == 0
    assert api.one("AssociatedProduct", **three)["status"] == "NotModified"
    many = {"associatingItemId": first, "associatedItemsIds": [first + "x", "nope"]}
    result = api.one("AssociatedProduct", **many, associationId="pack")
    assert (result["entity"]["associatedItemId"], result["entity"]["sorting"]) == ("nope", 10)
    none = {"associatingItemId": first, "associatedItemsIds": [], "associationId": "pack"}
    assert api.one("AssociatedProduct", **none)["status"] == "Failed"
    itself = {**three, "associatedItemId": first}
    assert api.one("AssociatedProduct", **itself)["message"].endswith("associated with itself.")
    assert len(api.get(f"Product/{first}/associatedItems")["list"]) == 1


def test_clients_at_once_make_no_duplicates(
    fresh: Api, empty: Sandbox, enter: Callable[[Sandbox], httpx.Client]
) -> None:
    clients = [Api(enter(empty)) for _ in range(4)]
    items = [("Brand", {"name": str(n), "code": f"c{n}"}) for n in range(20)]
    threads = [threading.Thread(target=one.upsert, args=items) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fresh.get("Brand?totalOnly=true") == {"total": 20}
