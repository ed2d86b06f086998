"""References within keys, over a memory that is always too small."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from etl.engine import resolver as room
from etl.engine.resolver import Resolver, plain_key
from etl.model import Ref, RefKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.model import Target


class Brands:
    """A target with brands b0 … and one product of each number in each brand."""

    def __init__(self) -> None:
        self.asked: list[Ref] = []

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        wanted = list(refs)
        self.asked += wanted
        return {ref: (f"{ref.entity}-{'-'.join(map(str, ref.key))}",) for ref in wanted}


def brand(number: int) -> Ref:
    return Ref(RefKind.RECORD, "Brand", ("code",), (f"b{number}",))


def product(number: int) -> Ref:
    return Ref(RefKind.RECORD, "Product", ("brand", "number"), (brand(number % 7), str(number)))


@pytest.mark.parametrize("remembered", [0, 1, 5, 20_000])
def test_what_a_key_refers_to_is_never_lost_on_the_way(
    monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    monkeypatch.setattr(room, "_REMEMBERED", remembered)
    resolver = Resolver(cast("Target", Brands()), frozenset())
    for start in range(0, 100, 10):
        refs = [product(number) for number in range(start, start + 10)]
        for _ in range(3):
            ids = resolver.find([*refs, brand(99)])
            for number, ref in enumerate(refs, start):
                assert ids[ref] == (f"Product-Brand-b{number % 7}-{number}",)
                assert plain_key(ref.key, ids) == (f"Brand-b{number % 7}", str(number))


def test_what_was_found_is_not_asked_for_again() -> None:
    target = Brands()
    resolver = Resolver(cast("Target", target), frozenset())
    resolver.find([product(1)])
    resolver.find([product(1), product(8)])
    assert [ref.key for ref in target.asked] == [("b1",), ("Brand-b1", "1"), ("Brand-b1", "8")]


def test_what_was_just_written_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    target = Brands()
    monkeypatch.setattr(target, "find", lambda refs: dict.fromkeys(refs, ()))
    resolver = Resolver(cast("Target", target), frozenset({"Product"}))
    assert resolver.find([brand(1)])[brand(1)] == ()
    resolver.learn(brand(1), ("b1",), "new")
    assert resolver.find([brand(1)])[brand(1)] == ("new",)
