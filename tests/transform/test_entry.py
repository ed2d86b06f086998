"""Rows at work: empties, keys, items, digests, and what is remembered between chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.model import Chunk, LinkMode, Ref, Severity
from etl.transform.outcomes import KEEP, Fail, Warned
from etl.transform.pipe import Pipe, Troubles
from tests.transform.table import ENTRY, HEAD, compiled, value, worked

if TYPE_CHECKING:
    from pathlib import Path

N_A = ("N/A", "-")


@pytest.mark.parametrize(
    ("name", "spec", "cells", "made"),
    [
        ("name", "{column: B, apply: lower}", ("N/A",), {}),
        ("name", "{column: B, apply: lower, clear_marker: x}", ("N/A",), {}),
        ("name", "{column: B, apply: [{prefix: x}]}", ("-",), {}),
        ("name", "{column: B, apply: [{replace: [a, '-']}]}", ("a",), {}),
        ("name", "{columns: [B, C], join: '+'}", ("a", " N/A "), {"name": "a"}),
        ("name", "{template: '{{ B }}{{ C }}'}", ("a", "N/A"), {"name": "a"}),
        ("name", "{column: C, when: B}", ("-", "c"), {}),
        ("words", "{column: B, split: ','}", ("a,-,b",), {"words": ("a", "b")}),
        ("weight", "{column: B, unit: {column: C}}", ("1", "-"), {"weight": 1.0}),
        ("brand", "{column: B, ref: Brand.code}", ("N/A",), {}),
        ("count", "{column: B, default: 3}", ("N/A",), {"count": 3}),
        ("name", "{column: B, required: true, default: d}", ("",), {"name": "d"}),
        ("name", "{column: B, on_empty: clear, default: d}", ("",), {"name": "d"}),
        ("words", "{column: B, default: d}", ("-",), {"words": ("d",)}),
        ("words", "{column: B, default: 5}", ("-",), {"words": ("5",)}),
        (
            "brand",
            "{columns: [B, C], ref: 'Brand.[code, name]', apply: [{regex: x}]}",
            ("x", "y"),
            "REGEX_NO_MATCH",
        ),
        ("name", "{value: 1.5}", (), {"name": "1.5"}),
        ("ratio", "{value: 1.5}", (), {"ratio": 1.5}),
        ("ratio", "{value: '1,5'}", (), {"ratio": 1.5}),
        ("active", "{value: 1}", (), {"active": True}),
        ("words", "{column: B, apply: [{regex: x}]}", ("x|y",), "REGEX_NO_MATCH"),
    ],
)
def test_what_means_empty_is_empty_everywhere(
    tmp_path: Path, name: str, spec: str, cells: tuple[str, ...], made: object
) -> None:
    assert value(tmp_path, spec, *cells, name=name, empty_values=N_A, decimal=",") == made


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60
)
@given(
    st.sampled_from(["name", "count", "ratio", "active", "day", "state", "ean"]),
    st.sampled_from(["", "apply: strip", "apply: digits", "required: true", "default: 5"]),
    st.text("a1-. N/A", max_size=5) | st.sampled_from(["N/A", "2026-01-31", "draft", "12345678"]),
)
def test_the_quick_way_and_the_long_way_make_the_same(
    tmp_path: Path, name: str, more: str, cell: str
) -> None:
    ends = [f"{{column: B{', ' * bool(more)}{more}{marker}}}" for marker in ("", LONG_WAY)]
    quick, long = (value(tmp_path, end, cell, name=name, empty_values=N_A) for end in ends)
    assert quick == long


@pytest.mark.parametrize("mode", list(LinkMode))
def test_links_and_options_have_the_mode_they_are_told(tmp_path: Path, mode: LinkMode) -> None:
    for name, more in (("categories", ", ref: Category.code"), ("materials", "")):
        spec = f"{{column: B, mode: {mode}{more}}}"
        found = value(tmp_path, spec, "b|a|b", name=name)
        (links,) = found.values()
        assert links.mode is mode
        assert [ref.key for ref in links.refs] == [("b",), ("a",)]


def test_rows_of_one_unit_share_it(tmp_path: Path) -> None:
    text = f"{HEAD}{ENTRY}    attributes:\n      weight: {{column: B, unit: g}}\n"
    rows = (("a", "1"), ("b", "2 g"), ("c", "3 kg"), ("d", ""))
    records = worked(tmp_path, text, *rows).records
    units = [record.values.get("weightUnitId") for record in records]
    assert [unit.key if isinstance(unit, Ref) else unit for unit in units] == [
        *(("g",), ("g",), ("kg",), None)
    ]


def test_a_chunk_that_is_left_out_makes_nothing(tmp_path: Path) -> None:
    done = worked(tmp_path, f"{HEAD}{ENTRY}    when: B\n", ("a", ""), ("b", ""))
    assert (list(done.records), list(done.rejects), list(done.filtered)) == ([], [], [2, 3])


LONG_WAY = ", clear_marker: no such cell"


def test_empty_items_make_no_records(tmp_path: Path) -> None:
    text = (
        f"{HEAD}records:\n  - entity: Brand\n    key: code\n    each: {{column: B, split: ','}}\n"
        "    when: item != 'c'\n    fields: {code: '@item'}\n"
    )
    done = worked(tmp_path, text, ("p", "a, -,b,c"), ("q", "N/A"), empty_values=N_A)
    assert [record.key for record in done.records] == [("a",), ("b",)]
    assert list(done.filtered) == [3]


def test_a_blank_cell_makes_no_record_where_when_asks_for_it(tmp_path: Path) -> None:
    text = HEAD + ENTRY + '    when: "{{ A }}"\n'
    done = worked(tmp_path, text, ("  ",), ("N/A",), ("x",), empty_values=N_A)
    assert [record.key for record in done.records] == [("x",)]
    assert (list(done.filtered), list(done.rejects)) == ([2, 3], [])


def test_the_part_of_the_key_that_is_empty_is_told(tmp_path: Path) -> None:
    text = (
        f"{HEAD}records:\n  - entity: Product\n    key: [name, number]\n"
        "    fields: {name: A, number: B, ratio: C}\n"
    )
    (reject,) = worked(tmp_path, text, ("a", "", "")).rejects
    assert (reject.problem.code, reject.problem.column) == ("KEY_EMPTY", "B")
    assert reject.problem.message == "the key of Product is empty (number)"


def test_a_key_may_be_a_number_or_false(tmp_path: Path) -> None:
    text = (
        f"{HEAD}records:\n  - entity: Product\n    key: [ratio, active]\n"
        "    fields: {ratio: A, active: B}\n"
    )
    (record,) = worked(tmp_path, text, ("1.5", "no")).records
    assert record.key == ("1.5", "false")


def test_warnings_go_with_the_record(tmp_path: Path) -> None:
    text = f"{HEAD}{ENTRY}      ratio: B\n      count: C\n"
    done = worked(tmp_path, text, ("a", "1.239", "1"), ("b", "1.239", "x"), ("c", "1", "1"))
    assert [(w.row, w.key, w.problem.code) for w in done.warnings] == [(2, "a", "ROUNDED")]
    assert done.warnings[0].problem.severity is Severity.WARNING
    assert [(r.row, r.problem.code) for r in done.rejects] == [(3, "TYPE")]
    assert [record.values["ratio"] for record in done.records] == [1.24, 1.0]


CELLS = st.text("ab1 ", max_size=3)
ROWS = st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40
)
@given(ROWS)
def test_digests_are_equal_exactly_if_the_payloads_are(
    tmp_path: Path, rows: list[tuple[str, str]]
) -> None:
    text = (
        f"{HEAD}{ENTRY}      name: {{column: B, apply: strip}}\n"
        "      words: {column: C, split: ' '}\n"
        "      brand: {column: C, ref: Brand.code, apply: strip}\n"
        "    attributes:\n      materials: {column: B, split: a}\n"
    )
    records = worked(tmp_path, text, *(("k", *row) for row in rows)).records
    assert len(records) == len(rows)
    for one in records:
        for other in records:
            assert (one.digest == other.digest) is (one.values == other.values)


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30
)
@given(ROWS, st.integers(1, 5))
def test_chunks_of_any_size_make_the_same_records(
    tmp_path: Path, rows: list[tuple[str, str]], size: int
) -> None:
    text = f"{HEAD}{ENTRY}      name: B\n      count: C\n    when: B != 'b'\n"
    full = [(f"k{i % 3}", *row, "") for i, row in enumerate(rows)]
    whole, parts = compiled(tmp_path, text), compiled(tmp_path, text)
    assert whole is not None
    assert parts is not None
    at_once = whole.transform(Chunk(full, range(2, len(full) + 2)))
    pieces = [
        parts.transform(Chunk(full[i : i + size], range(i + 2, i + 2 + len(full[i : i + size]))))
        for i in range(0, len(full), size)
    ]
    for name in ("records", "rejects", "filtered", "warnings"):
        joined = [one for piece in pieces for one in getattr(piece, name)]
        assert joined == list(getattr(at_once, name))
    seen = [r.rows[0] for r in at_once.records] + [r.row for r in at_once.rejects]
    assert sorted({*seen, *at_once.filtered}) == list(range(2, len(full) + 2))


def ran(pipe: Pipe, *cells: str) -> tuple[list[Any], Troubles]:
    troubles = Troubles()
    (column,) = pipe.run([cells], len(cells), range(len(cells)), troubles)
    return list(column.values), troubles


def test_a_pipe_computes_a_cell_once_and_forgets_when_it_knows_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("etl.transform.pipe._REMEMBERED", 2)
    asked: list[str] = []

    def compute(cells: tuple[str, ...]) -> str:
        asked.append(cells[0])
        return cells[0].upper()

    pipe = Pipe((0,), ("name",), "N", compute)
    for cells in ("aaaaaa", "bbbb", "cccc", "aaaa", "aaaa"):
        assert ran(pipe, *cells)[0] == list(cells.upper())
    assert asked == ["a", "b", "c", "a"]
    assert ran(pipe, "x", "y")[0] == ["X", "Y"]


def test_a_pipe_puts_problems_aside() -> None:
    results = {"f": Fail("TYPE", "no", "f", "hint"), "w": Warned(1, "ROUNDED", "cut"), "k": KEEP}
    pipe = Pipe((0,), ("n",), "N", lambda cells: results[cells[0]])
    values, troubles = ran(pipe, "f", "w", "k")
    assert values == [KEEP, 1, KEEP]
    (error,), (warning,) = troubles.errors[0], troubles.warnings[1]
    assert (error.code, error.column, error.value, error.hint) == ("TYPE", "N", "f", "hint")
    assert (warning.code, warning.row) == ("ROUNDED", 1)
