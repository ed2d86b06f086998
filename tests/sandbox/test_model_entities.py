"""Languages, attributes, lists, units, classifications: the model that a catalog rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import Api

ATTRIBUTE = {"entityId": "Product", "attributePanelId": "attributeValues"}


def options(api: Api, of: str) -> list[str]:
    return [one["id"] for one in api.get(f"ExtensibleEnum/{of}/extensibleEnumOptions")["list"]]


class TestLanguages:
    def test_a_language_brings_keys_and_takes_them_away_for_good(self, fresh: Api) -> None:
        fresh.one("Brand", id="b", name="B", nameDeDe="too early")
        fresh.post("Language", {"id": "l", "name": "German", "code": "de_DE"})
        assert fresh.get("Brand/b")["nameDeDe"] is None
        fresh.one("Brand", id="b", nameDeDe="B de")
        fresh.one("Brand", id="c", name="C")
        assert fresh.one("Brand", id="b", name_de_DE="x", nameDe="y")["status"] == "NotModified"
        assert fresh.send("DELETE", "Language/l").json() is True
        assert "nameDeDe" not in fresh.get("Brand/b")
        fresh.post("Language", {"name": "German", "code": "de_DE"})
        assert fresh.get("Brand/b")["nameDeDe"] is None

    def test_settings_and_metadata_follow(self, fresh: Api) -> None:
        assert fresh.get("Settings")["inputLanguageList"] == []
        fresh.post("Language", {"name": "X", "code": "xx_YY", "role": "additional"})
        settings = fresh.get("Settings")
        assert settings["inputLanguageList"] == ["xx_YY"]
        assert (settings["isMultilangActive"], settings["mainLanguage"]) == (True, "en_US")
        fields = fresh.get("Metadata")["entityDefs"]["Brand"]["fields"]
        assert fields["nameXxYy"]["multilangField"] == "name"

    @pytest.mark.parametrize(
        ("payload", "reason"),
        [
            ({"name": "E", "code": "en_US"}, "record with such 'code' already exists."),
            ({"name": "E", "code": "es_ES", "role": "main"}, "Main Language already exists."),
            ({"name": "E"}, "'Code' is required."),
        ],
    )
    def test_some_languages_are_refused(
        self, fresh: Api, payload: dict[str, Any], reason: str
    ) -> None:
        answer = fresh.send("POST", "Language", payload)
        assert (answer.status_code, answer.text.endswith(reason)) == (400, True)

    def test_the_main_language_stays(self, fresh: Api) -> None:
        changed = fresh.send("PATCH", "Language/main", {"role": "additional"})
        assert (changed.status_code, changed.text) == (400, "Role cannot be changed.")
        assert fresh.send("PATCH", "Language/main", {"name": "E"}).json()["name"] == "E"
        gone = fresh.send("DELETE", "Language/main")
        assert (gone.status_code, gone.text) == (400, "Main Language cannot be removed.")

    def test_languages_are_not_set_by_settings(self, fresh: Api) -> None:
        answer = fresh.send("PATCH", "Settings", {"inputLanguageList": ["de_DE"]})
        assert (answer.status_code, "SQLSTATE[42703]" in answer.text) == (200, True)
        assert fresh.get("Settings")["inputLanguageList"] == []
        assert fresh.send("DELETE", "Settings").status_code == 404

    def test_the_header_puts_a_language_under_the_base_key(self, api: Api) -> None:
        listed = api.get("Category?select=name,code&sortBy=code&maxSize=40", language="de_DE")
        names = {one["code"]: one["name"] for one in listed["list"]}
        assert (names["garden"], names["boots"]) == ("Garten", None)
        assert api.get("Category?maxSize=1", language="de_DE")["list"][0]["name"] == "Werkzeug"
        one = api.get("Category/ca_garden", language="de_DE")
        assert one["name"] == "Garten"
        assert "nameDeDe" not in one
        unknown = api.send("GET", "Category", language="xx_XX")
        assert (unknown.status_code, unknown.text) == (400, "No such language is available.")


class TestAttributes:
    @pytest.mark.parametrize(
        ("payload", "status", "reason"),
        [
            ({"code": "x", "type": "nonsense"}, 403, "The attribute type 'nonsense' is invalid"),
            ({"code": "a-b", "type": "text"}, 400, "The code must start with a letter"),
            ({"code": "1a", "type": "text"}, 400, "The code must start with a letter"),
            ({"code": "brand", "type": "text"}, 400, "Field with such code exists"),
            ({"code": "brandId", "type": "text"}, 400, "Field with such code exists"),
            ({"code": "categoriesIds", "type": "text"}, 400, "Field with such code exists"),
            ({"code": "x", "type": "text", "attributeGroupId": "nope"}, 400,
             "Attribute Group 'nope' does not exist."),
            ({"code": "title", "type": "text"}, 400, "The record cannot be created"),
            ({"code": "x", "type": "text", "attributePanelId": None}, 400,
             "Validation failed. 'attributePanelId' is required."),
        ],
    )  # fmt: skip
    def test_some_attributes_are_refused(
        self, api: Api, payload: dict[str, Any], status: int, reason: str
    ) -> None:
        answer = api.send("POST", "Attribute", {"name": "x", **ATTRIBUTE, **payload})
        assert (answer.status_code, answer.text.startswith(reason)) == (status, True)

    def test_what_else_is_unknown_is_accepted(self, api: Api) -> None:
        payload = {"measureId": "nope", "extensibleEnumId": "nope", "channelId": "nope"}
        made = api.one("Attribute", name="x", code="x", type="extensibleEnum", **ATTRIBUTE,
                       **payload)  # fmt: skip
        assert made["status"] == "Created"
        assert api.product(__attributes=[made["entity"]["id"]], x="anything")

    def test_an_attribute_is_found_by_entity_and_code(self, api: Api) -> None:
        found = api.one("Attribute", name="Renamed", code="series", entityId="Product")
        assert found["entity"]["id"] == "atseries"
        alone = api.one("Attribute", name="Renamed", code="series")
        assert alone["message"].endswith("'attributePanelId' is required.")

    def test_a_list_attribute_may_become_a_multi_list_and_nothing_else(self, api: Api) -> None:
        failed = api.one("Attribute", id="atpower", type="float")
        assert failed["message"].endswith("from type 'int' to 'float' is impossible.")
        multi = api.one("Attribute", id="atcolor", type="extensibleMultiEnum")
        assert multi["status"] == "Updated"

    def test_some_types_are_silently_not_multilingual(self, api: Api) -> None:
        kinds = {"int": False, "date": False, "bool": True, "url": True}
        for kind, multilingual in kinds.items():
            made = api.one("Attribute", name=kind, code=f"l_{kind}", type=kind,
                           isMultilang=True, **ATTRIBUTE)["entity"]  # fmt: skip
            assert made["isMultilang"] is multilingual

    def test_deleting_an_attribute_takes_its_values_off(self, api: Api) -> None:
        row = api.product(__attributes=["atpower", "atseries"], power=1, series="v")
        assert api.send("DELETE", "Attribute/atpower").json() is True
        record = api.get(f"Product/{row}")
        assert "power" not in record
        assert record["series"] == "v"
        ties = api.where(
            "ClassificationAttribute",
            {"type": "equals", "attribute": "classificationId", "value": "cl_power_tools"},
        )
        assert "atpower" not in {one["attributeId"] for one in ties}
        again = api.one("Attribute", id="power2", name="P", code="power", type="int", **ATTRIBUTE)
        assert again["status"] == "Created"

    def test_a_group_in_use_stays_and_shows_its_new_name(self, api: Api) -> None:
        assert "used in several Attributes" in api.send("DELETE", "AttributeGroup/ag_general").text
        row = api.product(__attributes=["atseries"])
        api.get(f"Product/{row}")
        api.one("AttributeGroup", id="ag_general", name="Common")
        defs = api.get(f"Product/{row}")["attributesDefs"]
        assert defs["series"]["attributeGroup"]["name"] == "Common"
        api.one("AttributeGroup", id="unused", name="u", entityId="Product")
        assert api.send("DELETE", "AttributeGroup/unused").json() is True

    def test_a_channel_of_an_attribute_breaks_the_deletion(self, api: Api) -> None:
        assert api.send("DELETE", "Channel/ch_web").status_code == 500
        assert api.send("DELETE", "Channel/ch_shop").json() is True


class TestLists:
    def test_an_option_is_tied_by_the_list_of_lists(self, fresh: Api) -> None:
        fresh.upsert(*(("ExtensibleEnum", {"id": one, "name": one, "code": one}) for one in "ab"))
        made = fresh.one("ExtensibleEnumOption", id="red", code="red", extensibleEnumsIds=["a"])
        assert (made["entity"]["name"], made["entity"]["listMultilingual"]) == ("red", False)
        lost = fresh.one("ExtensibleEnumOption", id="blue", code="blue", extensibleEnumId="a")
        assert lost["status"] == "Created"
        assert options(fresh, "a") == ["red"]

    def test_the_same_code_moves_the_option_to_another_list(self, fresh: Api) -> None:
        fresh.upsert(*(("ExtensibleEnum", {"id": one, "name": one, "code": one}) for one in "ab"))
        fresh.one("ExtensibleEnumOption", id="red", code="red", extensibleEnumsIds=["a"])
        moved = fresh.one("ExtensibleEnumOption", name="R", code="red", extensibleEnumsIds=["b"])
        assert moved["entity"]["id"] == "red"
        assert (options(fresh, "a"), options(fresh, "b")) == ([], ["red"])
        more = {"extensibleEnumsIds": ["a"], "extensibleEnumsAddOnlyMode": 1}
        added = fresh.one("ExtensibleEnumOption", code="red", **more)
        assert added["entity"]["extensibleEnumsIds"] == ["b", "a"]
        assert fresh.one("ExtensibleEnumOption", code="red", **more)["status"] == "NotModified"
        gone = fresh.send("DELETE", "ExtensibleEnumOption/red")
        assert (gone.status_code, "unique_relation" in gone.text) == (200, True)
        assert fresh.get("ExtensibleEnumOption/red")["listMultilingual"] is True

    def test_options_stand_in_the_lists_order(self, api: Api) -> None:
        route = "ExtensibleEnum/action/getExtensibleEnum"
        found = api.get(f"{route}Options?extensibleEnumId=li_season")
        assert [one["code"] for one in found][:2] == ["season__spring", "season__summer"]
        api.one("ExtensibleEnumOption", id="late", name="late", extensibleEnumsIds=["li_season"])
        found = api.get(f"{route}Options?extensibleEnumId=li_season")
        assert (found[-1]["name"], found[-1]["sorting"]) == ("late", 50)
        several = api.get(
            f"{route}sOptions?extensibleEnumIds[]=li_season&extensibleEnumIds[]=li_color"
        )
        assert [len(several[one]) for one in ("li_season", "li_color")] == [5, 5]

    def test_an_option_goes_with_its_ties(self, api: Api) -> None:
        assert api.send("DELETE", "ExtensibleEnumOption/op_color__red").json() is True
        assert "op_color__red" not in options(api, "li_color")
        ties = api.get("ExtensibleEnumExtensibleEnumOption?maxSize=100")["list"]
        assert "op_color__red" not in {one["extensibleEnumOptionId"] for one in ties}

    def test_a_list_in_use_stays(self, api: Api) -> None:
        refused = api.send("DELETE", "ExtensibleEnum/li_color")
        assert refused.text == "The List 'Color' is used by the Attribute 'Color'."
        assert api.send("DELETE", "ExtensibleEnum/gender").json() is True

    def test_options_are_listed_with_their_lists(self, api: Api) -> None:
        linked = {"type": "linkedWith", "attribute": "extensibleEnums", "value": ["li_color"]}
        rows = api.where("ExtensibleEnumOption", linked, extra="&select=code,extensibleEnums")
        assert len(rows) == 5
        assert rows[0]["extensibleEnums"][0]["id"] == "li_color"


class TestUnits:
    def units(self, api: Api, measure: str) -> dict[str, tuple[bool, float]]:
        rows = api.get(f"Measure/{measure}/units?select=name,multiplier,isMain")["list"]
        return {one["name"]: (one["isMain"], one["multiplier"]) for one in rows}

    def test_the_first_unit_is_main_whatever_is_sent(self, fresh: Api) -> None:
        fresh.one("Measure", id="m", name="m", code="m")
        fresh.upsert(
            ("Unit", {"name": "g", "measureId": "m", "multiplier": 0.001, "isMain": False}),
            ("Unit", {"name": "kg", "measureId": "m", "multiplier": 2.0, "isMain": True}),
        )
        assert self.units(fresh, "m") == {"g": (True, 1), "kg": (False, 2)}

    def test_another_main_unit_reckons_all_multipliers_anew(self, api: Api) -> None:
        assert api.one("Unit", code="LB", isMain=True)["status"] == "Updated"
        assert self.units(api, "me_weight") == {
            "kg": (False, 2.2046), "g": (False, 0.0022), "lb": (True, 1),
        }  # fmt: skip

    def test_the_main_unit_stays(self, api: Api) -> None:
        failed = api.one("Unit", code="KG", isMain=False)["message"]
        assert failed.endswith("The measure must have a default unit.")
        assert api.send("DELETE", "Unit/un_kg").status_code == 400
        assert api.send("DELETE", "Unit/un_g").json() is True
        assert api.one("Unit", code="KG", symbol="kilo")["status"] == "Updated"

    def test_the_same_code_moves_the_unit_to_another_measure(self, api: Api) -> None:
        moved = api.one("Unit", name="pound", code="LB", measureId="me_length")
        assert moved["entity"]["measureName"] == "Weight"  # the answer shows the old name
        assert "pound" in self.units(api, "me_length")

    def test_a_measure_goes_with_its_units_unless_used(self, api: Api) -> None:
        refused = api.send("DELETE", "Measure/me_weight").text
        assert refused == "The measure 'Weight' is used by the Attribute 'Net weight'."
        api.one("Measure", id="m", name="m")
        api.one("Unit", id="u", name="u", measureId="m")
        assert api.send("DELETE", "Measure/m").json() is True
        assert api.send("GET", "Unit/u").status_code == 404


class TestClassifications:
    def test_a_classification_links_its_attributes_empty(self, api: Api) -> None:
        row = api.product(
            classificationsIds=["cl_outdoor_gear"], __attributes=["atseason"],
            season="op_season__winter", title="lost",
        )  # fmt: skip
        record = api.get(f"Product/{row}")
        assert (record["season"], record["title"]) == ("op_season__winter", None)
        assert set(record["attributesDefs"]) > {"waterproof", "temperatureFrom"}
        assert record["attributesDefs"]["title"]["classificationAttributeId"]
        api.one("Product", id=row, title="kept")
        assert api.get(f"Product/{row}")["title"] == "kept"

    def test_under_an_own_id_it_links_none(self, api: Api) -> None:
        api.one("Product", id="mine", name="p", classificationsIds=["cl_outdoor_gear"])
        record = api.get("Product/mine")
        assert (record["classificationsIds"], record["attributesDefs"]) == (
            ["cl_outdoor_gear"], [],
        )  # fmt: skip
        api.post("Product", {"id": "posted", "name": "p", "classificationsIds": ["cl_power_tools"]})
        assert "power" in api.get("Product/posted")["attributesDefs"]

    def test_it_is_found_by_release_and_code_together(self, api: Api) -> None:
        both = {"name": "x", "code": "power_tools", "release": ""}
        assert api.one("Classification", **both)["entity"]["id"] == "cl_power_tools"
        without = api.one("Classification", name="x", code="power_tools", entityId="Product")
        assert without["status"] == "Created"

    def test_a_pair_is_updated_always_and_posted_again_without_id(self, api: Api) -> None:
        pair = {"classificationId": "cl_power_tools", "attributeId": "atpower"}
        assert api.one("ClassificationAttribute", **pair)["status"] == "Updated"
        again = api.post("ClassificationAttribute", pair)
        assert "id" not in again
        new = {**pair, "attributeId": "atseries"}
        assert api.post("ClassificationAttribute", new)["attributeType"] == "varchar"
        unknown = api.one("ClassificationAttribute", **{**pair, "attributeId": "nope"})
        assert unknown["message"].endswith("No Attribute 'nope' has been found.")

    def test_a_later_pair_does_not_reach_old_products(self, api: Api) -> None:
        row = api.product(classificationsIds=["cl_power_tools"])
        made = api.one(
            "ClassificationAttribute", classificationId="cl_power_tools", attributeId="atseries"
        )
        assert "series" not in api.get(f"Product/{row}")["attributesDefs"]
        assert api.send("DELETE", f"ClassificationAttribute/{made['entity']['id']}").json() is True

    def test_removed_it_leaves_the_values(self, api: Api) -> None:
        row = api.product(classificationsIds=["cl_power_tools"], __attributes=["atpower"], power=3)
        api.one("Product", id=row, classificationsIds=[])
        assert api.get(f"Product/{row}")["power"] == 3

    def test_required_bites_at_every_update_and_in_every_language(self, api: Api) -> None:
        pair = {"classificationId": "cl_power_tools", "attributeId": "attitle"}
        api.one("ClassificationAttribute", **pair, isRequired=True)
        row = api.product(classificationsIds=["cl_power_tools"], __attributes=["atnetweight"])
        required = "Code: 400. Message: Validation failed. '{}' is required."
        for change in ({"name": "x"}, {"isActive": True}, {"parentId": "nope"}, {"power": 1}):
            failed = api.one("Product", id=row, **change)
            assert failed["message"] == required.format("title")
        assert api.one("Product", id=row, name="p")["status"] == "NotModified"
        some = api.one("Product", id=row, title="t")
        assert some["message"] == required.format("titleDeDe")
        every = {"title": "t", "titleDeDe": "t", "titleFrFr": "t"}
        assert api.one("Product", id=row, **every)["status"] == "Updated"
        emptied = api.one("Product", id=row, title=None)
        assert emptied["message"] == required.format("title")

    def test_a_required_attribute_cannot_be_linked_empty(self, api: Api) -> None:
        api.one("Attribute", id="atnetweight", isRequired=True)
        row = api.product()
        failed = api.one("Product", id=row, __attributes=["atnetweight"])
        assert failed["message"].endswith("'net_weight' is required.")
        linked = api.one("Product", id=row, __attributes=["atnetweight"], net_weight=1.5)
        assert linked["status"] == "Updated"

    def test_a_classification_in_use_stays(self, api: Api) -> None:
        refused = api.send("DELETE", "Classification/cl_power_tools")
        assert refused.text == "Classification with related records cannot be deleted."
        bare = api.one("Classification", name="x", code="x", release="", entityId="Product")
        row = bare["entity"]["id"]
        product = api.product(classificationsIds=[row])
        assert api.send("DELETE", f"Classification/{row}").status_code == 400
        api.send("DELETE", f"Product/{product}")
        assert api.send("DELETE", f"Classification/{row}").json() is True

    def test_the_tie_of_an_unknown_product_links_nothing(self, api: Api) -> None:
        tie = {"productId": "nope", "classificationId": "cl_power_tools"}
        assert api.one("ProductClassification", **tie)["status"] == "Created"
        assert api.get("ProductAttributeValue")["total"] == 0
