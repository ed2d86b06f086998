"""The server's words for kinds of values, in ours."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from etl.model.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from etl.model.schema import Property

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "varchar": Kind.TEXT,
        "text": Kind.TEXT,
        "wysiwyg": Kind.TEXT,
        "markdown": Kind.TEXT,
        "url": Kind.TEXT,
        "email": Kind.TEXT,
        "password": Kind.TEXT,
        "color": Kind.TEXT,
        "language": Kind.TEXT,
        "int": Kind.INTEGER,
        "float": Kind.NUMBER,
        "bool": Kind.BOOLEAN,
        "date": Kind.DATE,
        "datetime": Kind.DATETIME,
        "enum": Kind.CHOICE,
        "multiEnum": Kind.CHOICES,
        "array": Kind.TEXTS,
        "multiLanguage": Kind.TEXTS,  # of a channel: "main" and codes, unchecked (catalog 043)
        "extensibleEnum": Kind.OPTION,
        "extensibleMultiEnum": Kind.OPTIONS,
        "link": Kind.LINK,
        "linkMultiple": Kind.LINKS,
        "file": Kind.FILE,
        "rangeInt": Kind.INTEGER_RANGE,
        "rangeFloat": Kind.NUMBER_RANGE,
    }
)

_LONG = frozenset({"text", "wysiwyg", "markdown"})  # no limit unless one is set
_COLUMN = (
    255  # a varchar's column: longer is Failed in a field (v1 025), lost in an attribute (157)
)

SUFFIXES: Mapping[Kind, str] = MappingProxyType(
    {Kind.LINK: "Id", Kind.LINKS: "Ids", Kind.FILE: "Id"}
)


def payload_key(name: str, kind: Kind) -> str:
    """The key under which a value travels: `brandId`, `categoriesIds`; ranges keep their stem."""
    return name + SUFFIXES.get(kind, "")


def payload_keys(prop: Property) -> Iterator[str]:
    """All payload keys that carry values of a property: languages, ends of a range, unit."""
    if prop.kind in {Kind.INTEGER_RANGE, Kind.NUMBER_RANGE}:
        yield from (f"{prop.key}From", f"{prop.key}To")
    else:
        yield prop.key
    yield from (key for key in prop.languages.values() if key != prop.key)
    if prop.unit_key:
        yield prop.unit_key


def length_limit(kind: str, *limits: object) -> int | None:
    """The longest text in characters: the least of what is set and of the column."""
    if KINDS.get(kind) is not Kind.TEXT:
        return None
    known = [limit for limit in limits if isinstance(limit, int) and limit > 0]
    if kind not in _LONG:
        known.append(_COLUMN)
    return min(known, default=None)


def camel(locale: str) -> str:
    """`de_DE` as the end of a key: `DeDe` (catalog 009, 018)."""
    return "".join(part.capitalize() for part in locale.split("_"))


def number(value: object) -> float | None:
    """A limit, if it is a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return None


def whole(value: object) -> int | None:
    """A count, if it is a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def word(value: object) -> str | None:
    """A text that is not empty."""
    return value if isinstance(value, str) and value else None
