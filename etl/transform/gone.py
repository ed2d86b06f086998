"""What becomes of records whose rows are gone: the mapping's words for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from etl.model.chunk import Conventions
from etl.model.plan import GonePolicy
from etl.model.schema import Kind
from etl.transform.casts import caster, constant
from etl.transform.outcomes import Fail, Warned
from etl.transform.words import WordError, find_property

if TYPE_CHECKING:
    from etl.mapping import EntrySpec
    from etl.model.record import Scalar
    from etl.model.schema import EntitySchema

_PLAIN = Conventions()
_SCALARS = frozenset(
    {Kind.TEXT, Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME, Kind.CHOICE}
)
_LIMIT = re.compile(r"(\d+(?:\.\d+)?)\s*(%?)")


def gone_policy(schema: EntitySchema, spec: EntrySpec) -> GonePolicy | None:
    """The entry's policy; None where the records are kept. Raises WordError."""
    if spec.gone == "keep":
        if spec.gone_limit is not None:
            raise WordError("gone_limit says nothing where records are kept", "gone_limit")
        return None
    values = None if spec.gone == "delete" else _values(schema, spec.gone)
    if spec.gone_limit is None:
        return GonePolicy(values)
    return GonePolicy(values, *_limit(spec.gone_limit))


def _values(schema: EntitySchema, gone: object) -> dict[str, Scalar]:
    given = gone.get("set") if isinstance(gone, dict) and set(gone) == {"set"} else None
    if not isinstance(given, dict) or not given:
        raise WordError("gone takes keep, delete or {set: {field: value}}", "gone")
    try:
        return dict(_value(schema, str(name), value) for name, value in given.items())
    except WordError as error:
        raise WordError(f"gone: {error}", "gone", error.hint) from error


def _value(schema: EntitySchema, name: str, value: Scalar) -> tuple[str, Scalar]:
    prop = find_property(schema, name, attribute=False)
    if prop.kind not in _SCALARS:
        raise WordError(f"{name!r} ({prop.type}) cannot be set to a constant")
    if value is None:
        if prop.required:
            raise WordError(f"{name!r} cannot be cleared: the target requires it")
        return prop.key, None
    made = constant(prop, value)
    cast = caster(prop, _PLAIN)(str(value)) if made is None else made
    if isinstance(cast, (Fail, Warned)):
        raise WordError(f"{name!r}: {cast.message}")
    return prop.key, cast


def _limit(given: str | int) -> tuple[int | None, float | None]:
    """(records, share of all that the entry made): one of them is None."""
    found = _LIMIT.fullmatch(str(given).strip())
    if not found or (not found[2] and "." in found[1]):
        raise WordError(f"{given!r} is neither a number nor a share such as 5%", "gone_limit")
    return (None, float(found[1]) / 100) if found[2] else (int(found[1]), None)
