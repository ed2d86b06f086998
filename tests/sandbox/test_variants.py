"""Models and their variants: what is copied, what follows, what goes with the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import Api

OWN = {"__attributes": ["atseries", "atvoltage"], "series": "own", "voltage": 1.5}


@pytest.fixture(autouse=True)
def model(api: Api) -> None:
    api.one(
        "Product", id="m", name="Model", nameDeDe="Modell", number="M", description="text",
        brandId="br_lumen", productStatus="ready", categoriesIds=["ca_drills"],
        classificationsIds=["cl_power_tools"],
        __attributes=["atseries", "atpieces", "attitle"], series="model", pieces=7, title="T",
    )  # fmt: skip


def values(api: Api, row: str) -> dict[str, Any]:
    record: dict[str, Any] = api.get(f"Product/{row}")
    return record


def test_created_with_a_parent_its_values_overwrite_the_own(api: Api) -> None:
    answer = api.one("Product", id="v", name="V", parentId="m", **OWN)["entity"]
    assert (answer["series"], answer["parentsIds"]) == ("own", ["m"])
    record = values(api, "v")
    assert (record["series"], record["pieces"], record["voltage"]) == ("model", 7, 1.5)
    assert (record["description"], record["categoriesIds"]) == (None, ["ca_drills"])
    assert record["classificationsIds"] == ["cl_power_tools"]
    assert {"series", "pieces", "categories"} <= set(record["inheritedFields"])


def test_parents_ids_copy_the_fields_too(api: Api) -> None:
    answer = api.one("Product", name="V", parentsIds=["m"])["entity"]
    record = values(api, answer["id"])
    assert (record["description"], record["brandId"], record["number"]) == (
        "text", "br_lumen", None,
    )  # fmt: skip


def test_linked_in_a_second_item_nothing_is_copied(api: Api) -> None:
    api.upsert(
        ("Product", {"id": "v", "name": "V", **OWN}), ("Product", {"id": "v", "parentId": "m"})
    )
    record = values(api, "v")
    assert (record["series"], record["parentId"]) == ("own", "m")
    assert "pieces" not in record


def test_a_change_of_the_model_waits_until_the_variant_is_read(api: Api) -> None:
    api.one("Product", id="v", name="V", parentId="m")
    api.one("Product", id="w", name="W", parentId="m")
    api.one("Product", id="w", pieces=8)
    api.one("Product", id="m", pieces=70, title="T2", longDescription="x")
    api.one("Product", id="m", pieces=71)
    listed = api.get("Product?allAttributes=true&select=name,longDescription")["list"]
    by_id = {one["id"]: one for one in listed}
    assert (by_id["v"]["pieces"], by_id["v"]["longDescription"]) == (7, None)
    assert (values(api, "v")["pieces"], values(api, "v")["title"]) == (70, "T2")
    assert values(api, "v")["longDescription"] == "x"
    assert (values(api, "w")["pieces"], values(api, "w")["title"]) == (8, "T2")


def test_a_value_taken_off_the_variant_does_not_come_back(api: Api) -> None:
    api.one("Product", id="v", name="V", parentId="m")
    api.one("Product", id="m", pieces=70)
    api.one("Product", id="v", __attributesToRemove=["pieces"])
    assert "pieces" not in values(api, "v")


def test_the_models_categories_reach_its_variants_at_once(api: Api) -> None:
    api.upsert(("Product", {"id": "v", "name": "V"}), ("Product", {"id": "v", "parentId": "m"}))
    api.one("ProductCategory", productId="v", categoryId="ca_tents")
    api.one("Product", id="m", categoriesIds=["ca_drills", "ca_saws", "ca_tents"])
    found = {one["id"]: one["isInherited"] for one in api.get("Product/v/categories")["list"]}
    assert found == {"ca_tents": True, "ca_saws": True}


def test_empty_fields_are_filled_on_demand(api: Api) -> None:
    api.upsert(
        ("Product", {"id": "v", "name": "V", **OWN}), ("Product", {"id": "v", "parentId": "m"})
    )
    assert api.post("Product/action/inheritAllFromParent", {"id": "v"}) is True
    record = values(api, "v")
    assert (record["nameDeDe"], record["description"]) == ("Modell", "text")
    assert (record["productStatus"], record["series"]) == ("draft", "own")
    assert record["categoriesIds"] == ["ca_drills"]


@pytest.mark.parametrize(
    ("field", "key", "inherited"),
    [("series", "series", "model"), ("brand", "brandId", "br_lumen"), ("nope", "name", "V"),
     ("voltage", "voltage", 1.5)],
)  # fmt: skip
def test_one_field_is_inherited_on_demand(
    api: Api, field: str, key: str, inherited: object
) -> None:
    api.upsert(
        ("Product", {"id": "v", "name": "V", **OWN}), ("Product", {"id": "v", "parentId": "m"})
    )
    assert api.post("Product/action/inheritField", {"id": "v", "field": field}) is True
    assert values(api, "v")[key] == inherited


def test_without_a_parent_there_is_nothing_to_inherit(api: Api) -> None:
    assert api.post("Product/action/inheritAllFromParent", {"id": "m"}) is True
    assert api.post("Product/action/inheritField", {"id": "m", "field": "brand"}) is True
    assert values(api, "m")["inheritedFields"] == []
    lost = api.send("POST", "Product/action/inheritField", {"id": "nope"})
    assert lost.status_code == 404


def test_categories_inherit_fields_only(api: Api) -> None:
    api.one("Category", id="ca_garden", description="d")
    api.post("Category/action/inheritAllFromParent", {"id": "ca_watering"})
    assert api.get("Category/ca_watering")["description"] == "d"
    assert "description" in api.get("Category/ca_watering")["inheritedFields"]


def test_deleting_a_model_deletes_its_variants_detached_or_not(api: Api) -> None:
    api.upsert(
        *(("Product", {"id": row, "name": row}) for row in ("v", "w", "x")),
        ("Product", {"id": "v", "parentId": "m"}),
        ("Product", {"id": "w", "parentId": "v"}),
        ("Product", {"id": "x", "parentId": "m"}),
        ("Product", {"id": "x", "parentId": None}),
    )
    assert api.send("DELETE", "Product/m").json() is True
    assert api.get("Product?totalOnly=true") == {"total": 0}
    assert api.post("Product/action/restore", {"id": "m"}) is True
    assert api.post("Product/action/restore", {"id": "v"}) is True
    assert values(api, "v")["parentId"] == "m"


@pytest.mark.parametrize("detach", [False, True])
def test_a_variant_deleted_before_blocks_its_model(
    api: Api,
    *,
    detach: bool,
) -> None:
    api.upsert(
        *(("Product", {"id": row, "name": row}) for row in ("v", "w")),
        ("Product", {"id": "v", "parentId": "m"}),
        ("Product", {"id": "w", "parentId": "m"}),
    )
    if detach:
        api.one("Product", id="v", parentId=None)
    api.send("DELETE", "Product/v")
    assert api.send("DELETE", "Product/m").status_code == 404
    assert [one["id"] for one in api.get("Product")["list"]] == ["m"]  # the other one went
    assert api.post("Product/action/massDelete", {"ids": ["m"]})["errors"] == [
        "No record was removed.", "Error for 'm': ",
    ]  # fmt: skip
    for row in ("v", "w"):
        assert api.send("DELETE", f"Product/{row}", permanently="true").json() is True
    assert api.send("DELETE", "Product/m").json() is True


@pytest.mark.parametrize("ids", [["v", "w", "m"], ["m", "v", "w"]])
def test_model_and_variants_in_one_mass_action_are_no_error(api: Api, ids: list[str]) -> None:
    api.upsert(
        *(("Product", {"id": row, "name": row}) for row in ("v", "w")),
        ("Product", {"id": "v", "parentId": "m"}),
        ("Product", {"id": "w", "parentId": "m"}),
    )
    done = api.post("Product/action/massDelete", {"ids": ids})
    assert done == {"count": 3, "sync": True, "errors": []}
    for_good = {"ids": ["m"], "permanently": True}
    assert api.post("Product/action/massDelete", for_good)["errors"] == []


def test_files_of_a_model_come_to_a_new_variant(api: Api) -> None:
    api.post("File", {"id": "f", "name": "f.txt", "fileContents": "data:text/plain;base64,eA=="})
    api.post("Product/m/files", {"id": "f"})
    api.one("Product", id="v", name="V", parentId="m")
    assert api.get("Product/v/files")["total"] == 1
