"""The shape of a mapping: every key of the language, and nothing else."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from etl.mapping.source_spec import SourceSpec
from etl.mapping.value_spec import OnEmpty, Spec, Values, ValueSpec, as_list
from etl.mapping.wildcard_spec import WildcardSpec, given_wildcard

STAR = "attributes.*"  # where "*" is put: it has a shape of its own


class EachSpec(Spec):
    """`each`: the items of a cell, or a constant list."""

    column: str | None = None
    split: str | None = None
    items: tuple[str, ...] = ()


def _each(given: object) -> object:
    return {"items": given} if isinstance(given, list) else given


class EntrySpec(Spec):
    """One entry of `records`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    entity: str
    key: Annotated[tuple[str, ...], BeforeValidator(as_list), Field(min_length=1)]
    action: Literal["upsert", "create", "update"] = "upsert"
    fields: dict[str, Values] = Field(default_factory=dict)
    attributes: dict[str, Values] = Field(default_factory=dict)
    wildcard: Annotated[WildcardSpec | None, BeforeValidator(given_wildcard), Field(alias=STAR)] = (
        None
    )
    attribute_rows: dict[str, Any] | None = None
    files: list[dict[str, Any]] = Field(default_factory=list)
    gone: Literal["keep", "delete"] | dict[str, Any] = "keep"
    gone_limit: str | int | None = None
    when: str | None = None
    each: Annotated[EachSpec, BeforeValidator(_each)] | None = None
    duplicates: Literal["reject", "first", "last", "merge"] = "reject"
    on_empty: OnEmpty | None = None

    @model_validator(mode="before")
    @classmethod
    def _star_apart(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(given.get("attributes"), dict):
            attributes = dict(given["attributes"])
            if "*" in attributes:
                return {**given, STAR: attributes.pop("*"), "attributes": attributes}
        return given


class TableSpec(Spec):
    """A CSV file that expressions look rows up in, by the text in its column `key`."""

    file: str
    key: str


Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class MappingSpec(Spec):
    """A mapping's file as a whole."""

    version: Literal[1]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = None
    connection: str | None = None
    source: SourceSpec
    records: tuple[EntrySpec, ...] = Field(min_length=1)
    on_empty: OnEmpty = "keep"
    tables: dict[Name, TableSpec] = Field(default_factory=dict)
    tests: tuple[dict[str, Any], ...] = ()


def known_keys() -> tuple[str, ...]:
    """All keys of the language, for hints."""
    models = (MappingSpec, SourceSpec, EntrySpec, ValueSpec, WildcardSpec, TableSpec)
    fields = (item for model in models for item in model.model_fields.items())
    return tuple(dict.fromkeys(name for name, field in fields if field.alias is None))
