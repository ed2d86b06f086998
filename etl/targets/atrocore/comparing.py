"""Whether what is stored is what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.model.change import Links
from etl.model.record import LinkMode
from etl.model.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from etl.model.change import Json
    from etl.model.schema import Property

_CLOSE = 1e-9  # relative: the server keeps doubles


def differences(
    sent: Mapping[str, Json], stored: Mapping[str, Json], props: Mapping[str, Property]
) -> Iterator[str]:
    """The payload keys whose stored value is not the one that was sent."""
    for key, value in sent.items():
        if not _same(value, stored.get(key), props.get(key)):
            yield key


def _same(sent: Json, stored: Json, prop: Property | None) -> bool:
    if isinstance(sent, Links):
        return _linked(sent, frozenset(_texts(stored)))
    if isinstance(sent, tuple):
        return _in_order(sent, stored, prop)
    if sent is None or stored is None:
        return sent is None and stored is None
    if isinstance(sent, bool) or isinstance(stored, bool):
        return sent is stored
    if isinstance(sent, (int, float)) and isinstance(stored, (int, float)):
        return _equal_numbers(sent, stored, prop)
    return sent == stored


def _linked(sent: Links, stored: frozenset[str]) -> bool:
    ids = frozenset(sent.ids)
    if sent.mode is LinkMode.SET:
        return ids == stored
    return ids <= stored if sent.mode is LinkMode.ADD else not ids & stored


def _in_order(sent: tuple[object, ...], stored: Json, prop: Property | None) -> bool:
    """Lists keep their order, except where they are sets; empty ones are stored as null."""
    found = list(_texts(stored))
    wanted = [str(value) for value in sent]
    if prop and prop.kind in {Kind.OPTIONS, Kind.LINKS, Kind.CHOICES}:
        return sorted(found) == sorted(wanted)
    return found == wanted


def _texts(stored: Json) -> Iterator[str]:
    if isinstance(stored, tuple):
        yield from (str(value) for value in stored)


def _equal_numbers(sent: float, stored: float, prop: Property | None) -> bool:
    """Numbers as the server rounds them when storing (catalog 252-254, 277)."""
    if prop and prop.decimals is not None:
        sent = round(sent, prop.decimals)
    return abs(sent - stored) <= _CLOSE * max(abs(sent), abs(stored))
