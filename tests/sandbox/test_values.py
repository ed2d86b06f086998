"""Attribute values: which stick, how they are kept, which are lost."""

# ruff: noqa: ANN401 - JSON is whatever it is

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import Api

VALUES: dict[str, Any] = {
    "title": "Drill", "titleDeDe": "Bohrer", "summary": "long\ntext", "care": "<p>x</p>",
    "maker_page": "https://example.com", "pieces": 5, "voltage": 1.5, "cordless": True,
    "available_from": "2026-01-31", "checked_at": "2026-01-31 10:11:12",
    "color": "op_color__red", "materials": ["op_material__wood", "op_material__steel"],
    "search_terms": ["x", "y"], "temperatureFrom": 1, "temperatureTo": 3, "torqueFrom": 1.5,
    "torqueTo": 2.5, "net_weight": 2.5, "net_weightUnitId": "un_kg", "manualId": "f",
}  # fmt: skip
ATTRIBUTES = [
    "attitle", "atsummary", "atcare", "atmakerpage", "atpieces", "atvoltage", "atcordless",
    "atavailablefrom", "atcheckedat", "atcolor", "atmaterials", "atsearchterms", "attemperature",
    "attorque", "atnetweight", "atmanual",
]  # fmt: skip


def full(api: Api) -> str:
    return api.product(__attributes=ATTRIBUTES, **VALUES)


def shown(api: Api, row: str, *keys: str) -> list[Any]:
    record = api.get(f"Product/{row}")
    return [record.get(key) for key in keys]


def test_values_of_every_type_come_back(api: Api) -> None:
    row = full(api)
    record = api.get(f"Product/{row}")
    assert {key: record[key] for key in VALUES} == VALUES
    assert record["colorName"] == "Red"
    assert record["colorOptionData"]["code"] == "color__red"
    assert record["materialsNames"] == {
        "op_material__steel": "Steel",
        "op_material__wood": "Wood",
    }
    assert record["net_weightUnitName"] == "kg"
    assert record["net_weightAllUnits"] == {"kg": 2.5, "g": 2500, "lb": 5.5116}
    assert record["attributesDefs"]["net_weightUnit"]["type"] == "link"
    assert record["attributesDefs"]["temperatureFrom"]["mainField"] == "temperature"


def test_equal_values_are_no_change_but_with_attributes_named_they_are(api: Api) -> None:
    row = full(api)
    assert api.one("Product", id=row, **VALUES)["status"] == "NotModified"
    assert api.one("Product", id=row, __attributes=[], **VALUES)["status"] == "Updated"


@pytest.mark.parametrize(
    "naming",
    [
        {},
        {"__attributes": ["series"]},
        {"__attributes": "atseries"},
        {"__attributes": ["nope", 3]},
        {"attributeValues": [{"attributeId": "atseries", "value": "v"}]},
        {"attributesDefs": ["atseries", {"id": "atseries"}]},
    ],
)
def test_a_value_without_its_attributes_id_is_lost(api: Api, naming: dict[str, Any]) -> None:
    assert shown(api, api.product(series="v", **naming), "series") == [None]


@pytest.mark.parametrize(
    "naming",
    [
        {"__attributes": ["atseries"]},
        {"attributesDefs": {"series": {"attributeId": "atseries"}}},
        {"attributesDefs": [{"attributeId": "atseries"}]},
        {"__attributes": ["atseries", "atseries"]},
    ],
)
def test_a_value_beside_its_attributes_id_sticks(api: Api, naming: dict[str, Any]) -> None:
    assert shown(api, api.product(series="v", **naming), "series") == ["v"]


def test_once_linked_the_code_is_enough(api: Api) -> None:
    row = api.product(__attributes=["atseries"])
    assert api.one("Product", id=row, series="v")["entity"]["series"] == "v"
    assert api.one("Product", id=row, atseries="w")["status"] == "NotModified"


def test_definitions_alone_link_at_an_update(api: Api) -> None:
    row = api.product()
    result = api.one("Product", id=row, attributesDefs=[{"attributeId": "atseries"}])
    assert list(result["entity"]["attributesDefs"]) == ["series"]


