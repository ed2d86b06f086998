"""What a target knows: its entities, their fields and attributes, in words of no one server."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What kind of value a field or attribute holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"  # one of `choices`, stored as its text
    CHOICES = "choices"  # several of `choices`; any text when `choices` is empty
    OPTION = "option"  # one option of `option_list`, stored as its id
    OPTIONS = "options"
    LINK = "link"  # one record of `entity`, stored as its id
    LINKS = "links"
    TEXTS = "texts"  # a list of texts
    INTEGER_RANGE = "integer range"  # two payload keys: `<key>From`, `<key>To`
    NUMBER_RANGE = "number range"
    FILE = "file"
    OTHER = "other"  # nothing that this program writes


@dataclass(frozen=True, slots=True)
class Property:
    """A field or an attribute of an entity, as the target's metadata tell it now.

    `name` is the name in mappings (`brand`, `weight`), `key` the payload's (`brandId`, `weight`).
    `length` is in characters, or in bytes when `length_in_bytes`. `pattern` is a Python regular
    expression that the whole value must match (as the server's, translated). `attribute` is the
    attribute's id, None for a field. `languages` maps a locale (`de_DE`) to the payload key of that
    language; the main language's locale maps to `key`. `default_unit` is a unit's id.
    """

    name: str
    key: str
    kind: Kind
    type: str = ""  # the server's own word, for messages
    label: str = ""
    required: bool = False
    unique: bool = False
    read_only: bool = False
    length: int | None = None
    length_in_bytes: bool = False
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    entity: str | None = None
    option_list: str | None = None
    measure: str | None = None
    unit_key: str | None = None
    default_unit: str | None = None
    languages: Mapping[str, str] = field(default_factory=dict)
    channel: str | None = None
    attribute: str | None = None
    decimals: int | None = None  # digits after the point that the server keeps when storing


@dataclass(frozen=True, slots=True)
class EntitySchema:
    """An entity: its fields, its attributes (by code), and what is unique in it.

    `unique` are the field combinations by which the server itself finds a record in an upsert,
    as payload keys; empty where it would make a new record every time.
    """

    name: str
    fields: Mapping[str, Property]
    attributes: Mapping[str, Property] = field(default_factory=dict)
    unique: tuple[tuple[str, ...], ...] = ()
