"""Metadata, settings, and the fields of entities as an administrator sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.sandbox.errors import Refused, SqlFailed
from etl.sandbox.installation import NON_LEAF
from etl.sandbox.metadata import metadata
from etl.sandbox.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.sandbox.installation import Installation
    from etl.sandbox.message import Request
    from etl.sandbox.store import Row

NO_COLUMN = (
    "An exception occurred while executing a query: SQLSTATE[42703]: Undefined column: 7 ERROR:  "
    'column "language" does not exist\n'
    'LINE 1: SELECT id FROM "classification_attribute" WHERE (language NO...\n' + " " * 57 + "^"
)


def _metadata(installation: Installation, request: Request, rest: list[str]) -> Row:
    if request.method != "GET" or rest:
        raise Refused(404)
    return metadata(installation)


def _settings(installation: Installation, request: Request, rest: list[str]) -> Row:
    """GET and PATCH Settings; the languages are derived from Language (003, 017)."""
    if rest or request.method not in {"GET", "PATCH"}:
        raise Refused(404)
    if request.method == "PATCH":
        _set_settings(installation, request.record())
    main = next(
        (one["code"] for one in installation.store["Language"] if one.get("role") == "main"), None
    )
    locales = list(installation.schema.locales)
    return {
        "recordsPerPage": 50,
        "mainLanguage": main,
        "inputLanguageList": locales,
        "locales": {row["id"]: _locale(row) for row in installation.store["Locale"]},
        "isMultilangActive": bool(locales),
        "coreVersion": "2.1.26",
        NON_LEAF: False,
        **{key: value for key, value in installation.settings.items() if key != "id"},
    }


def _locale(row: Row) -> Row:
    return {
        "code": row["code"],
        "name": row["name"],
        "language": row["languageCode"],
        "fallbackLanguage": row.get("fallbackLanguage"),
        "weekStart": 1,
        "dateFormat": row.get("dateFormat"),
        "timeFormat": row.get("timeFormat"),
        "timeZone": row.get("timeZone"),
        "thousandSeparator": row.get("thousandSeparator"),
        "decimalMark": row.get("decimalMark"),
    }


def _set_settings(installation: Installation, payload: Row) -> None:
    if "inputLanguageList" in payload:  # nothing happens, and the answer is an SQL error (005)
        raise SqlFailed(NO_COLUMN)
    for name, value in payload.items():
        installation.set_setting(name, value)
    if payload.get(NON_LEAF) is False:
        _unlink_from_branches(installation)


def _unlink_from_branches(installation: Installation) -> None:
    """Back to leaves only: products go from the categories that have children."""
    tree = Tree(installation, installation.schema["Category"])
    ties = installation.store["ProductCategory"]
    for tie in ties:
        if tree.children(tie["categoryId"]):
            ties.bury(tie["id"])


def _entity_field(installation: Installation, request: Request, rest: list[str]) -> Row:
    """GET and PATCH EntityField/{Entity}_{field}: how a field is made unique (901-903)."""
    entity, _, name = (rest[0] if len(rest) == 1 else "").partition("_")
    if entity not in installation.schema or name not in installation.schema[entity].fields:
        raise Refused(404)
    if request.method == "PATCH":
        unique = request.record().get("unique")
        if isinstance(unique, bool):
            installation.make_unique(entity, name, unique=unique)
    field = installation.schema[entity].fields[name]
    return {
        "id": f"{entity}_{name}",
        "name": field.label,
        "code": name,
        "type": field.type,
        "isMultilang": field.multilang,
        "required": field.required,
        "notNull": field.notnull,
        "readOnly": field.readonly,
        "unique": field.unique,
        "index": field.index,
        "pattern": field.pattern or None,
        "entityId": entity,
        "entityName": entity,
    }


def _rebuild(installation: Installation, request: Request, rest: list[str]) -> bool:
    """POST Admin/rebuildDb (904)."""
    del installation
    if request.method != "POST" or rest != ["rebuildDb"]:
        raise Refused(404)
    return True


ROUTES: dict[str, Callable[[Installation, Request, list[str]], Any]] = {
    "Metadata": _metadata,
    "Settings": _settings,
    "EntityField": _entity_field,
    "Admin": _rebuild,
}
