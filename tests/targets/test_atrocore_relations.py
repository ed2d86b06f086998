"""Relations of the metadata, and the real metadata as a whole."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from etl.targets.atrocore.fields import fields, unique
from etl.targets.atrocore.relations import Relation, relations

if TYPE_CHECKING:
    from pathlib import Path


DEFINITIONS: dict[str, dict[str, Any]] = {
    "Product": {
        "links": {
            "brand": {"type": "belongsTo", "entity": "Brand"},
            "categories": {
                "type": "hasMany",
                "relationName": "productCategory",
                "entity": "Category",
            },
            "children": {
                "type": "hasMany",
                "relationName": "ProductHierarchy",
                "entity": "Product",
                "midKeys": ["entityId", "parentId"],
            },
            "parents": {
                "type": "hasMany",
                "relationName": "ProductHierarchy",
                "entity": "Product",
                "midKeys": ["parentId", "entityId"],
            },
            "associatedItems": {
                "type": "hasMany",
                "relationName": "AssociatedProduct",
                "entity": "Product",
                "midKeys": ["associatingItemId", "associatedItemId"],
            },
            "teams": {"type": "hasMany", "relationName": "EntityTeam", "entity": "Team"},
            "lost": {"type": "hasMany", "relationName": "Nowhere", "entity": "Team"},
            "values": {"type": "hasMany", "foreign": "product", "entity": "Value"},
            "strange": {"type": "hasMany", "foreign": "product", "entity": "Unknown"},
        }
    },
    "ProductCategory": {
        "fields": {
            "id": {"type": "varchar"},
            "product": {"type": "link", "relationField": True},
            "category": {"type": "link", "relationField": True},
        },
        "links": {
            "product": {"type": "belongsTo", "entity": "Product"},
            "category": {"type": "belongsTo", "entity": "Category"},
            "createdBy": {"type": "belongsTo", "entity": "User"},
        },
    },
    "ProductHierarchy": {
        "fields": {
            "parent": {"type": "link", "relationField": True},
            "entity": {"type": "link", "relationField": True},
        },
        "links": {
            "parent": {"type": "belongsTo", "entity": "Product"},
            "entity": {"type": "belongsTo", "entity": "Product"},
        },
    },
    "AssociatedProduct": {
        "fields": {
            "associatingItem": {"type": "link", "relationField": True},
            "associatedItem": {"type": "link", "relationField": True},
        },
        "links": {
            "associatingItem": {"type": "belongsTo", "entity": "Product"},
            "associatedItem": {"type": "belongsTo", "entity": "Product"},
        },
    },
    "EntityTeam": {
        "fields": {"team": {"type": "link", "relationField": True}},
        "links": {"team": {"type": "belongsTo", "entity": "Team"}},
    },
    "Value": {},
}


def test_relations_are_found() -> None:
    assert list(relations("Product", DEFINITIONS).values()) == [
        Relation("categories", "ProductCategory", "productId", "categoryId"),
        Relation("children", "ProductHierarchy", "parentId", "entityId"),
        Relation("parents", "ProductHierarchy", "entityId", "parentId"),
        Relation("associatedItems", "AssociatedProduct", "associatingItemId", "associatedItemId"),
        Relation("values", "Value", "productId", "id"),
    ]
    assert relations("Nowhere", DEFINITIONS) == {}


@pytest.mark.shared
def test_the_real_metadata_are_understood(shared: Path) -> None:
    recorded = shared / "api" / "transcripts" / "atrocore-v1" / "metadata_full.json"
    definitions = json.loads(recorded.read_text())["entityDefs"]
    product = fields(definitions["Product"], "en_US", lambda _: None)
    assert product["ean"].pattern == r"^(\d{8}|\d{12,14})$"
    assert product["price"].unit_key == "priceUnitId"
    assert product["parent"].key == "parentId"
    assert product["mainImage"].read_only
    assert unique(definitions["Product"]) == ()
    assert unique(definitions["Classification"]) == (("release", "code"),)
    assert {one.table for one in relations("Product", definitions).values()} >= {
        "ProductAttributeValue",
        "ProductCategory",
        "ProductClassification",
        "ProductFile",
        "ProductHierarchy",
    }
