"""What the server says about itself, asked once: metadata, languages, attributes, units."""

from __future__ import annotations

from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING, Any

from etl.errors import TargetBroken
from etl.model.schema import EntitySchema
from etl.targets.atrocore import attributes as attribute_records
from etl.targets.atrocore import fields as field_definitions
from etl.targets.atrocore.amendments import ATTRIBUTE_OPTION, MADE_OF, NON_LEAF, SETTINGS, amended
from etl.targets.atrocore.kinds import payload_keys
from etl.targets.atrocore.relations import Relation, relations
from etl.targets.atrocore.where import any_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.model.schema import Property
    from etl.targets.atrocore.server import Row, Server

_NO_SETTINGS = ("en_US",)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a measure."""

    id: str
    code: str
    name: str
    main: bool


class Catalog:
    """Lazy and remembered; any thread. `forget` after a write that changes what it tells."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._lock = RLock()
        self._settings: Row | None = None
        self._metadata: Row | None = None
        self._units: dict[str, list[Unit]] | None = None
        self._schemas: dict[str, EntitySchema | None] = {}
        self._keys: dict[str, dict[str, Property]] = {}

    def version(self) -> str:
        """The core's version (catalog 003); "" where the server does not tell."""
        return str(self._setting("coreVersion") or "")

    def locales(self) -> tuple[str, ...]:
        """All languages, the main one first (catalog 017)."""
        others = self._setting("inputLanguageList")
        main = self._setting("mainLanguage")
        first = (str(main),) if main else _NO_SETTINGS
        return first + tuple(others if isinstance(others, list) else ())

    def products_in_any_category(self) -> bool:
        """True if products may be in categories that have children (catalog 103-106)."""
        return self._setting(NON_LEAF) is True

    def _setting(self, name: str) -> Any:  # noqa: ANN401 - JSON
        with self._lock:
            if self._settings is None:
                self._settings = self._server.get("Settings")
            return self._settings.get(name)

    def entities(self) -> tuple[str, ...]:
        """The entities that people work with."""
        ours = tuple(name for name in (ATTRIBUTE_OPTION, SETTINGS) if self.schema(name))
        return self.server_entities() + ours

    def server_entities(self) -> tuple[str, ...]:
        """The entities that the server itself knows as such."""
        definitions = self._definitions()
        return tuple(name for name in definitions if self.scope(name).get("entity") is True)

    def scope(self, entity: str) -> Mapping[str, Any]:
        """The entity's marks, such as hasAttribute and fieldValueInheritance."""
        found = self._tree().get("scopes", {}).get(entity)
        return found if isinstance(found, dict) else {}

    def _definitions(self) -> Mapping[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self._tree()["entityDefs"]
        return found

    def _tree(self) -> Row:
        """GET Metadata: 1.3 MB."""
        with self._lock:
            if self._metadata is None:
                found = self._server.get("Metadata")
                if not isinstance(found.get("entityDefs"), dict):
                    raise TargetBroken("GET Metadata answered without entityDefs")
                self._metadata = found
            return self._metadata

    def schema(self, entity: str) -> EntitySchema | None:
        """The entity's fields and attributes; None if there is no such entity."""
        with self._lock:
            if entity not in self._schemas:
                self._schemas[entity] = self._read_schema(entity)
            return self._schemas[entity]

    def _read_schema(self, entity: str) -> EntitySchema | None:
        definition = self._definitions().get(MADE_OF.get(entity, entity))
        if definition is None or not isinstance(definition.get("fields"), dict):
            return None
        schema = EntitySchema(
            entity,
            field_definitions.fields(definition, self.locales()[0], self.main_unit),
            self._attributes(entity),
            field_definitions.unique(definition),
        )
        return amended(schema)

    def _attributes(self, entity: str) -> dict[str, Property]:
        if self.scope(entity).get("hasAttribute") is not True:
            return {}
        clauses = [any_of("entityId", [entity])]
        select = (*attribute_records.SELECT, "entityId")
        locales = self.locales()
        made = (
            attribute_records.attribute(row, locales, self.main_unit)
            for row in self._server.rows("Attribute", clauses, select)
            if row.get("entityId") == entity
        )
        return {prop.name: prop for prop in made}

    def keys(self, entity: str) -> Mapping[str, Property]:
        """Each payload key of the entity, and the field or attribute whose value it carries."""
        with self._lock:
            if entity not in self._keys:
                schema = self.schema(entity)
                props = (*schema.fields.values(), *schema.attributes.values()) if schema else ()
                self._keys[entity] = {key: prop for prop in props for key in payload_keys(prop)}
            return self._keys[entity]

    def relations(self, entity: str) -> Mapping[str, Relation]:
        """The tables behind the entity's many-valued links, by link."""
        return relations(entity, self._definitions())

    def units(self, measure: str) -> Sequence[Unit]:
        """The units of a measure. Unit codes are unique over all measures (catalog 111)."""
        with self._lock:
            if self._units is None:
                self._units = self._read_units()
            return self._units.get(measure, ())

    def _read_units(self) -> dict[str, list[Unit]]:
        units: dict[str, list[Unit]] = {}
        for row in self._server.rows("Unit", select=("name", "code", "isMain", "measureId")):
            unit = Unit(
                row["id"],
                str(row.get("code") or ""),
                str(row.get("name") or ""),
                row.get("isMain") is True,
            )
            units.setdefault(str(row.get("measureId")), []).append(unit)
        return units

    def main_unit(self, measure: str) -> str | None:
        """The id of the measure's main unit."""
        return next((unit.id for unit in self.units(measure) if unit.main), None)

    def forget(self, entity: str) -> None:
        """Records of this entity were written: what depends on them is asked again."""
        with self._lock:
            if entity in _SHAPING:
                self._schemas, self._keys, self._units = {}, {}, None
            if entity == "Language":
                self._metadata = None
            if entity in {"Language", SETTINGS}:
                self._settings = None


_SHAPING = frozenset({"Attribute", "Measure", "Unit", "Language", "EntityField"})
