"""A mapping against a table and a target: what is wrong is told at once and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.errors import MappingError
from etl.mapping import load_mapping
from etl.model import EntitySchema, Kind, OnMissing, Problem, TableInfo
from etl.targets.memory import Memory
from etl.transform import compile_mapping
from etl.transform.order import orders
from tests.transform.table import COLUMNS, ENTRY, HEAD, compiled, prop, worked

if TYPE_CHECKING:
    from pathlib import Path

    from etl.transform import CompiledMapping

SCHEMAS = (
    EntitySchema(
        "Product",
        {
            p.name: p
            for p in (
                prop("number", Kind.TEXT),
                prop("name", Kind.TEXT),
                prop("brand", Kind.LINK, "brandId", entity="Brand"),
                prop("any", Kind.LINK, "anyId"),
            )
        },
        {"color": prop("color", Kind.OPTION, attribute="a1", option_list="l1")},
    ),
    EntitySchema("Brand", {"code": prop("code", Kind.TEXT)}),
)


def told(
    folder: Path, text: str, columns: tuple[str, ...] = COLUMNS
) -> tuple[CompiledMapping | None, list[str]]:
    """What is compiled, and `line:column: message (hint)` of what is wrong."""
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    found: list[Problem] = []
    mapping = load_mapping(path, found)
    assert mapping is not None
    info = TableInfo("x.csv", columns, "csv", {})
    made = compile_mapping(mapping, info, Memory(SCHEMAS), found)
    return made, [problem.text().removeprefix(f"{path}:") for problem in found]


def test_a_misspelt_key_code_and_reference_are_told_at_once(tmp_path: Path) -> None:
    made, problems = told(
        tmp_path,
        HEAD + ENTRY + "      name: {column: B, requierd: true}\n"
        "      brand: {column: C, ref: Brand.coed}\n"
        "    attributes:\n      colour: B\n",
    )
    assert made is None
    assert problems == [
        "8:25: unknown key 'requierd' (did you mean 'required'?)",
        "9:31: Brand has no field 'coed' (did you mean 'code'?)",
        "11:7: Product has no attribute 'colour' (did you mean 'color'?)",
    ]


def test_of_several_sources_the_wrong_one_is_told(tmp_path: Path) -> None:
    _, problems = told(
        tmp_path,
        HEAD + ENTRY + "      name:\n"
        "        - {column: B, when: C}\n"
        "        - {column: Qqq, when: 'C =='}\n"
        "      any:\n"
        "        - {column: B, ref: Brand.code, when: C}\n"
        "        - {column: B, ref: Brnd.code}\n",
    )
    assert problems == [
        "10:20: x.csv has no column 'Qqq'",
        "13:28: the target has no entity 'Brnd' (did you mean 'Brand'?)",
    ]
    _, problems = told(
        tmp_path,
        HEAD + ENTRY + "      name:\n        - {column: B, when: C}\n"
        "        - {column: B, when: 'C =='}\n",
    )
    assert problems[0].startswith("10:29: is no template")
    _, problems = told(
        tmp_path,
        HEAD + ENTRY + "      name:\n        - {column: B}\n        - {column: B, locale: de_DE}\n",
    )
    assert problems[0].startswith("10:31: the target has no language 'de_DE'")


def test_sources_of_one_value_have_one_policy(tmp_path: Path) -> None:
    line = (
        "      brand:\n        - {column: B, ref: Brand.code, when: B}\n"
        "        - {column: C, ref: Brand.code, on_missing: create}\n"
    )
    _, problems = told(tmp_path, HEAD + ENTRY + line)
    assert len(problems) == 1
    assert problems[0].startswith("9:9: on_missing and create must be the same")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (HEAD + ENTRY + "      name: '@item'\n", "8:13"),
        (HEAD + ENTRY + "      name: {template: '{{ item }}'}\n", "8:13"),
        (HEAD + ENTRY + "    when: item\n", "8:11"),
        (HEAD.replace("path", "where: item, path") + ENTRY, "2:17"),
    ],
)
def test_without_each_there_is_no_item(tmp_path: Path, text: str, place: str) -> None:
    _, problems = told(tmp_path, text)
    assert problems == [f"{place}: there is no item here: the entry has no each:"]


def test_a_wrong_each_is_told_once(tmp_path: Path) -> None:
    _, problems = told(
        tmp_path, HEAD + ENTRY + "      name: '@item'\n    when: item\n    each: {column: Q}\n"
    )
    assert problems == ["10:20: x.csv has no column 'Q'"]


def test_entries_behind_a_damaged_one_keep_their_lines(tmp_path: Path) -> None:
    _, problems = told(
        tmp_path,
        HEAD + "records:\n  - {entty: Product, key: number, fields: {number: A}}\n"
        "  - {entity: Product, key: number, fields: {number: A, nam: B}}\n",
    )
    assert problems[-1] == "5:56: Product has no field 'nam' (did you mean 'name'?)"


def test_columns_that_stand_twice_are_told(tmp_path: Path) -> None:
    _, problems = told(tmp_path, HEAD + ENTRY + "      name: T\n", ("A", "T", "T"))
    assert problems == ["8:13: column 'T' stands 2 times in x.csv (rename one of them there)"]


def test_a_key_that_is_told_already_is_told_once(tmp_path: Path) -> None:
    _, problems = told(tmp_path, HEAD + ENTRY.replace("number: A", "number: Q"))
    assert problems == ["7:15: x.csv has no column 'Q'"]


def test_plans_say_what_the_engine_needs(tmp_path: Path) -> None:
    text = (
        HEAD + "records:\n  - entity: Product\n    key: [number, brand]\n    action: update\n"
        "    fields:\n      number: A\n"
        "      brand: {column: C, ref: Brand.code, on_missing: create, create: {name: x}}\n"
        "    attributes:\n      weight: {column: B, unit: {column: With blank}}\n"
        "      colour: {column: B, on_missing: omit}\n"
    )
    found = compiled(tmp_path, text)
    assert found is not None
    (plan,) = found.plans
    assert (plan.index, plan.order, plan.action, plan.key) == (0, 0, "update", ("number", "brand"))
    assert plan.key_fields == ("number", "brandId")
    assert {key: (one.column, one.on_missing) for key, one in plan.links.items()} == {
        "brandId": ("C", OnMissing.CREATE),
        "weightUnitId": ("With blank", OnMissing.REJECT),
        "colour": ("B", OnMissing.OMIT),
    }
    assert plan.links["brandId"].create == {"name": "x"}
    assert found.unused_columns == ()


def test_what_is_wrong_is_raised_where_no_one_collects(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(f"{HEAD}{ENTRY}      nam: B\n      name: Q\n")
    mapping = load_mapping(path)
    assert mapping is not None
    info = TableInfo("x.csv", COLUMNS, "csv", {})
    with pytest.raises(MappingError) as raised:
        compile_mapping(mapping, info, Memory(SCHEMAS))
    assert [problem.line for problem in raised.value.problems] == [8, 9]


@pytest.mark.parametrize(
    ("entries", "places"),
    [
        ([], []),
        ([("A", set())], [0]),
        ([("A", {"B"}), ("B", {"C"}), ("C", set())], [2, 1, 0]),
        ([("A", {"A", "X"}), ("A", set())], [0, 0]),
        ([("A", {"B"}), ("B", {"A"}), ("C", {"B"})], [0, 0, 0]),
        ([("A", set()), ("B", {"A"}), ("A", {"C"}), ("C", set())], [0, 2, 1, 0]),
    ],
)
def test_what_others_refer_to_comes_first(
    entries: list[tuple[str, set[str]]], places: list[int]
) -> None:
    assert orders(entries) == places


def test_optional_columns_may_be_missing(tmp_path: Path) -> None:
    text = (
        HEAD + ENTRY + "      name: [{column: Q, optional: true, when: B}, {column: C}]\n"
        "      brand: {columns: [B, Q], ref: 'Brand.[code, name]', optional: true}\n"
    )
    (record,) = worked(tmp_path, text, ("a", "b", "c")).records
    assert record.values == {"number": "a", "name": "c"}
