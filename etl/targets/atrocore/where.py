"""Filters of a list: one JSON text in the URL, in pieces that the server still takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from etl.model.record import Scalar

Clause = dict[str, Any]

ROOM = 6500  # bytes of encoded values in one URL: Apache takes 8,190 in all (catalog 328)


def any_of(attribute: str, values: Sequence[Scalar]) -> Clause:
    """The attribute is one of these values, exactly (catalog 322)."""
    return {"type": "in", "attribute": attribute, "value": list(values)}


def text(clauses: Sequence[Clause]) -> str:
    """The value of `where`: one JSON text (catalog 333), half as long as brackets."""
    return json.dumps(clauses, ensure_ascii=False, separators=(",", ":"))


def weight(value: Scalar) -> int:
    """The bytes that a value takes in the URL."""
    return len(quote_plus(json.dumps(value, ensure_ascii=False), errors="replace")) + len("%2C")


def pieces(values: Iterable[Scalar], room: int = ROOM) -> Iterator[list[Scalar]]:
    """The values in runs that fit into one URL each. A value that never fits stands alone."""
    piece: list[Scalar] = []
    left = room
    for value in values:
        needed = weight(value)
        if piece and needed > left:
            yield piece
            piece, left = [], room
        piece.append(value)
        left -= needed
    if piece:
        yield piece
