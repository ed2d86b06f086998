"""The sandbox's data model: entities, fields, languages, and the Metadata answer made of them."""

from etl.sandbox.schema.model import MULTILANG_TYPES, Entity, Field, Link, suffix
from etl.sandbox.schema.parse import parse_entities
from etl.sandbox.schema.schema import Schema

__all__ = [
    "MULTILANG_TYPES",
    "Entity",
    "Field",
    "Link",
    "Schema",
    "parse_entities",
    "suffix",
]
