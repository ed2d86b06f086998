"""The rules that single entities have, by entity name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.sandbox.rules.attribute import (
    AttributeGroupRules,
    AttributeRules,
    AttributeValueRules,
    ClassificationAttributeRules,
    ClassificationRules,
)
from etl.sandbox.rules.base import Rules
from etl.sandbox.rules.category import CategoryRules, ProductCategoryRules
from etl.sandbox.rules.choice import ListRules, OptionRules, OptionTieRules
from etl.sandbox.rules.file import FileRules, MainImageRules
from etl.sandbox.rules.language import ChannelRules, LanguageRules
from etl.sandbox.rules.measure import MeasureRules, UnitRules
from etl.sandbox.rules.product import (
    AssociatedProductRules,
    BrandRules,
    ProductClassificationRules,
    ProductRules,
)

if TYPE_CHECKING:
    from etl.sandbox.records import Records

_RULES: dict[str, type[Rules]] = {
    "AssociatedProduct": AssociatedProductRules,
    "Attribute": AttributeRules,
    "AttributeGroup": AttributeGroupRules,
    "Brand": BrandRules,
    "Category": CategoryRules,
    "CategoryFile": MainImageRules,
    "Channel": ChannelRules,
    "Classification": ClassificationRules,
    "ClassificationAttribute": ClassificationAttributeRules,
    "ExtensibleEnum": ListRules,
    "ExtensibleEnumExtensibleEnumOption": OptionTieRules,
    "ExtensibleEnumOption": OptionRules,
    "File": FileRules,
    "Language": LanguageRules,
    "Measure": MeasureRules,
    "Product": ProductRules,
    "ProductAttributeValue": AttributeValueRules,
    "ProductCategory": ProductCategoryRules,
    "ProductClassification": ProductClassificationRules,
    "ProductFile": MainImageRules,
    "Unit": UnitRules,
}


def rules_of(entity: str, records: Records) -> Rules:
    """The rules of an entity."""
    return _RULES.get(entity, Rules)(records)


__all__ = ["Rules", "rules_of"]
