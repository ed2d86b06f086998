"""The mapping's fingerprint: it changes when the mapping could make other records."""

from __future__ import annotations

import inspect
import json
from hashlib import blake2b
from typing import TYPE_CHECKING

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
    """Over the mapping's content (no comments), its map files, its hooks and the day it uses.

    Where the file lies, what the run is called and where it goes make no other records.
    """
    content = mapping.spec.model_dump(mode="json", exclude={"connection", "name", "tests"})
    content["source"].pop("path", None)
    told = [
        _VERSION,
        content,
        [dict(table) if table else None for table in kitchen.tables],
        [_source(hook, kitchen) for hook in sorted(kitchen.hooks)],
        kitchen.expressions.today if kitchen.expressions.uses_today else None,
        [sorted(one) for one in links],
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


def _source(hook: str, kitchen: Kitchen) -> str:
    module = hook_module(hook.partition(":")[0], kitchen.folder)
    try:
        return inspect.getsource(module)
    except (OSError, TypeError):  # built in: it changes with Python only
        return hook
