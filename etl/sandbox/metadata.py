"""The Metadata answer, made of the data model as it stands (018)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.sandbox.installation import NON_LEAF

if TYPE_CHECKING:
    from etl.sandbox.installation import Installation
    from etl.sandbox.schema import Entity, Field
    from etl.sandbox.store import Row

LANGUAGES = (
    "da_DK",
    "de_AT",
    "de_CH",
    "de_DE",
    "el_GR",
    "en_GB",
    "en_US",
    "es_ES",
    "fi_FI",
    "fr_BE",
    "fr_CA",
    "fr_FR",
    "it_IT",
    "ja_JP",
    "nl_NL",
    "pl_PL",
    "pt_BR",
    "pt_PT",
    "ru_RU",
    "sv_SE",
    "tr_TR",
    "uk_UA",
    "zh_CN",
)
_MULTILINGUAL = {"bool", "markdown", "text", "url", "varchar", "wysiwyg"}
_TYPES = (
    "array",
    "bool",
    "date",
    "datetime",
    "extensibleEnum",
    "extensibleMultiEnum",
    "file",
    "float",
    "int",
    "markdown",
    "rangeFloat",
    "rangeInt",
    "text",
    "url",
    "varchar",
    "wysiwyg",
)
_SETTINGS = {  # v1/metadata_full: it has fields and is no entity
    "Settings": {
        "fields": {
            "id": {"type": "varchar"},
            "isMultilangActive": {"type": "bool", "default": False},
            NON_LEAF: {"type": "bool", "tooltip": True},
        },
        "links": {},
    }
}
_NO_ENTITY = {"Settings": {"notStorable": True, "streamDisabled": True}}


def metadata(installation: Installation) -> Row:
    """entityDefs, scopes, attributes and multilang, in the shape of the real answer."""
    entities = installation.schema.entities
    return {
        "attributes": {
            kind: {"type": kind, **({"multilingual": True} if kind in _MULTILINGUAL else {})}
            for kind in _TYPES
        },
        "entityDefs": {**{name: _defs(entity) for name, entity in entities.items()}, **_SETTINGS},
        "scopes": {**{name: _scope(entity) for name, entity in entities.items()}, **_NO_ENTITY},
        "multilang": {"languageList": list(LANGUAGES)},
    }


def _scope(entity: Entity) -> Row:
    scope: Row = {
        "entity": True,
        "object": True,
        "type": entity.type,
        "module": entity.module,
        "hasOwner": entity.owned,
        "disabled": False,
    }
    if entity.tree:
        scope["multiParents"] = False
    if entity.attributes:
        scope["hasAttribute"] = True
    if entity.classification:
        scope["hasClassification"] = True
    return scope


def _defs(entity: Entity) -> Row:
    fields: Row = {"id": {"type": "varchar"}}
    fields |= {name: _field(field) for name, field in entity.fields.items()}
    links = {name: _link(field) for name, field in entity.fields.items() if field.link}
    defs: Row = {"fields": fields, "links": links}
    if entity.unique_indexes:
        defs["uniqueIndexes"] = {
            f"unique_{place}" if place else "unique_index": [
                "deleted",
                *(_column(key) for key in index),
            ]
            for place, index in enumerate(entity.unique_indexes)
        }
    return defs


def _field(field: Field) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": field.type}
    marks: dict[str, Any] = {
        "required": field.required,
        "unique": field.unique,
        "readOnly": field.readonly,
        "notNull": field.notnull,
        "index": field.index,
        "maxLength": field.max,
        "min": field.min,
        "pattern": field.pattern,
        "measureId": field.measure,
        "mainField": field.of,
        "multilangField": field.base,
        "multilangLocale": field.locale,
        "notStorable": not field.stored,
    }
    shown |= {key: value for key, value in marks.items() if value not in (None, "", False)}
    if field.options:
        shown["options"] = list(field.options)
    if field.default is not None:
        shown["default"] = field.default
    if field.multilang or field.locale:
        shown["isMultilang"] = field.multilang
    if field.link and not field.link.many:
        shown["entity"] = field.link.entity
    return shown


def _link(field: Field) -> Row:
    link = field.link
    if link is None:
        return {}
    if not link.many:
        return {"type": "belongsTo", "entity": link.entity}
    shown: Row = {"type": "hasMany", "entity": link.entity}
    if link.relation:
        shown["relationName"] = link.relation
    if link.foreign:
        shown["foreign"] = link.foreign
    return shown


def _column(key: str) -> str:
    """`classificationId` as the database calls it: `classification_id`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
