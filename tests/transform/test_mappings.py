"""Whole mappings: entries, keys, filters, what is wrong with them, and their fingerprint."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.errors import MappingError
from etl.mapping import load_mapping
from etl.model import Chunk, Problem, Ref, RefKind, TableInfo
from etl.transform import compile_mapping
from tests.transform.table import ENTRY, HEAD, Words, compiled, worked

if TYPE_CHECKING:
    from pathlib import Path


def problems(folder: Path, text: str) -> list[str]:
    """What is wrong with a mapping: `line:column: message (hint)`."""
    found: list[Problem] = []
    compiled(folder, text, collect=found)
    return [problem.text().removeprefix(f"{folder}/m.yaml:") for problem in found]


def test_three_errors_of_three_kinds_come_at_once(tmp_path: Path) -> None:
    text = (
        f"{HEAD}records:\n  - entity: Product\n    key: number\n    fields:\n      number: A\n"
        "      name: {colum: B}\n"
        "      brand: {column: C, ref: Brand.cod}\n"
        "    attributes:\n      color: B\n"
    )
    assert problems(tmp_path, text) == [
        "8:14: unknown key 'colum' (did you mean 'column'?)",
        "9:31: Brand has no field 'cod' (did you mean 'code'?)",
        "11:7: Product has no attribute 'color' (did you mean 'colour'?)",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("      name: Nope", "has no column 'Nope'"),
        ("      name: {column: Twice}", "stands 2 times"),
        ("      nam: B", "8:7: Product has no field 'nam' (did you mean 'name'?)"),
        ("      colour: B", "'colour' is an attribute: put it there"),
        ("      created: B", "cannot be written"),
        ("      image: B", "is not written yet"),
        ("      brand: B", "is a link: say what it refers by, such as ref: Brand.code"),
        ("      brand: {column: B, ref: Brand}", "not of the form Entity.field"),
        ("      brand: {column: B, ref: Category.code}", "links to Brand, not to Category"),
        ('      brand: {column: B, ref: "Brand.[code, name]"}', "needs columns: with 2 columns"),
        ("      name: {column: B, ref: Brand.code}", "no link"),
        ("      name: {column: B, locale: fr_FR}", "no language 'fr_FR'"),
        ("      count: {column: B, locale: de_DE}", "is not multilingual"),
        ("      name: {column: B, channel: web}", "an attribute code of its own"),
        ("      name: {column: B, type: txt}", "no such type: 'txt'"),
        ("      name: {column: B, unit: kg}", "has no measure"),
        ("      name: [B, C]", "only the last source may be without when"),
        ("      name: {template: '{{ '}", "is no template"),
        ("      name: {template: '{{ nope }}'}", "there is no column 'nope'"),
        ("      name: {column: B, when: '{{ ( }}'}", "is no template"),
        ("      name: {column: B, when: nope}", "there is no column 'nope'"),
        ("      name: {column: B, apply: [{regex: '('}]}", "is no regular expression"),
        ("      name: {column: B, apply: [{replace: x}]}", "replace takes two texts"),
        ("      name: {column: B, apply: [{replace: ['', x]}]}", "needs a text to look for"),
        ("      name: {column: B, apply: [{truncate: x}]}", "truncate takes a number"),
        ("      name: {column: B, apply: [{python: 'nope_x:f'}]}", "cannot be imported"),
        ("      name: {column: B, apply: [{python: 'math:nope'}]}", "is no function"),
        ("      name: {column: B, apply: [prefix]}", "needs an argument"),
        ("      name: {column: B, apply: [nope]}", "no such step"),
        ("      name: {column: B, map: {file: nope.csv, key: a, value: b}}", "cannot be read"),
        ("      name: {column: B, map: {file: nope.csv}}", "takes file:, key: and value:"),
        ("      name: {column: B, map: [a]}", "map takes"),
        ("      name: {column: B, map: {a: x, A: y}, ignore_case: true}", "twice when case"),
        ("      name: {column: B, value: x}", "needs one of column"),
        ("    files: [{column: B}]", "'files' is not there yet"),
        ("    when: nope", "there is no column 'nope'"),
        ("    each: {column: Nope}", "has no column 'Nope'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, line: str, told: str) -> None:
    found: list[Problem] = []
    columns = ("A", "B", "C", "Twice", "Twice")
    compiled(tmp_path, f"{HEAD}{ENTRY}{line}\n", columns, collect=found)
    assert any(told in problem.text() for problem in found), [one.text() for one in found]
    assert all(problem.line and problem.position for problem in found)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "records: [{entity: Prodct, key: x, fields: {x: A}}]", "no entity 'Prodct'"),
        (HEAD + "records: [{entity: Product, key: nope, fields: {name: A}}]", "no field 'nope'"),
        (HEAD + "records: [{entity: Product, key: number, fields: {name: A}}]", "not among"),
        (HEAD + ENTRY.replace("number: A", "number: {column: Q, optional: true}"), "is missing"),
        (HEAD + ENTRY.replace("key: number", "key: words") + "      words: B\n", "several values"),
        (HEAD.replace("path", "where: nope, path") + ENTRY, "there is no column 'nope'"),
    ],
)
def test_what_is_wrong_with_entries(tmp_path: Path, text: str, told: str) -> None:
    assert told in "\n".join(problems(tmp_path, text))


def test_without_a_list_problems_are_raised(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(f"{HEAD}{ENTRY}      nam: B\n")
    mapping = load_mapping(path)
    assert mapping is not None
    info = TableInfo("x.csv", ("A", "B"), "csv", {})
    with pytest.raises(MappingError, match="did you mean 'name'"):
        compile_mapping(mapping, info, Words())  # type: ignore[arg-type]


def test_entries_are_ordered_by_their_references(tmp_path: Path) -> None:
    found = compiled(
        tmp_path,
        HEAD + ENTRY + "      brand: {column: B, ref: Brand.code}\n"
        "  - entity: Brand\n    key: code\n    fields:\n      code: B\n"
        "      parent: {column: C, ref: Brand.code}\n",
    )
    assert found is not None
    assert [plan.order for plan in found.plans] == [1, 0]
    assert found.plans[0].refers_to == {"Brand"}
    assert found.unused_columns == ("With blank",)


def test_rows_are_filtered_by_where_and_when(tmp_path: Path) -> None:
    text = HEAD.replace("path", "where: \"{{ B != 'no' }}\", path") + ENTRY + "    when: C\n"
    rows = (("a", "yes", "1"), ("b", "no", "1"), ("c", "yes", ""))
    done = worked(tmp_path, text, *rows)
    assert [record.key for record in done.records] == [("a",)]
    assert list(done.filtered) == [3, 4]


def test_conditions_that_fail_reject_their_rows(tmp_path: Path) -> None:
    done = worked(tmp_path, f"{HEAD}{ENTRY}    when: B / 2\n", ("a", "x"))
    assert [reject.problem.code for reject in done.rejects] == ["TEMPLATE"]
    text = HEAD.replace("path", "where: B / 2, path") + ENTRY
    done = worked(tmp_path, text, ("a", "x"))
    assert [(r.row, r.problem.code) for r in done.rejects] == [(2, "TEMPLATE")]
    assert not done.filtered


def test_a_rejected_entry_does_not_stop_the_row_s_others(tmp_path: Path) -> None:
    text = (
        HEAD + ENTRY + "      count: B\n"
        "  - entity: Brand\n    key: code\n    fields:\n      code: C\n"
    )
    done = worked(tmp_path, text, ("a", "x", "brand"), ("b", "1", ""))
    assert [(record.entity, record.key) for record in done.records] == [
        ("Product", ("b",)),
        ("Brand", ("brand",)),
    ]
    assert [(r.row, r.entry, r.problem.code, r.key) for r in done.rejects] == [
        (2, 0, "TYPE", "a"),
        (3, 1, "KEY_EMPTY", ""),
    ]
    assert done.rejects[0].problem.column == "B"
    assert done.rejects[0].problem.value == "x"


def test_all_errors_of_a_row_are_told(tmp_path: Path) -> None:
    done = worked(tmp_path, f"{HEAD}{ENTRY}      count: B\n      day: C\n", ("a", "x", "y"))
    assert {reject.problem.column for reject in done.rejects} == {"B", "C"}


def test_each_makes_a_record_of_each_item(tmp_path: Path) -> None:
    text = (
        f"{HEAD}records:\n  - entity: Category\n    key: code\n"
        "    each: {column: B, split: ','}\n"
        "    fields:\n      code: '@item'\n      name: {template: '{{ A }} {{ item }}'}\n"
        "  - entity: Brand\n    key: code\n    each: [x, y]\n    fields: {code: '@item'}\n"
    )
    done = worked(tmp_path, text, ("p", "a, b,a"), ("q", ""))
    assert [(r.entity, r.key, r.values.get("name"), r.rows) for r in done.records] == [
        ("Category", ("a",), "p a", (2,)),
        ("Category", ("b",), "p b", (2,)),
        ("Brand", ("x",), None, (2,)),
        ("Brand", ("y",), None, (2,)),
        ("Brand", ("x",), None, (3,)),
        ("Brand", ("y",), None, (3,)),
    ]


def test_keys_may_be_numbers_truths_and_references(tmp_path: Path) -> None:
    text = (
        f"{HEAD}records:\n  - entity: Product\n    key: [count, active, brand]\n"
        "    fields:\n      count: A\n      active: B\n"
        "      brand: {column: C, ref: Brand.code}\n"
    )
    (record,) = worked(tmp_path, text, ("7", "ja", "x")).records
    assert record.key == ("7", "true", Ref(RefKind.RECORD, "Brand", ("code",), ("x",)))
    assert record.key_text() == "7 / true / x"


def test_faulty_cells_reject_only_where_their_column_is_used(tmp_path: Path) -> None:
    found = compiled(tmp_path, f"{HEAD}{ENTRY}      name: B\n")
    assert found is not None
    faults = {
        0: (Problem("ERROR_CELL", "#N/A", 2, "B"),),
        1: (Problem("ERROR_CELL", "#N/A", 3, "C"),),
    }
    rows = [("a", "#N/A", "", ""), ("b", "x", "#N/A", "")]
    broken = [(4, ("c",), Problem("RAGGED", "too short", 4))]
    done = found.transform(Chunk(rows, [2, 3], "", faults, broken))
    assert {(reject.row, reject.problem.code) for reject in done.rejects} == {
        (2, "ERROR_CELL"),
        (4, "RAGGED"),
    }
    assert [record.key for record in done.records] == [("b",)]


def test_maps_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text("\ufefferp;pim\nrot;red\n", encoding="utf-8")
    line = "      name: {column: B, map: {file: map.csv, key: erp, value: pim}}\n"
    (record,) = worked(tmp_path, HEAD + ENTRY + line, ("a", "rot")).records
    assert record.values["name"] == "red"
    (tmp_path / "map.csv").write_text("erp;pim\nrot;red\nrot;blue\n")
    assert "'rot' stands there twice" in problems(tmp_path, HEAD + ENTRY + line)[0]
    (tmp_path / "map.csv").write_text("erp;other\nrot;red\n")
    assert "has no column 'pim'" in problems(tmp_path, HEAD + ENTRY + line)[0]


def test_hooks_come_from_beside_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "my_hook_module.py").write_text("def twice(text):\n    return text * 2\n")
    line = '      name: {column: B, apply: [{python: "my_hook_module:twice"}]}\n'
    (record,) = worked(tmp_path, HEAD + ENTRY + line, ("a", "x")).records
    assert record.values["name"] == "xx"
    first = compiled(tmp_path, HEAD + ENTRY + line)
    (tmp_path / "my_hook_module.py").write_text("def twice(text):\n    return text * 3\n")
    second = compiled(tmp_path, HEAD + ENTRY + line)
    assert first is not None
    assert second is not None
    assert first.fingerprint != second.fingerprint


def test_the_fingerprint_changes_with_what_could_change_a_record(tmp_path: Path) -> None:
    def of(text: str) -> bytes:
        found = compiled(tmp_path, text)
        assert found is not None
        return found.fingerprint

    base = of(f"{HEAD}{ENTRY}      name: B\n")
    assert of(f"# a comment\n{HEAD}{ENTRY}      name: {{column: B}}\n") == base
    assert of(f"{HEAD.replace('x.csv', 'y.csv')}{ENTRY}      name: B\n") == base
    assert of(f"name: other\n{HEAD}{ENTRY}      name: B\n") == base
    assert of(f"{HEAD}{ENTRY}      name: C\n") != base
    builtin = '      name: {column: B, apply: [{python: "math:sqrt"}]}\n'
    assert of(f"{HEAD}{ENTRY}{builtin}") != base
    assert of(f"{HEAD}{ENTRY}      name: {{template: '{{{{ today }}}}'}}\n") != base


def test_columns_that_change_places_are_looked_at_again(tmp_path: Path) -> None:
    text = f"{HEAD}{ENTRY}      name: B\n"
    one = compiled(tmp_path, text, ("A", "B"))
    other = compiled(tmp_path, text, ("B", "A"))
    german = compiled(tmp_path, text, ("A", "B"), decimal=",")
    assert one is not None
    assert other is not None
    assert german is not None
    assert one.fingerprint == other.fingerprint == german.fingerprint
    assert len({one.row_fingerprint, other.row_fingerprint, german.row_fingerprint}) == 3


def test_equal_content_has_equal_digests_and_other_content_others(tmp_path: Path) -> None:
    text = f"{HEAD}{ENTRY}      name: B\n      count: C\n"
    rows = (("a", "x", "1"), ("a", "x", "1"), ("a", "y", "1"), ("a", "", "1"))
    digests = [record.digest for record in worked(tmp_path, text, *rows).records]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
