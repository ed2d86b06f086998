"""The model of a small hardware and outdoor store, without products.

    Language            lang_de (de_DE), lang_fr (fr_FR) beside en_US
    Channel             web, shop
    Measure             weight: kg (main), g, lb        length: mm (main), cm, m
                        Unit codes KG G LB, MM CM M
    AttributeGroup      general, technical, logistics
    ExtensibleEnum      color: color__red, color__green, color__blue, color__black, color__orange
                        material: material__steel, material__aluminium, material__wood,
                        material__nylon, material__cotton
                        season: season__spring, season__summer, season__autumn, season__winter
    Brand               bergwerk, nordpfad, holzhand, lumen
    Classification      power_tools, outdoor_gear (release "")

    Attribute           title           varchar, in every language
                        summary         text, in every language
                        care            wysiwyg
                        model_code      varchar, pattern /^[A-Z]{2}-[0-9]{3,}$/
                        short_label     varchar, at most 20 characters
                        series          varchar
                        maker_page      url
                        pieces          int, 1 to 1000
                        power           int
                        voltage         float
                        rating          float, 0 to 5
                        net_weight      float with measure weight
                        width, depth    float with measure length
                        cordless, waterproof    bool
                        available_from  date
                        checked_at      datetime
                        color           extensibleEnum, list color
                        season          extensibleEnum, list season
                        materials       extensibleMultiEnum, list material
                        search_terms    array
                        temperature     rangeInt
                        torque          rangeFloat
                        manual          file
                        web_text        text of the channel web, in every language

    Category            tools > power_tools > drills, saws, sanders
                              hand_tools > hammers, screwdrivers, pliers
                        outdoor > camping > tents, sleeping_bags, stoves
                                  hiking > backpacks, boots
                        garden > watering, planting
                        lighting > torches, lanterns

Every id is the code, with a short prefix: at_title, ca_drills, br_lumen, li_color, op_color__red,
un_kg, me_weight, ag_general, ch_web, cl_power_tools. Ids of attributes have no `_` (attitle,
atnetweight), as filters by attribute break on anything but letters and digits (162).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.sandbox.records import Records

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation

_UNITS = {
    "weight": {"kg": 1.0, "g": 0.001, "lb": 0.45359237},
    "length": {"mm": 1.0, "cm": 10.0, "m": 1000.0},
}
_LISTS = {
    "color": ("red", "green", "blue", "black", "orange"),
    "material": ("steel", "aluminium", "wood", "nylon", "cotton"),
    "season": ("spring", "summer", "autumn", "winter"),
}
_GERMAN = {
    "red": "Rot",
    "green": "Grün",
    "blue": "Blau",
    "black": "Schwarz",
    "orange": "Orange",
    "steel": "Stahl",
    "aluminium": "Aluminium",
    "wood": "Holz",
    "nylon": "Nylon",
    "cotton": "Baumwolle",
    "spring": "Frühling",
    "summer": "Sommer",
    "autumn": "Herbst",
    "winter": "Winter",
    "tools": "Werkzeug",
    "outdoor": "Draußen",
    "garden": "Garten",
}
_BRANDS = {"bergwerk": "Bergwerk", "nordpfad": "Nordpfad", "holzhand": "Holzhand", "lumen": "Lumen"}
_TREE: dict[str, Any] = {
    "tools": {
        "power_tools": {"drills": {}, "saws": {}, "sanders": {}},
        "hand_tools": {"hammers": {}, "screwdrivers": {}, "pliers": {}},
    },
    "outdoor": {
        "camping": {"tents": {}, "sleeping_bags": {}, "stoves": {}},
        "hiking": {"backpacks": {}, "boots": {}},
    },
    "garden": {"watering": {}, "planting": {}},
    "lighting": {"torches": {}, "lanterns": {}},
}
_ATTRIBUTES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("title", "varchar", "general", {"isMultilang": True}),
    ("summary", "text", "general", {"isMultilang": True}),
    ("care", "wysiwyg", "general", {}),
    ("model_code", "varchar", "general", {"pattern": "/^[A-Z]{2}-[0-9]{3,}$/"}),
    ("short_label", "varchar", "general", {"maxLength": 20}),
    ("series", "varchar", "general", {}),
    ("maker_page", "url", "general", {}),
    ("pieces", "int", "logistics", {"min": 1.0, "max": 1000.0}),
    ("power", "int", "technical", {}),
    ("voltage", "float", "technical", {}),
    ("rating", "float", "general", {"min": 0.0, "max": 5.0}),
    ("net_weight", "float", "logistics", {"measureId": "me_weight", "defaultUnit": "un_kg"}),
    ("width", "float", "technical", {"measureId": "me_length", "defaultUnit": "un_mm"}),
    ("depth", "float", "technical", {"measureId": "me_length", "defaultUnit": "un_mm"}),
    ("cordless", "bool", "technical", {}),
    ("waterproof", "bool", "technical", {}),
    ("available_from", "date", "logistics", {}),
    ("checked_at", "datetime", "logistics", {}),
    ("color", "extensibleEnum", "general", {"extensibleEnumId": "li_color"}),
    ("season", "extensibleEnum", "general", {"extensibleEnumId": "li_season"}),
    ("materials", "extensibleMultiEnum", "general", {"extensibleEnumId": "li_material"}),
    ("search_terms", "array", "general", {}),
    ("temperature", "rangeInt", "technical", {}),
    ("torque", "rangeFloat", "technical", {}),
    ("manual", "file", "general", {}),
    ("web_text", "text", "general", {"isMultilang": True, "channelId": "ch_web"}),
)
_CLASSIFICATIONS = {
    "power_tools": ("title", "power", "voltage", "cordless", "net_weight", "torque"),
    "outdoor_gear": ("title", "season", "materials", "waterproof", "net_weight", "temperature"),
}


def plant_catalog(installation: Installation) -> None:
    """Create the catalog model, in an order that works."""
    records = Records(installation)
    for locale, name in (("de_DE", "German"), ("fr_FR", "French")):
        language = {"id": f"lang_{locale[:2]}", "name": name, "code": locale}
        records.create("Language", language)
    for code in ("web", "shop"):
        _create(records, "Channel", "ch", code, locales=["main", "de_DE", "fr_FR"], isActive=True)
    for code in ("general", "technical", "logistics"):
        _create(records, "AttributeGroup", "ag", code, entityId="Product")
    _plant_units(records)
    _plant_lists(records)
    for code, name in _BRANDS.items():
        _create(records, "Brand", "br", code, name=name, isActive=True)
    _plant_attributes(records)
    _plant_categories(records, _TREE, None)


def _create(records: Records, entity: str, prefix: str, code: str, **values: Any) -> None:  # noqa: ANN401
    name = code.replace("_", " ").capitalize()
    records.create(entity, {"id": f"{prefix}_{code}", "code": code, "name": name, **values})


def _plant_units(records: Records) -> None:
    for measure, units in _UNITS.items():
        _create(records, "Measure", "me", measure)
        for name, multiplier in units.items():
            unit = {"id": f"un_{name}", "name": name, "code": name.upper(), "symbol": name}
            records.create("Unit", {**unit, "measureId": f"me_{measure}", "multiplier": multiplier})


def _plant_lists(records: Records) -> None:
    for code, options in _LISTS.items():
        _create(records, "ExtensibleEnum", "li", code)
        for place, option in enumerate(options, 1):
            full = {
                "id": f"op_{code}__{option}",
                "code": f"{code}__{option}",
                "name": option.capitalize(),
                "nameDeDe": _GERMAN[option],
                "sortOrder": place,
            }
            records.create("ExtensibleEnumOption", full)
            tie = {"extensibleEnumId": f"li_{code}", "extensibleEnumOptionId": full["id"]}
            records.create("ExtensibleEnumExtensibleEnumOption", {**tie, "sorting": place * 10})


def _plant_attributes(records: Records) -> None:
    for place, (code, kind, group, more) in enumerate(_ATTRIBUTES, 1):
        attribute = {
            "id": _attribute_id(code),
            "code": code,
            "type": kind,
            "sortOrder": place,
            "name": code.replace("_", " ").capitalize(),
            "entityId": "Product",
            "attributePanelId": "attributeValues",
            "attributeGroupId": f"ag_{group}",
            **more,
        }
        records.create("Attribute", attribute)
    for code, attributes in _CLASSIFICATIONS.items():
        _create(
            records, "Classification", "cl", code, release="", entityId="Product", isActive=True
        )
        for one in attributes:
            pair = {"classificationId": f"cl_{code}", "attributeId": _attribute_id(one)}
            records.create("ClassificationAttribute", pair)


def _attribute_id(code: str) -> str:
    return f"at{code.replace('_', '')}"


def _plant_categories(records: Records, branch: dict[str, Any], parent: str | None) -> None:
    for code, below in branch.items():
        german = {"nameDeDe": _GERMAN[code]} if code in _GERMAN else {}
        _create(records, "Category", "ca", code, parentId=parent, isActive=True, **german)
        _plant_categories(records, below, f"ca_{code}")
