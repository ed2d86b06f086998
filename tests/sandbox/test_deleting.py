"""Deleting, reviving, mass actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import Api


def many(api: Api, count: int) -> list[str]:
    ids = [f"b{n:03}" for n in range(count)]
    api.upsert(*(("Brand", {"id": one, "name": one, "code": one}) for one in ids))
    return ids


def test_deleted_is_not_found_and_its_code_is_free(api: Api) -> None:
    old = api.one("Brand", name="a", code="a")["entity"]["id"]
    assert api.send("DELETE", f"Brand/{old}").json() is True
    assert api.send("GET", f"Brand/{old}").status_code == 404
    assert api.send("DELETE", f"Brand/{old}").status_code == 404
    new = api.one("Brand", name="a", code="a")["entity"]["id"]
    assert new != old
    taken = api.send("POST", "Brand/action/restore", {"id": old})
    assert (taken.status_code, "SQLSTATE[23505]" in taken.text) == (200, True)
    api.send("DELETE", f"Brand/{new}")
    assert api.post("Brand/action/restore", {"id": old}) is True
    assert api.send("POST", "Brand/action/restore", {"id": old}).status_code == 404


def test_a_deleted_id_revives_with_its_values_and_categories(api: Api) -> None:
    api.one("Product", id="p", name="p", categoriesIds=["ca_drills"], __attributes=["atseries"],
            series="v", note="gone")  # fmt: skip
    api.send("DELETE", "Product/p")
    assert api.get("ProductCategory")["total"] == 1
    assert api.get("ProductAttributeValue")["total"] == 1
    again = api.one("Product", id="p", name="again")
    assert (again["status"], again["entity"]["attributesDefs"]) == ("Created", [])
    record = api.get("Product/p")
    assert (record["series"], record["note"]) == ("v", None)
    assert api.get("Product/p/categories")["total"] == 1


@pytest.mark.parametrize("by_mass_action", [False, True])
def test_for_good_nothing_is_left(api: Api, *, by_mass_action: bool) -> None:
    api.one("Product", id="p", name="p", categoriesIds=["ca_drills"], __attributes=["atseries"],
            series="v")  # fmt: skip
    if by_mass_action:
        body = {"ids": ["p"], "permanently": True}
        assert api.post("Product/action/massDelete", body)["errors"] == []
    else:
        api.send("DELETE", "Product/p", permanently="true")
    assert api.get("ProductCategory")["total"] == api.get("ProductAttributeValue")["total"] == 0
    assert api.send("DELETE", "Product/p", permanently="true").status_code == 404
    api.one("Product", id="p", name="again")
    assert "series" not in api.get("Product/p")


def test_a_brand_in_use_stays(api: Api) -> None:
    api.product(brandId="br_lumen")
    refused = api.send("DELETE", "Brand/br_lumen")
    assert refused.text == "Brand(s), which is(are) used in some products, cannot be deleted."
    assert api.send("DELETE", "Brand/br_bergwerk").json() is True


def test_a_deleted_category_leaves_its_products(api: Api) -> None:
    row = api.product(categoriesIds=["ca_drills"])
    assert api.send("DELETE", "Category/ca_drills").json() is True
    assert api.get(f"Product/{row}/categories")["total"] == 0
    assert api.get("Category/ca_power_tools")["hasChildren"] is True  # the deleted one counts
    assert api.send("DELETE", "Category/ca_power_tools").status_code == 404


def test_errors_of_a_mass_action_are_told_per_record(api: Api) -> None:
    many(api, 3)
    done = api.post("Brand/action/massDelete", {"ids": ["b000", "b001", "nope"]})
    assert done == {
        "count": 3, "sync": True,
        "errors": ["Some record(s) could not be successfully removed.", "Error for 'nope': "],
    }  # fmt: skip
    where = [{"type": "equals", "attribute": "code", "value": "b002"}]
    done = api.post("Brand/action/massDelete", {"byWhere": True, "where": where})
    assert done == {"count": 1, "sync": True, "errors": []}
    assert api.post("Brand/action/massDelete", {})["count"] == 0


def test_more_than_200_become_a_job_that_nobody_does(api: Api) -> None:
    ids = many(api, 201)
    done = api.post("Brand/action/massDelete", {"ids": ids})
    assert done == {"count": 201, "sync": False, "errors": []}
    assert api.get("Job")["list"][0]["type"] == "MassActionCreator"
    left = {"type": "like", "attribute": "code", "value": "b%"}
    assert api.post("Brand/action/massDelete", {"ids": ids[:200]})["sync"] is True
    assert [one["id"] for one in api.where("Brand", left) if one["id"] in ids] == ["b200"]


def test_mass_updates_set_fields_and_linked_values_unchecked(api: Api) -> None:
    pair = {"classificationId": "cl_power_tools", "attributeId": "attitle", "isRequired": True}
    api.one("ClassificationAttribute", **pair)
    first = api.product(classificationsIds=["cl_power_tools"], __attributes=["atseries"])
    second = api.product()
    body = {"ids": [first, second, "nope"], "attributes": {"isActive": True, "series": "mass"}}
    assert api.send("PUT", "Product/action/massUpdate", body).json() == {
        "count": 3, "ids": [2, [], True],
    }  # fmt: skip
    record = api.get(f"Product/{first}")
    assert (record["isActive"], record["series"]) == (True, "mass")
    assert "series" not in api.get(f"Product/{second}")
    brands = {"ids": ["br_lumen"], "attributes": {"isActive": False}}
    assert api.send("PUT", "Brand/action/massUpdate", brands).json()["ids"][0] == 1


def test_taking_attributes_off_in_bulk_is_a_job_always(api: Api) -> None:
    row = api.product(__attributes=["atseries"])
    done = api.post("Product/action/massRemoveAttribute", {"ids": [row]})
    assert (done["count"], done["sync"]) == (1, False)
    assert api.get(f"Job/{done['jobId']}")["status"] == "Pending"
