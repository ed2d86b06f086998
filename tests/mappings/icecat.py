"""Akeneo's icecat demo catalog: what a target needs before it can be loaded, and what it says."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.mappings.rest import Rest

_LANGUAGES = {"de_DE": "German", "fr_FR": "French"}
_CHANNELS = ("ecommerce", "mobile", "print")
_FIELDS = frozenset({"name", "ean", "brand"})  # fields of the target's products, no attributes
_TYPES = {
    "text": "varchar",
    "textarea": "text",
    "boolean": "bool",
    "date": "date",
    "simpleselect": "extensibleEnum",
    "multiselect": "extensibleMultiEnum",
    "metric": "float",
}
_UNITS = {  # the main unit of a measure first
    "Weight": (("KILOGRAM", "kg", 1), ("GRAM", "g", 0.001)),
    "Length": (("MILLIMETER", "mm", 1), ("INCH", "in", 25.4)),
}


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of one of the catalog's files."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was made: ids of options by (list, code), of units by code."""

    options: Mapping[tuple[str, str], str]
    units: Mapping[str, str]


def prepare(rest: Rest, folder: Path) -> Prepared:
    """Makes languages, measures, lists with options and attributes as the catalog's files say."""
    for code, name in _LANGUAGES.items():
        rest.post("Language", {"name": name, "code": code, "role": "additional"})
    rest.patch_settings(productCanLinkedWithNonLeafCategories=True)
    measures, units = _measures(rest)
    attributes = rows_of(folder / "attributes.csv")
    lists, options = _lists(rest, rows_of(folder / "attribute_options.csv"), attributes)
    rest.upsert(
        "Attribute",
        [
            payload | _labels(row) | {"code": code}
            for row in attributes
            if (payload := _attribute(row, lists, measures))
            for code in _codes(row)
        ],
    )
    return Prepared(options, units)


def _measures(rest: Rest) -> tuple[dict[str, str], dict[str, str]]:
    ids = rest.upsert("Measure", [{"name": name, "code": name} for name in _UNITS])
    measures: dict[str, str] = dict(zip(_UNITS, ids, strict=True))
    units: list[dict[str, Any]] = [
        {"name": name, "code": code, "measureId": measures[measure], "multiplier": factor}
        | ({"isMain": True} if factor == 1 else {})
        for measure, found in _UNITS.items()
        for code, name, factor in found
    ]
    made = rest.upsert("Unit", units)
    return measures, dict(zip((unit["code"] for unit in units), made, strict=True))


def _lists(
    rest: Rest, options: list[dict[str, str]], attributes: list[dict[str, str]]
) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Ids of lists by attribute, and of options; where lists share a code, all of theirs differ."""
    selects = [row for row in attributes if row["type"].endswith("select")]
    ids = rest.upsert(
        "ExtensibleEnum", [_labels(row) | {"code": f"list_{row['code']}"} for row in selects]
    )
    lists: dict[str, str] = dict(zip((row["code"] for row in selects), ids, strict=True))
    used = Counter(row["code"] for row in options)
    shared = {row["attribute"] for row in options if used[row["code"]] > 1}
    made = rest.upsert("ExtensibleEnumOption", [_option(row, lists, shared) for row in options])
    keys = ((row["attribute"], row["code"]) for row in options)
    return lists, dict(zip(keys, made, strict=True))


def _option(row: dict[str, str], lists: Mapping[str, str], shared: set[str]) -> dict[str, Any]:
    own = row["attribute"]
    code = f"{own}__{row['code']}" if own in shared else row["code"]
    return _labels(row) | {"code": code, "extensibleEnumsIds": [lists[own]]}


def _labels(row: dict[str, str]) -> dict[str, str]:
    return {
        "name": row["label-en_US"],
        "nameDeDe": row["label-de_DE"],
        "nameFrFr": row["label-fr_FR"],
    }


def _attribute(
    row: dict[str, str], lists: Mapping[str, str], measures: Mapping[str, str]
) -> dict[str, Any] | None:
    """An attribute's payload without its code and names; None for a field of the target."""
    kind = row["type"].removeprefix("pim_catalog_")
    type_ = _TYPES.get(kind)
    if kind == "number":
        type_ = "float" if row["decimals_allowed"] == "1" else "int"
    if type_ is None or row["code"] in _FIELDS:
        return None
    payload: dict[str, Any] = {
        "type": type_,
        "entityId": "Product",
        "attributePanelId": "attributeValues",
        "isMultilang": row["localizable"] == "1",
    }
    if row["code"] in lists:
        payload["extensibleEnumId"] = lists[row["code"]]
    if row["metric_family"]:
        payload["measureId"] = measures[row["metric_family"]]
    return payload


def _codes(row: dict[str, str]) -> Iterator[str]:
    if row["scopable"] == "1":
        yield from (f"{row['code']}_{channel}" for channel in _CHANNELS)
    else:
        yield row["code"]
