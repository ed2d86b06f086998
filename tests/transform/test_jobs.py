"""What mappings make and need, and which of them goes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.mapping import load_mapping
from etl.transform import job_order, made_and_needed

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "version: 1\nsource: {path: x.csv}\nrecords:\n"
GROUND = {"Settings", "Language"}


def of(folder: Path, *entries: str) -> tuple[set[str], set[str]]:
    path = folder / "m.yaml"
    path.write_text(HEAD + "".join(f"  - {{{entry}}}\n" for entry in entries))
    mapping = load_mapping(path)
    assert mapping is not None
    made, needed = made_and_needed(mapping.spec)
    return set(made), set(needed)


@pytest.mark.parametrize(
    ("more", "needed"),
    [
        ("fields: {a: A}", set()),
        ("fields: {a: {column: A, ref: Brand.code}}", {"Brand"}),
        ("fields: {a: {columns: [A, B], ref: 'Unit.[measure.code, code]'}}", {"Unit", "Measure"}),
        (
            "fields: {a: [{column: A, ref: Brand.code, when: A}, {column: B, ref: Maker.code}]}",
            {"Brand", "Maker"},
        ),
        ("fields: {a: {column: A, ref: nonsense}}", set()),
        ("fields: {a: {column: A, unit: kg}}", {"Unit"}),
        ("fields: {a: {column: A, locale: de_DE}}", set()),  # Language is needed anyway
        ("fields: {a: A}, attributes: {b: B}", {"Attribute", "AttributeOption", "Unit"}),
        ("fields: {a: A}, attributes: {'*': }", {"Attribute", "AttributeOption", "Unit"}),
        ("fields: {a: A}, action: update", {"E"}),
        ("fields: {a: {column: A, ref: E.code}}", {"E"}),
    ],
)
def test_what_a_mapping_needs(tmp_path: Path, more: str, needed: set[str]) -> None:
    made, found = of(tmp_path, f"entity: E, key: a, {more}")
    assert made == (set() if "update" in more else {"E"})
    assert found == needed | GROUND


@pytest.mark.parametrize("entity", sorted(GROUND))
def test_the_ground_needs_no_ground(tmp_path: Path, entity: str) -> None:
    assert of(tmp_path, f"entity: {entity}, key: a, fields: {{a: A}}") == ({entity}, set())
    locale = "fields: {a: {column: A, locale: de_DE}}"
    assert of(tmp_path, f"entity: {entity}, key: a, {locale}") == ({entity}, {"Language"})


def test_a_wildcard_needs_languages_if_it_can_give_one(tmp_path: Path) -> None:
    def needed(star: str) -> bool:
        star = f"attributes: {{'*': {star}}}"
        return "Language" in of(tmp_path, f"entity: Settings, key: a, fields: {{a: A}}, {star}")[1]

    assert not needed("{}")
    assert not needed("{match: '(?P<code>.+?)(-(?P<channel>web))?'}")
    assert needed("{match: '(?P<code>.+?)(-(?P<locale>.._..))?'}")
    assert needed("{locale: de_DE}")


def test_all_entries_count(tmp_path: Path) -> None:
    made, needed = of(
        tmp_path,
        "entity: A, key: a, fields: {a: A}",
        "entity: B, key: a, fields: {a: {column: A, ref: A.code}}",
        "entity: C, key: a, action: update, fields: {a: A}",
    )
    assert (made, needed) == ({"A", "B"}, {"A", "C"} | GROUND)


def order(*mappings: str) -> list[int]:
    """Of mappings such as `made made < needed needed`."""
    pairs = [mapping.partition("<") for mapping in mappings]
    return job_order([(frozenset(a.split()), frozenset(b.split())) for a, _, b in pairs])


@pytest.mark.parametrize(
    ("mappings", "places"),
    [
        ([], []),
        (["A <"], [0]),
        (["A < A"], [0]),
        (["A < B", "B < C", "C <"], [2, 1, 0]),
        (["X <", "A < B", "Y <", "B <"], [0, 2, 3, 1]),
        (["A < Z", "B < Z"], [0, 1]),
        (["P < P C", "P < P", "C <"], [2, 0, 1]),  # both make products and refer to them
        (["Channel < Category", "Category < Channel"], [0, 1]),
        (["Category < Channel", "Channel < Category"], [0, 1]),
        (["A < B", "B < C", "C < B"], [1, 2, 0]),  # behind a cycle is not in it
        (["B < C X", "C < B", "X <"], [2, 0, 1]),  # what one of a cycle needs comes before both
        (["A < B", "B < C", "C < A"], [0, 1, 2]),
        (["< A", "A <"], [1, 0]),
        (["A B <", "C < B", "B < A"], [0, 2, 1]),
    ],
)
def test_who_makes_comes_before_who_needs(mappings: list[str], places: list[int]) -> None:
    assert order(*mappings) == places


NAMES = st.frozensets(st.sampled_from("ABCDEF"), max_size=3)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=7))
def test_every_mapping_runs_once_and_behind_what_does_not_wait_for_it(
    mappings: list[tuple[frozenset[str], frozenset[str]]],
) -> None:
    found = job_order(mappings)
    assert sorted(found) == list(range(len(mappings)))

    def reached(place: int) -> set[int]:
        seen: set[int] = set()
        ahead = [place]
        while ahead:
            needed = mappings[ahead.pop()][1]
            new = {i for i, (made, _) in enumerate(mappings) if made & needed} - seen
            seen |= new
            ahead += new
        return seen

    for at, place in enumerate(found):
        for later in found[at + 1 :]:
            if later in reached(place):
                assert place in reached(later), "only within a cycle"
                assert place < later, "where the given order decides"


@given(st.lists(st.tuples(NAMES, NAMES), max_size=7))
def test_what_is_in_order_stays_so(
    mappings: list[tuple[frozenset[str], frozenset[str]]],
) -> None:
    sorted_once = [mappings[place] for place in job_order(mappings)]
    assert job_order(sorted_once) == list(range(len(mappings)))
