"""The shape of a mapping: every key of the language, and nothing else."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from etl.mapping.source_spec import SourceSpec

OnEmpty = Literal["keep", "clear", "reject"]
OnMissing = Literal["reject", "create", "omit", "clear"]
Scalar = str | int | float | bool | None

STEPS = ("strip", "squeeze", "lower", "upper", "title", "slug", "digits", "html_to_text", "nfc")
STEPS_WITH = ("replace", "regex", "truncate", "prefix", "suffix", "python")


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Step(_Spec):
    """One step of `apply`."""

    name: str
    argument: Any = None


def _step(given: object) -> object:
    if isinstance(given, str):
        if given in STEPS:
            return {"name": given}
        if given in STEPS_WITH:
            raise ValueError(f"the step {given!r} needs an argument: {{{given}: …}}")
    elif isinstance(given, dict) and len(given) == 1:
        ((name, argument),) = given.items()
        if name in STEPS_WITH and argument is None:
            raise ValueError(f"the step {name!r} needs an argument: {{{name}: …}}")
        if name in STEPS_WITH:
            return {"name": name, "argument": argument}
    raise ValueError(f"no such step: {given!r}; there are {', '.join((*STEPS, *STEPS_WITH))}")


def _as_list(given: object) -> object:
    return given if isinstance(given, (list, tuple)) else [given]


class MapSpec(_Spec):
    """`map`: from a file or inline."""

    inline: dict[str, Scalar] = Field(default_factory=dict)
    file: str | None = None
    key: str | None = None
    value: str | None = None
    otherwise: Literal["keep", "reject", "clear"] = "reject"


def _map(given: object) -> object:
    if not isinstance(given, dict):
        raise ValueError("map takes {from: to, …} or {file: …, key: …, value: …}")  # noqa: TRY004 - pydantic's
    rest = dict(given)
    otherwise = rest.pop("else", "reject")
    if "file" in rest:
        return {**rest, "otherwise": otherwise}
    return {"inline": rest, "otherwise": otherwise}


class UnitSpec(_Spec):
    """`unit`: a constant, or another column."""

    value: str | None = None
    column: str | None = None


def _unit(given: object) -> object:
    return {"value": given} if isinstance(given, str) else given


class ValueSpec(_Spec):
    """One source of one field or attribute."""

    column: str | None = None
    columns: tuple[str, ...] = ()
    join: str = " "
    value: Scalar = None
    template: str | None = None
    split: str | Literal[True] | None = None
    apply: Annotated[
        tuple[Annotated[Step, BeforeValidator(_step)], ...], BeforeValidator(_as_list)
    ] = ()
    map: Annotated[MapSpec, BeforeValidator(_map)] | None = None
    type: str | None = None
    required: bool = False
    optional: bool = False
    default: Scalar = None
    on_empty: OnEmpty | None = None
    clear_marker: str | None = None
    ref: str | None = None
    on_missing: OnMissing = "reject"
    create: dict[str, Scalar] = Field(default_factory=dict)
    mode: Literal["add", "set", "remove"] | None = None
    unit: Annotated[UnitSpec, BeforeValidator(_unit)] | None = None
    options: Literal["code", "name", "id"] = "code"
    locale: str | None = None
    channel: str | None = None
    when: str | None = None
    ignore_case: bool = False

    @model_validator(mode="after")
    def _one_source(self) -> ValueSpec:
        named = [
            name
            for name in ("column", "columns", "template")
            if getattr(self, name) not in (None, ())
        ]
        if "value" in self.model_fields_set:
            named.append("value")
        if len(named) != 1:
            told = " and ".join(named) or "none"
            raise ValueError(f"needs one of column, columns, value, template; has {told}")
        return self


def _values(given: object) -> object:
    """`Brand` is short for `{column: Brand}`; one source is a list of one."""
    return [{"column": one} if isinstance(one, str) else one for one in _listed(given)]


def _listed(given: object) -> list[object]:
    if isinstance(given, list):
        return given
    return [given]


Values = Annotated[tuple[ValueSpec, ...], BeforeValidator(_values), Field(min_length=1)]


class EachSpec(_Spec):
    """`each`: the items of a cell, or a constant list."""

    column: str | None = None
    split: str | None = None
    items: tuple[str, ...] = ()


def _each(given: object) -> object:
    return {"items": given} if isinstance(given, list) else given


class EntrySpec(_Spec):
    """One entry of `records`."""

    entity: str
    key: Annotated[tuple[str, ...], BeforeValidator(_as_list), Field(min_length=1)]
    action: Literal["upsert", "create", "update"] = "upsert"
    fields: dict[str, Values] = Field(default_factory=dict)
    attributes: dict[str, Values] = Field(default_factory=dict)
    wildcard: dict[str, Any] | None = None
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
                return {**given, "wildcard": attributes.pop("*"), "attributes": attributes}
        return given


class MappingSpec(_Spec):
    """A mapping's file as a whole."""

    version: Literal[1]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = None
    connection: str | None = None
    source: SourceSpec
    records: tuple[EntrySpec, ...] = Field(min_length=1)
    on_empty: OnEmpty = "keep"
    tests: tuple[dict[str, Any], ...] = ()


def known_keys() -> tuple[str, ...]:
    """All keys of the language, for hints."""
    models = (MappingSpec, SourceSpec, EntrySpec, ValueSpec)
    return tuple(dict.fromkeys(name for model in models for name in model.model_fields))