def test_an_attribute_without_a_code_has_its_id_as_key(api: Api) -> None:
    api.one(
        "Attribute",
        id="bare",
        name="B",
        type="date",
        entityId="Product",
        attributePanelId="attributeValues",
    )
    assert shown(api, api.product(__attributes=["bare"], bare="2020-01-01"), "bare") == [
        "2020-01-01"
    ]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"pieces": "7"}, 7), ({"pieces": 7.9}, 7), ({"power": "abc"}, 0), ({"power": ""}, 0),
        ({"power": []}, 0), ({"voltage": "2,25"}, 2), ({"voltage": "2.25"}, 2.25),
        ({"voltage": True}, 1), ({"cordless": "false"}, False), ({"cordless": "0"}, False),
        ({"cordless": "true"}, True), ({"cordless": 1}, True), ({"series": 123}, "123"),
        ({"color": "red"}, "red"), ({"materials": "op_material__wood"}, None),
        ({"materials": []}, None), ({"materials": ["nope"]}, ["nope"]), ({"summary": ""}, None),
        ({"series": " v\r\n"}, " v\r\n"),
    ],
)  # fmt: skip
def test_a_value_is_kept_as_php_converts_it(api: Api, sent: dict[str, Any], kept: Any) -> None:
    row = api.product(__attributes=[*ATTRIBUTES, "atpower", "atseries"])
    api.one("Product", id=row, **sent)
    assert shown(api, row, *sent) == [kept]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"available_from": "31.01.2026"}, "Date for the field 'available_from' is not valid."),
        ({"checked_at": "2026-01-31T10:11:12Z"},
         "Date-time for the field 'checked_at' is not valid."),
        ({"short_label": "x" * 21}, ('The allowed maximum length for "Short label" is 20 symbols,'
         ' you current length is "21" symbols.')),
        ({"model_code": "abc"}, ('The value of the field "model_code" does not correspond to the'
         ' pattern "/^[A-Z]{2}-[0-9]{3,}$/".')),
        ({"pieces": 1001}, "Integer value for field/attribute 'Pieces' must be between 1 and 1000"),
        ({"power": 3_000_000_000}, ("Integer value for field/attribute 'Power' must be between"
         " -2147483648 and 2147483647")),
        ({"rating": 5.5}, "Value for field/attribute 'Rating' must be between 0 and 5"),
    ],
)  # fmt: skip
def test_an_invalid_value_fails(api: Api, sent: dict[str, Any], message: str) -> None:
    named = ["atavailablefrom", "atcheckedat", "atshortlabel", "atmodelcode", "atpieces",
             "atpower", "atrating"]  # fmt: skip
    failed = api.one("Product", name="p", __attributes=named, **sent)
    assert failed["message"].removeprefix("Code: 400. Message: ") == message
    assert api.get("Product")["total"] == 0


def test_valid_values_pass_the_checks(api: Api) -> None:
    row = api.product(__attributes=["atmodelcode", "atshortlabel", "atrating"],
                      model_code="AB-123", short_label="x" * 20, rating=5.0)  # fmt: skip
    assert shown(api, row, "model_code", "rating") == ["AB-123", 5]


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("series", "fits", "x" * 256),
        ("available_from", "2016-02-28", "2016-02-30"),
        ("available_from", "2016-02-28", ""),
        ("checked_at", "2016-02-28 10:00:00", "2016-02-30 10:00:00"),
    ],
)
def test_what_the_database_refuses_is_answered_updated_and_lost(
    api: Api, key: str, good: str, bad: str
) -> None:
    row = api.product(__attributes=["atseries", "atavailablefrom", "atcheckedat"], **{key: good})
    assert api.one("Product", id=row, **{key: bad})["status"] == "Updated"
    assert shown(api, row, key) == [good]


def test_an_empty_text_stays_where_a_text_was(api: Api) -> None:
    row = full(api)
    api.one("Product", id=row, summary="", voltage="", materials=[])
    assert shown(api, row, "summary", "voltage", "materials") == ["", 0, None]


def test_null_clears_and_leaves_the_unit(api: Api) -> None:
    row = full(api)
    api.one("Product", id=row, net_weight=None, color=None, materials=None, titleDeDe=None)
    assert shown(api, row, "net_weight", "net_weightUnitId", "color", "titleDeDe") == [
        None, "un_kg", None, None,
    ]  # fmt: skip


