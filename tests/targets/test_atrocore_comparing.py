from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.model.record import LinkMode
from etl.model.schema import Kind, Property
from etl.targets.atrocore.comparing import differences
from tests.targets.world import links

if TYPE_CHECKING:
    from etl.model.change import Json

PROPS = {
    "cents": Property("cents", "cents", Kind.NUMBER, decimals=2),
    "options": Property("options", "options", Kind.OPTIONS),
    "texts": Property("texts", "texts", Kind.TEXTS),
}


@pytest.mark.parametrize(
    ("key", "sent", "stored"),
    [
        ("x", "a", "a"),
        ("x", None, None),
        ("x", 1, 1.0),
        ("x", 0.1 + 0.2, 0.3),
        ("x", True, True),
        ("cents", 1.239, 1.24),
        ("options", ("a", "b"), ("b", "a")),
        ("texts", ("a", "b"), ("a", "b")),
        ("texts", (), None),
        ("texts", (1, 2), ("1", "2")),
        ("x", links("a", "b"), ("b", "a")),
        ("x", links(), None),
        ("x", links("a", mode=LinkMode.ADD), ("b", "a")),
        ("x", links("a", mode=LinkMode.REMOVE), ("b",)),
    ],
)
def test_what_is_the_same(key: str, sent: Json, stored: Json) -> None:
    assert list(differences({key: sent}, {key: stored}, PROPS)) == []


@pytest.mark.parametrize(
    ("key", "sent", "stored"),
    [
        ("x", "a", "A"),
        ("x", "a ", "a"),
        ("x", "", None),
        ("x", None, ""),
        ("x", 1, "1"),
        ("x", 0, False),
        ("x", 1.239, 1.24),
        ("cents", 1.239, 1.23),
        ("texts", ("a", "b"), ("b", "a")),
        ("texts", ("a",), "a"),
        ("x", links("a"), ("a", "b")),
        ("x", links("a", "b", mode=LinkMode.ADD), ("a",)),
        ("x", links("a", mode=LinkMode.REMOVE), ("a", "b")),
    ],
)
def test_what_differs(key: str, sent: Json, stored: Json) -> None:
    assert list(differences({key: sent}, {key: stored}, PROPS)) == [key]


def test_what_is_not_stored_at_all_differs() -> None:
    assert list(differences({"x": 1, "y": None}, {}, PROPS)) == ["x"]
