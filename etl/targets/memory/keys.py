"""Keys: compared, and turned into ids."""

from __future__ import annotations

import json
from hashlib import blake2b


def made_id(*parts: str) -> str:
    """An id that equal parts give again."""
    return "m" + blake2b(json.dumps(parts).encode(), digest_size=12).hexdigest()


def equal(stored: tuple[str, ...], wanted: tuple[str, ...], *, ignore_case: bool) -> bool:
    """Exactly, or without case. What is empty equals nothing."""
    if not all(wanted):
        return False
    if ignore_case:
        return [part.casefold() for part in stored] == [part.casefold() for part in wanted]
    return stored == wanted
