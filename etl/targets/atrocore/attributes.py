"""Attribute records as properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.model.schema import Kind, Property
from etl.targets.atrocore.kinds import (
    KINDS,
    camel,
    length_limit,
    number,
    payload_key,
    whole,
    word,
)
from etl.targets.atrocore.pattern import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SELECT = (
    "name",
    "code",
    "type",
    "isMultilang",
    "channelId",
    "extensibleEnumId",
    "measureId",
    "defaultUnit",
    "pattern",
    "data",
    "isRequired",
    "isReadOnly",
    "amountOfDigitsAfterComma",
)

_SPOKEN = frozenset({"varchar", "text", "wysiwyg", "markdown", "url"})  # not bool (catalog 297)


def attribute(
    row: dict[str, Any], locales: Sequence[str], main_unit: Callable[[str], str | None]
) -> Property:
    """One attribute; its code is its name and key, or its id where it has no code (v1 122).

    `locales` are all languages, the main one first.
    """
    kind_name = str(row.get("type", ""))
    kind = _kind(kind_name)
    name = word(row.get("code")) or row["id"]
    key = payload_key(name, kind)
    measure = word(row.get("measureId"))
    limits = _limits(row)
    spoken = row.get("isMultilang") is True and kind_name in _SPOKEN
    return Property(
        name,
        key,
        kind,
        kind_name,
        label=str(row.get("name") or ""),
        required=row.get("isRequired") is True,
        read_only=row.get("isReadOnly") is True,
        length=length_limit(kind_name, limits.get("maxLength")),
        length_in_bytes=limits.get("countBytesInsteadOfCharacters") is True,
        minimum=number(limits.get("min")),
        maximum=number(limits.get("max")),
        pattern=translated(row.get("pattern")),
        entity="File" if kind is Kind.FILE else None,
        option_list=word(row.get("extensibleEnumId")),
        measure=measure,
        unit_key=f"{name}UnitId" if measure else None,
        default_unit=(word(row.get("defaultUnit")) or main_unit(measure)) if measure else None,
        languages=_languages(key, locales) if spoken else {},
        channel=word(row.get("channelId")),
        attribute=row["id"],
        decimals=whole(row.get("amountOfDigitsAfterComma")),
    )


def _kind(kind_name: str) -> Kind:
    """Links exist for fields only; an attribute of such a type is nothing that we write."""
    kind = KINDS.get(kind_name, Kind.OTHER)
    return Kind.OTHER if kind in {Kind.LINK, Kind.LINKS} else kind


def _limits(row: dict[str, Any]) -> dict[str, Any]:
    """Limits stand in the row or in its `data` (catalog 163, 164)."""
    data = row.get("data")
    inner = data.get("field") if isinstance(data, dict) else None
    return {**(inner if isinstance(inner, dict) else {}), **row}


def _languages(key: str, locales: Sequence[str]) -> dict[str, str]:
    main, *others = locales
    return {main: key, **{locale: key + camel(locale) for locale in others}}
