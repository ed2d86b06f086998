"""The data model as it stands: the entities of the table, the languages, what is made unique."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from etl.sandbox.schema.model import suffix
from etl.sandbox.schema.parse import parse_entities

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.sandbox.schema.model import Entity


class Schema:
    """The entities by name; languages and unique fields change them."""

    def __init__(self) -> None:
        self.entities: dict[str, Entity] = parse_entities()
        self.locales: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Entity:
        return self.entities[name]

    def __contains__(self, name: str) -> bool:
        return name in self.entities

    @property
    def suffixes(self) -> dict[str, str]:
        """Locale to key suffix, of the additional languages."""
        return {locale: suffix(locale) for locale in self.locales}

    def speak(self, locales: Iterable[str]) -> None:
        """Take these additional languages: every multilingual field gets one more each (018)."""
        self.locales = tuple(locales)
        self.entities = {
            name: entity.with_languages(self.locales) for name, entity in self.entities.items()
        }

    def make_unique(self, entity_name: str, field_name: str, *, unique: bool) -> None:
        """Set or take away the unique mark, as an administrator does (902)."""
        entity = self.entities[entity_name]
        changed = replace(entity.fields[field_name], unique=unique)
        fields = {**entity.fields, field_name: changed}
        self.entities[entity_name] = entity.with_fields(fields)
