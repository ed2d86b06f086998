"""Field definitions of the live metadata as properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.model.schema import Kind, Property
from etl.targets.atrocore.kinds import KINDS, length_limit, number, payload_key, whole, word
from etl.targets.atrocore.pattern import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Definition = dict[str, Any]

_FILLED_IN = frozenset(  # by the server or by us: required, yet never missed
    {"ownerUser", "assignedUser", "attributePanel"}
)
_WRITABLE_PARENT = "parent"  # notStorable, and still the way to set a parent (catalog 050, 215)


def fields(
    entity: Definition, main_language: str, main_unit: Callable[[str], str | None]
) -> dict[str, Property]:
    """The properties of an entity's fields, by name.

    `main_unit` gives the id of a measure's main unit.
    """
    definitions = {
        name: found for name, found in entity.get("fields", {}).items() if isinstance(found, dict)
    }
    links = entity.get("links", {})
    spoken = _languages(definitions)
    made = {}
    for name, found in definitions.items():
        locales = {main_language: payload_key(name, _kind(found)), **spoken.get(name, {})}
        languages = locales if found.get("isMultilang") is True else {}
        made[name] = _property(name, found, links.get(name) or {}, languages, main_unit)
    return made


def _languages(definitions: Mapping[str, Definition]) -> dict[str, dict[str, str]]:
    """Field -> locale -> the key of that language, as the metadata name them (catalog 018)."""
    spoken: dict[str, dict[str, str]] = {}
    for name, found in definitions.items():
        of, locale = word(found.get("multilangField")), word(found.get("multilangLocale"))
        if of and locale:
            spoken.setdefault(of, {})[locale] = name
    return spoken


def _kind(found: Definition) -> Kind:
    return KINDS.get(str(found.get("type")), Kind.OTHER)


def _property(
    name: str,
    found: Definition,
    link: Definition,
    languages: Mapping[str, str],
    main_unit: Callable[[str], str | None],
) -> Property:
    kind, kind_name = _kind(found), str(found.get("type", ""))
    measure = word(found.get("measureId")) if _carries_unit(found) else None
    default_unit = (word(found.get("defaultUnit")) or main_unit(measure)) if measure else None
    return Property(
        name,
        payload_key(name, kind),
        kind,
        kind_name,
        required=_required(name, found),
        unique=found.get("unique") is True,
        read_only=_read_only(name, found),
        length=length_limit(kind_name, found.get("maxLength"), found.get("len")),
        length_in_bytes=found.get("countBytesInsteadOfCharacters") is True,
        minimum=number(found.get("min")),
        maximum=number(found.get("max")),
        pattern=translated(found.get("pattern")),
        choices=_choices(found),
        entity=_entity(kind, found, link),
        option_list=word(found.get("extensibleEnumId")),
        measure=measure,
        unit_key=f"{name}UnitId" if measure else None,
        default_unit=default_unit,
        languages=languages,
        decimals=whole(found.get("amountOfDigitsAfterComma")),
    )


def _carries_unit(found: Definition) -> bool:
    """The value's own field; the fields that the server derives for its unit name it too."""
    return not found.get("unitIdField") and not found.get("unitField")


def _required(name: str, found: Definition) -> bool:
    return (
        found.get("required") is True
        and found.get("default") is None
        and name not in _FILLED_IN
        and not _read_only(name, found)
    )


def _read_only(name: str, found: Definition) -> bool:
    if name == _WRITABLE_PARENT and found.get("type") == "link":
        return False
    derived = found.get("notStorable") is True and not found.get("virtualField")
    return derived or found.get("readOnly") is True


def _choices(found: Definition) -> tuple[str, ...]:
    options = found.get("options")
    return tuple(str(option) for option in options) if isinstance(options, list) else ()


def _entity(kind: Kind, found: Definition, link: Definition) -> str | None:
    if kind is Kind.FILE:
        return "File"
    if kind in {Kind.LINK, Kind.LINKS}:
        return word(link.get("entity")) or word(found.get("entity"))
    return None


def unique(entity: Definition) -> tuple[tuple[str, ...], ...]:
    """The combinations by which an upsert finds a record, as payload keys.

    Unique fields (all that are sent together, v1 909); unique indexes only where there is no
    unique field (v1 "Upsert"). `deleted` belongs to every index and is never sent.
    """
    definitions = entity.get("fields", {})
    single = tuple(
        (payload_key(name, _kind(found)),)
        for name, found in definitions.items()
        if isinstance(found, dict) and found.get("unique") is True
    )
    if single:
        return single
    indexes = entity.get("uniqueIndexes") or {}
    return tuple(
        tuple(_camel(column) for column in columns if column != "deleted")
        for columns in indexes.values()
        if isinstance(columns, list)
    )


def _camel(column: str) -> str:
    first, *others = column.split("_")
    return first + "".join(part.capitalize() for part in others)
