"""What an entity, a field and a link are, and how a payload's keys follow from them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MULTILANG_TYPES = frozenset({"varchar", "text", "wysiwyg", "markdown", "url", "array"})


@dataclass(frozen=True, slots=True)
class Link:
    """A link field's other side: the entity, and where the tie is kept."""

    entity: str
    many: bool = False
    relation: str = ""
    near: str = ""
    far: str = ""
    foreign: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field as Metadata shows it."""

    name: str
    type: str
    link: Link | None = None
    required: bool = False
    unique: bool = False
    multilang: bool = False
    readonly: bool = False
    stored: bool = True
    notnull: bool = False
    index: bool = False
    max: int | None = None
    min: int | None = None
    options: tuple[str, ...] = ()
    default: Any = None
    pattern: str = ""
    measure: str = ""
    of: str = ""
    base: str = ""
    locale: str = ""

    @property
    def key(self) -> str:
        """The key of a payload and of a stored row: `brandId` for the link `brand`."""
        return f"{self.name}Id" if self.link and not self.link.many else self.name

    @property
    def label(self) -> str:
        """What messages call the field: `Product Status`, but `measureId` for a link (115)."""
        if self.link:
            return self.key
        words = "".join(f" {letter}" if letter.isupper() else letter for letter in self.name)
        return {"ean": "GTIN/EAN"}.get(self.name, words[:1].upper() + words[1:])


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity: its fields, and the keys under which it is stored and linked."""

    name: str
    type: str
    module: str
    owned: bool
    attributes: bool
    classification: bool
    fields: Mapping[str, Field]
    unique_indexes: tuple[tuple[str, ...], ...] = ()
    columns: Mapping[str, Field] = field(default_factory=dict)
    many: Mapping[str, Field] = field(default_factory=dict)

    @property
    def tree(self) -> bool:
        """Whether its records have parents and children."""
        return self.type == "Hierarchy"

    @property
    def hierarchy(self) -> str:
        """The relation entity that holds the tree."""
        return f"{self.name}Hierarchy"

    @property
    def unique_keys(self) -> list[str]:
        """The keys of the fields with `unique`."""
        return [one.key for one in self.fields.values() if one.unique]

    def with_languages(self, locales: Iterable[str]) -> Entity:
        """The entity with a field more per language and multilingual field (018)."""
        fields: dict[str, Field] = {}
        for one in self.fields.values():
            if one.locale:
                continue
            fields[one.name] = one
            if one.multilang:
                for locale in locales:
                    name = one.name + suffix(locale)
                    fields[name] = replace(
                        one,
                        name=name,
                        base=one.name,
                        locale=locale,
                        required=False,
                        multilang=False,
                        unique=False,
                    )
        return self.with_fields(fields)

    def with_fields(self, fields: Mapping[str, Field]) -> Entity:
        """The entity with these fields, its keys worked out anew."""
        columns = {
            one.key: one
            for one in fields.values()
            if one.stored and not (one.link and one.link.many)
        }
        many = {f"{one.name}Ids": one for one in fields.values() if one.link and one.link.many}
        return replace(self, fields=fields, columns=columns, many=many)


def suffix(locale: str) -> str:
    """What a language adds to a key: `de_DE` gives `DeDe` (009, 018)."""
    return "".join(part[:1].upper() + part[1:].lower() for part in locale.split("_"))
