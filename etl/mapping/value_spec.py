"""The shape of one value: where it comes from and what is done to it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

OnEmpty = Literal["keep", "clear", "reject"]
OnMissing = Literal["reject", "create", "omit", "clear"]
Scalar = str | int | float | bool | None

STEPS = ("strip", "squeeze", "lower", "upper", "title", "slug", "digits", "html_to_text", "nfc")
STEPS_WITH = ("replace", "regex", "truncate", "prefix", "suffix", "python")


class Spec(BaseModel):
    """A part of a mapping: no keys but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Step(Spec):
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


def as_list(given: object) -> object:
    """One of them is short for a list of one."""
    return given if isinstance(given, (list, tuple)) else [given]


class MapSpec(Spec):
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


class UnitSpec(Spec):
    """`unit`: a constant, or another column."""

    value: str | None = None
    column: str | None = None


def _unit(given: object) -> object:
    return {"value": given} if isinstance(given, str) else given


Unit = Annotated[UnitSpec, BeforeValidator(_unit)]


class TreatmentSpec(Spec):
    """What is done to a cell, whichever column it stands in."""

    split: str | Literal[True] | None = None
    apply: Annotated[
        tuple[Annotated[Step, BeforeValidator(_step)], ...], BeforeValidator(as_list)
    ] = ()
    map: Annotated[MapSpec, BeforeValidator(_map)] | None = None
    on_empty: OnEmpty | None = None
    clear_marker: str | None = None
    on_missing: OnMissing = "reject"
    create: dict[str, Scalar] = Field(default_factory=dict)
    mode: Literal["add", "set", "remove"] | None = None
    when: str | None = None
    ignore_case: bool = False


class ValueSpec(TreatmentSpec):
    """One source of one field or attribute."""

    column: str | None = None
    columns: tuple[str, ...] = ()
    join: str = " "
    value: Scalar = None
    template: str | None = None
    type: str | None = None
    required: bool = False
    optional: bool = False
    default: Scalar = None
    ref: str | None = None
    unit: Unit | None = None
    options: Literal["code", "name", "id"] = "code"
    locale: str | None = None
    channel: str | None = None

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

    @property
    def named_columns(self) -> tuple[str, ...]:
        """The columns that it names: what its templates and conditions read is not among them."""
        units = self.unit.column if self.unit else None
        return tuple(name for name in (self.column, *self.columns, units) if name is not None)


def _values(given: object) -> object:
    """`Brand` is short for `{column: Brand}`; one source is a list of one."""
    return [{"column": one} if isinstance(one, str) else one for one in _listed(given)]


def _listed(given: object) -> list[object]:
    if isinstance(given, list):
        return given
    return [given]


Values = Annotated[tuple[ValueSpec, ...], BeforeValidator(_values), Field(min_length=1)]
