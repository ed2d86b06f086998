"""The mapping's fingerprint: it changes when the mapping could make other records."""

from __future__ import annotations

import inspect
import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from etl.transform.steps import hook_module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.mapping import Mapping
    from etl.model.chunk import TableInfo
    from etl.model.plan import LinkPolicy
    from etl.transform.brew import Kitchen

_VERSION = 2  # of what this room makes of equal cells: raised when that changes
_SIZE = 16  # bytes


def fingerprint(
    mapping: Mapping, kitchen: Kitchen, links: Sequence[dict[str, LinkPolicy]]
) -> bytes:
    """Over the mapping's content (no comments), its map files, tables, hooks and the day it uses.

    Where files lie, what the run is called and where it goes make no other records. Nor do the
    columns that a wildcard finds in this table: what they say stands in the records themselves.
    What becomes of records whose rows are gone does not change those whose rows are there.
    """
    aside = {"connection", "name", "tests", "tables"}
    content = _without_files(mapping.spec.model_dump(mode="json", exclude=aside))
    content["source"].pop("path", None)
    for entry in content["records"]:
        entry |= {"gone": "keep", "gone_limit": None}
    tables = kitchen.expressions.tables
    told = [
        _VERSION,
        content,
        [dict(table) if table else None for table in kitchen.tables],
        [_source(hook, kitchen) for hook in sorted(kitchen.hooks)],
        kitchen.expressions.today if kitchen.expressions.uses_today else None,
        [sorted(one) for one in links],
        *([tables.digests()] if tables else []),
    ]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, default=str)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()


def row_fingerprint(print_: bytes, info: TableInfo, kitchen: Kitchen) -> bytes:
    """What a raw row is read under besides: the columns, the conventions, the target's words.

    When one of these changes, rows are looked at again; they are sent only if their content is
    another.
    """
    told = repr((print_, info.columns, info.conventions, kitchen.properties))
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()


def _without_files(content: Any) -> Any:  # noqa: ANN401 - JSON
    """The content without the paths of map files: what is in them counts, not where they lie."""
    if isinstance(content, list):
        return [_without_files(one) for one in content]
    if not isinstance(content, dict):
        return content
    return {
        name: {**one, "file": None}
        if name == "map" and isinstance(one, dict)
        else _without_files(one)
        for name, one in content.items()
    }


def _source(hook: str, kitchen: Kitchen) -> str:
    module = hook_module(hook.partition(":")[0], kitchen.folder)
    try:
        return inspect.getsource(module)
    except (OSError, TypeError):  # built in: it changes with Python only
        return hook
