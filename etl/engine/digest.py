"""Digests: of a raw row with the mapping's fingerprint, and of a record's key."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from etl.model.codec import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.model.record import Record, Ref

SIZE = 16  # bytes: a million rows meet by chance once in 10^26 files
_CELL_END = "\x1f"


def row_digests(rows: Sequence[Sequence[str]], fingerprint: bytes) -> list[bytes]:
    """A digest for each row of cells; different cells never give the same text to digest."""
    start = blake2b(key=fingerprint, digest_size=SIZE)
    found = []
    for cells in rows:
        text = _CELL_END.join(cells)
        if text.count(_CELL_END) != len(cells) - 1:
            text = encode(tuple(cells))
        digest = start.copy()
        digest.update(text.encode("utf-8", "surrogatepass"))
        found.append(digest.digest())
    return found


def key_digest(record: Record) -> bytes:
    """What identifies a record within its entry."""
    return key_digest_of(record.entity, record.key)


def key_digest_of(entity: str, key: tuple[str | Ref, ...]) -> bytes:
    """The same, of a key that has no record yet."""
    text = f"{entity}\0{encode(key)}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=SIZE).digest()
