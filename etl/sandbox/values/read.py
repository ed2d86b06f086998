"""Reading a record's attribute values, with the names, units and definitions beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.sandbox.convert import plain
from etl.sandbox.values.defs import attribute_defs
from etl.sandbox.values.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from etl.sandbox.installation import Installation
    from etl.sandbox.store import Row
    from etl.sandbox.values.keys import ValueKey

TABLE = "ProductAttributeValue"


class Values:
    """The attribute values of the records of one entity."""

    def __init__(self, installation: Installation, entity: str) -> None:
        self._installation = installation
        self._entity = entity
        self._attributes = installation.store["Attribute"]
        self._rows = installation.store[TABLE]
        self.keys = Keys.of(installation, entity)

    def linked(self, record_id: str) -> dict[str, Row]:
        """The value row of every attribute that the record carries; by attribute."""
        return {
            row["attributeId"]: row
            for row in self._rows.find(("productId",), record_id)
            if row["attributeId"] in self._attributes
        }

    def ordered(self, record_id: str) -> Iterator[tuple[Row, Row]]:
        """Attribute and value row, in the order in which the server looks at them (197)."""
        pairs = [
            (self._attributes.rows[attribute_id], row)
            for attribute_id, row in self.linked(record_id).items()
        ]
        pairs.sort(key=lambda pair: (pair[0].get("sortOrder") or 0, str(pair[0].get("name"))))
        return iter(pairs)

    def required_by(self, record_id: str) -> dict[str, Row]:
        """The classification attributes of the record's classifications; by attribute."""
        store = self._installation.store
        found: dict[str, Row] = {}
        for tie in store["ProductClassification"].find(("productId",), record_id):
            for row in store["ClassificationAttribute"].find(
                ("classificationId",), tie["classificationId"]
            ):
                found.setdefault(row["attributeId"], row)
        return found

    def show(self, record_id: str, only: Collection[str] | None = None) -> Row:
        """The values, by key; `only` these attributes."""
        shown: Row = {}
        for attribute, row in self.ordered(record_id):
            if only is None or attribute["id"] in only:
                for one in self.keys.by_attribute[attribute["id"]]:
                    self.show_one(shown, one, attribute, plain(row.get(one.column)), row)
        return shown

    def show_one(
        self,
        shown: Row,
        one: ValueKey,
        attribute: Row,
        value: Any,  # noqa: ANN401 - whatever a value is
        row: Row,
    ) -> None:
        """Add one value and what stands beside it (127, 255)."""
        shown[one.key] = value
        if one.unit:
            shown[f"{one.key.removesuffix('Id')}Name"] = self._installation.name_of("Unit", value)
            main = self.keys.by_attribute[attribute["id"]][0]
            amount = row.get(main.column)
            if amount is not None and value:
                base = one.key.removesuffix("UnitId")
                shown[f"{base}AllUnits"] = all_units(
                    self._installation, attribute.get("measureId"), value, amount
                )
        elif one.type == "file":
            name = one.key.removesuffix("Id")
            shown[f"{name}Name"] = self._installation.name_of("File", value)
        elif one.type == "extensibleEnum":
            self._show_option(shown, one.key, attribute, value)
        elif one.type == "extensibleMultiEnum" and value:
            options = [self.option(attribute, option) for option in value]
            found = sorted(
                (option for option in options if option),
                key=lambda one: (one["sorting"] or 0, one["id"]),
            )
            shown[f"{one.key}Names"] = {option["id"]: option["name"] for option in found}
            shown[f"{one.key}OptionsData"] = found

    def _show_option(self, shown: Row, key: str, attribute: Row, value: object) -> None:
        if value is None:
            shown[f"{key}Name"] = None
            return
        name = self._installation.name_of("ExtensibleEnumOption", value)
        if name:
            shown[f"{key}Name"] = name  # of whatever list (267)
        option = self.option(attribute, value)
        if option:
            shown[f"{key}OptionData"] = option

    def option(self, attribute: Row, option_id: object) -> Row | None:
        """An option as the values show it; null when the attribute's list lacks it (149, 266)."""
        list_id = attribute.get("extensibleEnumId")
        store = self._installation.store
        tie = store["ExtensibleEnumExtensibleEnumOption"].first(
            ("extensibleEnumId", "extensibleEnumOptionId"), list_id, option_id
        )
        option = store["ExtensibleEnumOption"].live(option_id)
        return option_data(self._installation, option, tie) if option and tie else None

    def defs(self, record_id: str) -> Row:
        """The attributesDefs of a GET of one record (180)."""
        required = self.required_by(record_id)
        shown: Row = {}
        for attribute, row in self.ordered(record_id):
            rule = required.get(attribute["id"])
            for key, definition in attribute_defs(
                self._installation, self._entity, attribute
            ).items():
                shown[key] = own = {**definition, "attributeValueId": row["id"]}
                if rule:
                    own["classificationAttributeId"] = rule["id"]
                    own["required"] = own["required"] or bool(rule.get("isRequired"))
        return shown

    def fresh_defs(self, attribute_id: str) -> Row:
        """The definitions of an attribute that is not read from a record (165, 252)."""
        cache = self._installation.attribute_cache.setdefault("fresh", {})
        defs: Row | None = cache.get(attribute_id)
        if defs is None:
            attribute = self._attributes.rows[attribute_id]
            full = attribute_defs(self._installation, self._entity, attribute)
            defs = cache[attribute_id] = {key: fresh(one) for key, one in full.items()}
        return defs

    def short_defs(self, record_id: str, only: Collection[str] | None = None) -> Row:
        """The attributesDefs of a list's row: attribute and type (246, 251)."""
        shown: Row = {}
        for attribute, _ in self.ordered(record_id):
            if only is None or attribute["id"] in only:
                for key, definition in attribute_defs(
                    self._installation, self._entity, attribute
                ).items():
                    shown[key] = {
                        "attributeId": attribute["id"],
                        "type": definition["type"],
                    }
        return shown


def option_data(installation: Installation, option: Row, tie: Row) -> Row:
    """An option with its place in a list (139)."""
    names = {
        f"name{end}": option.get(f"name{end}") for end in installation.schema.suffixes.values()
    }
    return {
        "id": option["id"],
        "code": option.get("code"),
        "color": option.get("color"),
        "name": option.get("name"),
        "sortOrder": option.get("sortOrder"),
        "sorting": tie.get("sorting"),
        **names,
        "multilingual": True,
        "preparedName": option.get("name"),
    }


def fresh(definition: Row) -> Row:
    """A definition before it is filled in from the record: no place in the group, no channel."""
    group_id = definition["attributeGroup"]["id"]
    own = {
        **definition,
        "sortOrderInAttributeGroup": None,
        "attributeGroup": {"id": group_id, "name": None, "sortOrder": 0 if group_id else None},
    }
    channel, own["channelName"] = own["channelName"], None
    if channel:
        own["label"] = str(own["label"]).replace(f" / {channel}", "", 1)
    return own


def all_units(
    installation: Installation, measure_id: object, unit_id: object, amount: float
) -> Any:  # noqa: ANN401 - an object, or an empty list
    """The amount in every unit of the measure, to four digits; `[]` for another's unit (269)."""
    units = installation.store["Unit"]
    unit = units.live(unit_id)
    if unit is None or unit["measureId"] != measure_id:
        return []
    base = amount * (unit.get("multiplier") or 1)
    return {
        other["name"]: plain(round(base / (other.get("multiplier") or 1), 4))
        for other in units.find(("measureId",), unit["measureId"])
    }
