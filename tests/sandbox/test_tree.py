"""Categories and other trees: parents, routes, leaves, order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import Api

NO_PARENT = "Hierarchy::getRoutes(): Argument #1"


def parents(api: Api, row: str) -> list[str]:
    found: list[str] = api.get(f"Category/{row}")["parentsIds"]
    return found


def test_parents_and_routes_are_told(api: Api) -> None:
    drills = api.get("Category/ca_drills")
    assert drills["routes"] == ["|ca_tools|ca_power_tools|"]
    assert drills["routesNames"][0][1] == {"id": "ca_power_tools", "name": "Power tools"}
    assert (drills["parentId"], drills["parentsIds"]) == ("ca_power_tools", ["ca_power_tools"])
    assert (drills["isRoot"], drills["hasChildren"]) == (False, False)
    assert drills["categoryRouteName"] == "Tools / Power tools"


def test_an_own_id_with_a_parent_is_failed_though_stored_and_linked(api: Api) -> None:
    payload = {"id": "mine", "name": "x", "code": "x", "parentId": "ca_garden"}
    failed = api.one("Category", **payload)
    assert "CategoryHierarchy::updateCategoryTree()" in failed["message"]
    stored = api.get("Category/mine")
    assert (stored["parentsIds"], stored["categoryRoute"]) == (["ca_garden"], None)
    assert api.one("Category", **payload)["status"] == "NotModified"


def test_without_own_id_by_post_or_in_two_items_it_works(api: Api) -> None:
    row = api.one("Category", name="a", code="a", parentId="ca_garden")["entity"]
    assert row["parentName"] == "Garden"
    posted = api.post("Category", {"id": "b", "name": "b", "parentId": "ca_garden"})
    assert posted["routes"] == ["|ca_garden|"]
    two = api.upsert(
        ("Category", {"id": "c", "name": "c"}), ("Category", {"id": "c", "parentId": "ca_garden"})
    )
    assert [one["status"] for one in two] == ["Created", "Updated"]
    assert two[1]["entity"]["isRoot"] is True  # the answer shows what was
    assert parents(api, "c") == ["ca_garden"]


def test_parents_ids_copy_what_the_payload_leaves_out(api: Api) -> None:
    made = api.one("Category", name="x", code="x", parentsIds=["ca_garden"])["entity"]
    assert (made["nameDeDe"], made["hasChildren"], made["parentId"]) == ("Garten", True, None)
    assert parents(api, made["id"]) == ["ca_garden"]


def test_of_two_parents_the_last_stays(api: Api) -> None:
    both = ["ca_garden", "ca_lighting"]
    assert api.one("Category", id="ca_drills", parentsIds=both)["entity"]["parentsIds"] == both
    assert parents(api, "ca_drills") == ["ca_lighting"]
    assert api.one("Category", id="ca_drills", parentsIds=[])["status"] == "Updated"
    assert parents(api, "ca_drills") == []


def test_moving_moves_the_routes_below(api: Api) -> None:
    api.one("Category", code="power_tools", parentId="ca_garden")
    assert api.get("Category/ca_drills")["categoryRoute"] == "|ca_garden|ca_power_tools|"


@pytest.mark.parametrize("nothing", [None, ""])
def test_detaching_leaves_the_route_as_it_was(api: Api, nothing: str | None) -> None:
    answer = api.one("Category", id="ca_drills", parentId=nothing)["entity"]
    assert answer["parentsIds"] == []
    shown = api.get("Category/ca_drills")
    assert (shown["parentsIds"], shown["parentId"]) == ([], "ca_power_tools")
    assert shown["categoryRoute"] == "|ca_tools|ca_power_tools|"
    assert api.one("Category", id="ca_drills", parentId=nothing)["status"] == "NotModified"


def test_an_unknown_parent_fails_and_nothing_is_stored(api: Api) -> None:
    assert NO_PARENT in api.one("Category", name="x", code="x", parentId="nope")["message"]
    assert api.where("Category", {"type": "equals", "attribute": "code", "value": "x"}) == []
    posted = api.send("POST", "Category", {"name": "x", "parentId": "nope"})
    assert (posted.status_code, posted.text) == (500, "")


@pytest.mark.parametrize("parent", ["ca_drills", "ca_tools"])
def test_no_record_below_itself(api: Api, parent: str) -> None:
    failed = api.one("Category", id="ca_tools", parentId=parent)
    assert failed["message"].endswith("Child record cannot be chosen as a parent.")


def test_without_a_code_each_upsert_is_a_new_record(api: Api) -> None:
    twice = api.upsert(
        ("Category", {"name": "x", "code": ""}), ("Category", {"name": "x", "code": ""})
    )
    assert [one["status"] for one in twice] == ["Created", "Created"]
    assert api.get(f"Category/{twice[0]['entity']['id']}")["code"] is None


def test_the_sort_order_of_a_creation_is_overwritten(api: Api) -> None:
    made = api.one("Category", name="x", code="x", sortOrder=5)["entity"]
    assert made["sortOrder"] > 1_000_000
    api.one("Category", code="x", sortOrder=5)
    assert api.get(f"Category/{made['id']}")["sortOrder"] == 5


def test_products_go_into_leaves_only(api: Api) -> None:
    failed = api.one(
        "Product", id="p", name="p", categoriesIds=["ca_drills", "ca_tools", "ca_saws"]
    )
    assert failed["message"].endswith("Products cannot be linked to a non-leaf category.")
    stored = api.get("Product/p/categories?select=code")
    assert [one["code"] for one in stored["list"]] == ["drills"]
    below = api.one("Category", name="x", code="x", parentId="ca_drills")
    assert "leaf-category with assigned products" in below["message"]
    link = api.send("POST", "Product/p/categories", {"id": "ca_tools"})
    assert (link.status_code, link.text.startswith("Products cannot")) == (400, True)


def test_a_setting_lets_products_into_every_category(api: Api) -> None:
    setting = "productCanLinkedWithNonLeafCategories"
    assert api.get("Settings")[setting] is False
    assert api.send("PATCH", "Settings", {setting: True}).json()[setting] is True
    row = api.product(categoriesIds=["ca_tools", "ca_drills"])
    assert api.get(f"Product/{row}/categories")["total"] == 2
    below = api.one("Category", name="x", code="x", parentId="ca_saws")
    assert below["status"] == "Created"
    api.send("PATCH", "Settings", {setting: False})
    left = api.get(f"Product/{row}/categories")["list"]
    assert [one["id"] for one in left] == ["ca_drills"]


def test_channels_of_a_category_do_not_reach_its_children_at_once(api: Api) -> None:
    answer = api.one("Category", id="ca_garden", channelsIds=["ch_web"])["entity"]
    assert answer["channelsIds"] == []  # as it was
    assert api.get("Category/ca_garden")["channelsNames"] == {"ch_web": "Web"}
    assert api.get("Category/ca_watering/channels")["total"] == 0


def nodes(api: Api, query: str = "") -> list[str]:
    return [one["id"] for one in api.get(f"Category/action/Tree?{query}")["list"]]


def test_the_tree_of_the_user_interface(api: Api) -> None:
    assert nodes(api) == ["ca_tools", "ca_outdoor", "ca_garden", "ca_lighting"]
    assert nodes(api, "node=ca_hand_tools&sortBy=name&asc=true") == [
        "ca_hammers", "ca_pliers", "ca_screwdrivers",
    ]  # fmt: skip
    assert nodes(api, "node=ca_hand_tools&sortBy=name&asc=false")[0] == "ca_screwdrivers"
    first: dict[str, Any] = api.get("Category/action/Tree")["list"][0]
    assert (first["load_on_demand"], first["total"]) == (True, 4)


def test_the_order_among_siblings_is_set_by_ids_or_ties(api: Api) -> None:
    order = {"_sortedIds": ["ca_pliers", "ca_hammers", "nope"], "_id": "x", "_link": "children"}
    assert api.send("PATCH", "Category/ca_hand_tools", order).status_code == 200
    assert nodes(api, "node=ca_hand_tools") == ["ca_screwdrivers", "ca_hammers", "ca_pliers"]
    tie = {"parentId": "ca_hand_tools", "entityId": "ca_pliers", "hierarchySortOrder": 90}
    assert api.one("CategoryHierarchy", **tie)["status"] == "Updated"
    assert nodes(api, "node=ca_hand_tools")[1] == "ca_pliers"


def test_lists_count_children_and_name_parents(api: Api) -> None:
    tools, drills = api.where(
        "Category", {"type": "in", "attribute": "code", "value": ["tools", "drills"]},
        extra="&select=code,parentsIds,parents",
    )  # fmt: skip
    assert (tools["childrenCount"], drills["childrenCount"]) == (2, 0)
    assert drills["parents"][0]["code"] == "power_tools"
    assert drills["parentsNames"] == {"ca_power_tools": "Power tools"}
    assert (
        api.where("Category", {"type": "equals", "attribute": "parentId", "value": "ca_tools"})[0][
            "id"
        ]
        == "ca_power_tools"
    )


def test_folders_are_a_tree_too(fresh: Api) -> None:
    fresh.post("Folder", {"id": "a", "name": "a", "code": "a"})
    fresh.post("Folder", {"id": "b", "name": "b", "parentId": "a"})
    assert fresh.get("Folder/b")["parentId"] == "a"