def test_units_are_neither_checked_nor_filled_in(api: Api) -> None:
    row = api.product(__attributes=["atnetweight"], net_weight=7.0)
    assert shown(api, row, "net_weightUnitId") == [None]
    api.one("Product", id=row, net_weightUnitId="un_mm")
    assert shown(api, row, "net_weightUnitId", "net_weightAllUnits") == ["un_mm", []]
    api.one("Product", id=row, net_weightUnitId="nope")
    assert shown(api, row, "net_weightUnitName", "net_weightAllUnits") == [None, []]
    assert api.one("Product", id=row, net_weightUnit="g")["status"] == "NotModified"


def test_an_option_of_another_list_is_kept_and_named(api: Api) -> None:
    row = api.product(__attributes=["atcolor"], color="op_season__spring")
    record = api.get(f"Product/{row}")
    assert record["colorName"] == "Spring"
    assert "colorOptionData" not in record


def test_digits_after_the_comma_round_when_storing(api: Api) -> None:
    api.one("Attribute", id="dec", name="D", code="dec", type="float", entityId="Product",
            attributePanelId="attributeValues", amountOfDigitsAfterComma=2)  # fmt: skip
    row = api.product(__attributes=["dec"], dec=1.235)
    assert shown(api, row, "dec") == [1.24]
    assert api.one("Product", id=row, dec=1e-7)["entity"]["dec"] == 0


def test_values_go_off_by_code_and_not_by_id(api: Api) -> None:
    row = api.product(__attributes=["atseries", "atpower"], series="v", power=1)
    api.one("Product", id=row, __attributesToRemove=["series"])
    api.one("Product", id=row, __attributesToRemove=["atpower"])
    record = api.get(f"Product/{row}")
    assert "series" not in record
    assert record["power"] == 1
    assert api.one("Product", id=row, series="again")["status"] == "NotModified"
    gone = {"entityName": "Product", "entityId": row, "attributeId": "atpower"}
    assert api.post("Attribute/action/removeAttributeValue", gone) is True
    assert api.post("Attribute/action/removeAttributeValue", gone) is True


def test_attributes_are_linked_by_an_action(api: Api) -> None:
    row = api.product(__attributes=["atseries"], series="stays")
    ids = {"entityName": "Product", "entityId": row, "ids": ["atseries", "atpower", "nope"]}
    assert api.post("Attribute/action/addAttributeValue", ids) is True
    assert shown(api, row, "series", "power") == ["stays", None]
    assert "power" in api.get(f"Product/{row}")["attributesDefs"]


def test_the_definitions_tell_the_keys(api: Api) -> None:
    defs = api.get(
        "Attribute/action/attributesDefs?entityName=Product&attributesIds[]=atwebtext"
        "&attributesIds[]=atmodelcode&attributesIds[]=nope"
    )
    assert list(defs) == ["web_textDeDe", "web_textFrFr", "web_text", "model_code"]
    assert defs["web_textDeDe"]["label"] == "Web text / German"
    assert defs["web_text"]["channelName"] == "Web"
    assert api.get("Attribute/action/attributesDefs?entityName=Product") == {}
    single = api.get("Attribute/action/attributesDefs?entityName=Product&attributesIds=attitle")
    assert "titleDeDe" in single


def test_a_renamed_channel_shows_in_the_definitions(api: Api) -> None:
    row = api.product(__attributes=["atwebtext"])
    api.one("Channel", id="ch_web", name="Internet")
    defs = api.get(f"Product/{row}")["attributesDefs"]
    assert defs["web_textDeDe"]["label"] == "Web text / Internet / German"


def test_amounts_of_a_field_follow_a_change(api: Api) -> None:
    row = api.product(price=12.5, priceUnitId="eur")
    changed = api.one("Product", id=row, price=10.0)["entity"]
    assert changed["priceAllUnits"] == {"EUR": 10, "USD": 10, "CHF": 10, "GBP": 10}
    rubbish = api.one("Product", id=row, priceUnitId="USD")["entity"]
    assert (rubbish["priceAllUnits"], rubbish["priceUnitName"]) == ([], "EUR")
    assert shown(api, row, "priceUnitName", "priceUnit") == [None, None]
