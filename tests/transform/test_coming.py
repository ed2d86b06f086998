"""What other mappings of the job still make is not missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.model import Kind
from tests.transform.table import ATTRIBUTES, ENTRY, FIELDS, HEAD, Words, compiled, prop

if TYPE_CHECKING:
    from pathlib import Path

    from etl.model import Problem
    from etl.transform import CompiledMapping

TITLE = prop("title", Kind.TEXT, attribute="t", languages={"en_US": "title"})
TARGET = Words(FIELDS, (*ATTRIBUTES, TITLE, prop("file", Kind.FILE, attribute="f")))
BOTH = frozenset({"Attribute", "Language"})


def checked(
    folder: Path, lines: str, coming: frozenset[str], *columns: str
) -> tuple[CompiledMapping | None, list[str]]:
    found: list[Problem] = []
    every = ("A", "B", "C", *columns)
    made = compiled(folder, HEAD + ENTRY + lines, every, found, target=TARGET, coming=coming)
    return made, [problem.message for problem in found]


@pytest.mark.parametrize(
    ("lines", "entity", "passed", "told"),
    [
        (
            "    attributes: {size: B, weight: C}\n",
            "Attribute",
            "size",
            "Product has no attribute 'size'",
        ),
        (
            "      name: [{column: B}, {column: C, locale: fr_FR}]\n",
            "Language",
            "name",
            "the target has no language 'fr_FR' for 'name'",
        ),
        (
            "      name: {column: B}\n    attributes: {title: {column: C, locale: fr_FR}}\n",
            "Language",
            "title",
            "the target has no language 'fr_FR' for 'title'",
        ),
    ],
)
def test_it_is_passed_over_if_it_may_come(
    tmp_path: Path, lines: str, entity: str, passed: str, told: str
) -> None:
    made, problems = checked(tmp_path, lines, frozenset({entity, "Brand"}))
    assert problems == []
    assert made is not None
    assert made.uncompiled == (passed,)
    assert made.unused_columns == ()
    for other in (frozenset[str](), BOTH - {entity}):
        made, problems = checked(tmp_path, lines, other)
        assert made is None
        assert problems == [told]


def test_the_others_are_compiled(tmp_path: Path) -> None:
    lines = "      name: [{column: B}, {column: C, locale: fr_FR}]\n    attributes: {size: B}\n"
    made, problems = checked(tmp_path, lines, BOTH)
    assert problems == []
    assert made is not None
    assert [pipe.outputs for pipe in made.entries[0].pipes] == [("number",), ("name",)]
    assert made.uncompiled == ("name", "size")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            "    attributes: {colour: {column: B, unit: kg}}\n",
            "'colour' has no measure on the target",
        ),
        ("    attributes: {colour: {column: B, ref: Brand.code}}\n", "'colour' is of type option"),
        ("    attributes: {file: B}\n", "'file' is of type file, which is not written yet"),
        (
            "    attributes: {colour: {column: B, locale: fr_FR}}\n",
            "the target has no language 'fr_FR' for 'colour'",
        ),
        ("      nam: B\n", "Product has no field 'nam'"),
        ("      count: {column: B, locale: de_DE}\n", "the target has no language 'de_DE'"),
        # of what is passed over, what it reads and what is done to it
        ("    attributes: {size: Q}\n", "x.csv has no column 'Q'"),
        ("    attributes: {size: {columns: [B, Q]}}\n", "x.csv has no column 'Q'"),
        ("    attributes: {size: {column: B, unit: {column: Q}}}\n", "x.csv has no column 'Q'"),
        ("    attributes: {size: {template: '{{ Q }}'}}\n", "there is no column 'Q'"),
        ("    attributes: {size: {column: B, when: Q}}\n", "there is no column 'Q'"),
        ("    attributes: {size: {column: B, apply: [{regex: '('}]}}\n", "'(' is no regular"),
        ("      name: [{column: B}, {column: Q, locale: fr_FR}]\n", "x.csv has no column 'Q'"),
    ],
)
def test_what_nobody_cures_is_still_told(tmp_path: Path, lines: str, told: str) -> None:
    made, problems = checked(tmp_path, lines, BOTH)
    assert made is None
    assert len(problems) == 1
    assert problems[0].startswith(told)


def test_what_is_passed_over_may_miss_an_optional_column(tmp_path: Path) -> None:
    lines = "    attributes: {size: {column: Q, optional: true}}\n"
    made, problems = checked(tmp_path, lines, BOTH)
    assert problems == []
    assert made is not None


STAR = (
    "    attributes:\n      '*': {match: '(?P<code>[a-z]+)(-(?P<locale>.._..))?(-unit)?',"
    " unit: {column: '{code}-unit'}}\n"
)


def test_columns_of_a_wildcard_may_wait(tmp_path: Path) -> None:
    columns = ("size", "size-unit", "title", "title-fr_FR", "colour-fr_FR", "file")
    made, problems = checked(tmp_path, STAR, BOTH, *columns)
    assert problems == []
    assert made is not None
    assert made.uncompiled == ("size", "title-fr_FR")
    assert [column for column, _ in made.left_out] == ["colour-fr_FR", "file"]
    assert made.unused_columns == ("B", "C", "size-unit")
    made, _ = checked(tmp_path, STAR, frozenset(), *columns)
    assert made is not None
    assert made.uncompiled == ()
    assert [column for column, _ in made.left_out] == [
        *("size", "size-unit", "title-fr_FR", "colour-fr_FR", "file")
    ]
