"""Attribute values: their keys, their storage in ProductAttributeValue, how they read."""

from etl.sandbox.values.defs import attribute_defs
from etl.sandbox.values.keys import Keys, ValueKey
from etl.sandbox.values.read import Values
from etl.sandbox.values.write import ValueChanges, plan_changes

__all__ = ["Keys", "ValueChanges", "ValueKey", "Values", "attribute_defs", "plan_changes"]
