"""Whatever a client sends, an answer comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.sandbox.installation import Installation
from etl.sandbox.message import Response
from etl.sandbox.seeds import plant
from etl.sandbox.upsert import upsert

if TYPE_CHECKING:
    import pytest

    from tests.sandbox.client import Api

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "id", "name", "code", "number", "price", "priceUnitId", "isActive", "tag", "data",
        "parentId", "parentsIds", "categoriesIds", "categoriesAddOnlyMode", "brandId", "ean",
        "mainImageId", "classificationsIds", "productStatus", "__attributes", "attributesDefs",
        "__attributesToRemove", "title", "pieces", "net_weight", "net_weightUnitId", "color",
        "materials", "search_terms", "available_from", "checked_at", "temperatureFrom", "manualId",
        "measureId", "multiplier", "isMain", "locales", "extensibleEnumsIds", "sorting", "type",
        "productId", "categoryId", "attributeId", "jsonValue", "associatedItemsIds", "channelsIds",
    ]
)  # fmt: skip
ENTITIES = st.sampled_from(
    [
        "Product", "Brand", "Category", "Attribute", "Unit", "Channel", "ExtensibleEnumOption",
        "ProductAttributeValue", "ProductCategory", "AssociatedProduct", "Classification",
    ]
)  # fmt: skip
ITEMS = st.fixed_dictionaries(
    {"entity": ENTITIES, "payload": st.dictionaries(KEYS, VALUES, max_size=6)}
)
LINKED = [
    "attitle", "atpieces", "atnetweight", "atcolor", "atmaterials", "atsearchterms",
    "atavailablefrom", "attemperature", "atmanual",
]  # fmt: skip


def planted() -> Installation:
    installation = Installation()
    plant(installation, "catalog")
    payload = {"id": "p", "name": "p", "__attributes": LINKED}
    upsert(installation, [{"entity": "Product", "payload": payload}])
    return installation


INSTALLATION = planted()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ITEMS, max_size=3), st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_item_has_a_result(items: list[dict[str, Any]], change: dict[str, Any]) -> None:
    items.append({"entity": "Product", "payload": {**change, "id": "p"}})
    results = upsert(INSTALLATION, items)
    assert {one["status"] for one in results} <= {"Created", "Updated", "NotModified", "Failed"}
    assert Response.of(results).body


def test_a_list_where_a_text_belongs_fails_the_item_alone(api: Api) -> None:
    wrong = {"name": "x", "type": ["x"], "entityId": "Product", "attributePanelId": "x"}
    failed, created = api.upsert(("Attribute", wrong), ("Brand", {"name": "x"}))
    assert failed["message"].startswith("Code: 0. Message: ")
    assert created["status"] == "Created"


def test_a_break_of_the_sandboxs_own_is_a_500_too(
    api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delattr("etl.sandbox.routes.crud.list_records")
    answer = api.send("GET", "Brand")
    assert (answer.status_code, answer.content) == (500, b"")
    assert "NameError" in capsys.readouterr().err
