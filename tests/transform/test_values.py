"""One value's way: column, split, apply, map, empty, type, reference, option, unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model import Conventions, Kind, LinkMode, LinkRefs, Property, Ref, RefKind
from etl.transform.casts import caster
from etl.transform.outcomes import Fail
from etl.transform.steps import html_to_text, slug
from tests.transform.table import value

if TYPE_CHECKING:
    from pathlib import Path


def record(entity: str, *key: str, by: tuple[str, ...] = ("code",)) -> Ref:
    return Ref(RefKind.RECORD, entity, by, key)


@pytest.mark.parametrize(
    ("spec", "cells", "made"),
    [
        ("B", (" x ",), {"name": " x "}),
        ("{column: B, apply: [strip, squeeze]}", ("  a   b ",), {"name": "a b"}),
        ("{column: B, apply: strip}", (" a ",), {"name": "a"}),
        ("{column: B, apply: [lower, title]}", ("aB c",), {"name": "Ab C"}),
        ("{column: B, apply: [upper]}", ("aß",), {"name": "ASS"}),
        ("{column: B, apply: [digits]}", ("a1-2",), {"name": "12"}),
        ("{column: B, apply: [nfc]}", ("u\u0308",), {"name": "ü"}),
        ("{column: B, apply: [html_to_text]}", ("<p>a&amp;b</p>",), {"name": "a&b"}),
        ("{column: B, apply: [{replace: [a, b]}]}", ("aa",), {"name": "bb"}),
        (r'{column: B, apply: [{regex: "(\\d+)"}]}', ("x12y",), {"name": "12"}),
        (r'{column: B, apply: [{regex: "\\d+"}]}', ("x",), "REGEX_NO_MATCH"),
        ("{column: B, apply: [{truncate: 2}]}", ("abc",), {"name": "ab"}),
        ("{column: B, apply: [{prefix: x}, {suffix: y}]}", ("a",), {"name": "xay"}),
        ("{column: B, apply: [{prefix: x}]}", ("",), {}),
        ('{column: B, apply: [{python: "os.path:basename"}]}', ("a/b",), {"name": "b"}),
        ('{column: B, apply: [{python: "math:sqrt"}]}', ("x",), "HOOK"),
        ("{columns: [B, C], join: '-'}", ("a", "b"), {"name": "a-b"}),
        ("{columns: [B, C], join: '-'}", ("a", " "), {"name": "a"}),
        ("{value: fixed}", (), {"name": "fixed"}),
        ("{value: 5}", (), {"name": "5"}),
        ("{value: true}", (), {"name": "true"}),
        ("{value: null}", (), "REQUIRED"),
        ("{template: '{{ B }}/{{ row[\"With blank\"] }}'}", ("a", "", "c"), {"name": "a/c"}),
        ("{template: '{{ row[B] }}'}", ("C", "x", "y"), {"name": "x"}),
        ("{template: '{{ target.api }}{{ row | length }}'}", (), {"name": "v14"}),
        ("{template: '{{ B | float * 2 }}'}", ("1.5",), {"name": "3.0"}),
        ("{template: '{{ B | int }}'}", ("x",), "TEMPLATE"),
        ("{column: Nope, optional: true, default: d}", (), {"name": "d"}),
        ("{value: 00101}", (), {"name": "00101"}),
        ("{template: '{{ B + 1 }}'}", ("a",), "TEMPLATE"),
        ("{template: '{{ \"x\" * 2000000 }}'}", (), "TEMPLATE"),
        ("{column: B, map: {a: b}}", ("a",), {"name": "b"}),
        ("{column: B, map: {a: b}}", ("x",), "MAP_UNKNOWN"),
        ("{column: B, map: {a: b, else: keep}}", ("x",), {"name": "x"}),
        ("{column: B, map: {a: b, else: clear}}", ("x",), {}),
        ("{column: B, map: {a: null}}", ("a",), {}),
        ("{column: B, map: {A: b}, ignore_case: true}", ("a",), {"name": "b"}),
        ("{column: B, required: true}", (" ",), "REQUIRED"),
        ("{column: B, default: d}", ("",), {"name": "d"}),
        ("{column: B, on_empty: reject}", ("",), "REQUIRED"),
        ("{column: B, on_empty: clear}", ("",), "REQUIRED"),
        ("{column: B, when: \"{{ C == 'y' }}\"}", ("a", "y"), {"name": "a"}),
        ("{column: B, when: C}", ("a", ""), {}),
        ("{column: B, when: 'C / 2'}", ("a", ""), "TEMPLATE"),
        ("[{column: B, when: B}, {column: C}]", ("", "c"), {"name": "c"}),
        ("[{column: B}, {column: C, locale: de_DE}]", ("b", "c"), {"name": "b", "nameDeDe": "c"}),
        ("{column: Nope, optional: true}", (), {}),
        ("{columns: [B, Nope], optional: true}", ("b",), {"name": "b"}),
    ],
)
def test_texts(tmp_path: Path, spec: str, cells: tuple[str, ...], made: object) -> None:
    assert value(tmp_path, spec, *cells) == made


@pytest.mark.parametrize(
    ("name", "spec", "cell", "made"),
    [
        ("count", "B", "5", {"count": 5}),
        ("count", "B", "5.0", {"count": 5}),
        ("count", "B", "5.5", "TYPE"),
        ("count", "B", "x", "TYPE"),
        ("count", "B", "-1", "RANGE"),
        ("count", "B", "101", "RANGE"),
        ("count", "B", "99999999999", "RANGE"),
        ("count", "B", "1e999", "RANGE"),
        ("count", "B", "9" * 5000, "RANGE"),
        ("ratio", "{column: B, map: {x: 1.5}}", "x", {"ratio": 1.5}),
        ("moment", "B", "0001-01-01T00:00:00+10:00", "TYPE"),
        ("moment", "B", "2026-02-28 10:11:12.5", {"moment": "2026-02-28 10:11:12"}),
        ("count", "{value: 7}", "", {"count": 7}),
        ("count", "{value: 700}", "", "RANGE"),
        ("count", "{column: B, on_empty: clear}", "", {"count": None}),
        ("count", "{column: B, clear_marker: '-'}", "-", {"count": None}),
        ("count", "{column: B, default: 3}", "", {"count": 3}),
        ("ratio", "{value: 1.5}", "", {"ratio": 1.5}),
        ("ratio", "B", "1.25", {"ratio": 1.25}),
        ("ratio", "B", "1e400", "RANGE"),
        ("ratio", "{column: B, type: text}", "1.5x", {"ratio": "1.5x"}),
        ("active", "B", "Ja", {"active": True}),
        ("active", "B", "no", {"active": False}),
        ("active", "B", "maybe", "TYPE"),
        ("active", "{value: true}", "", {"active": True}),
        ("day", "B", "2026-02-28", {"day": "2026-02-28"}),
        ("day", "B", "2026-02-30", "TYPE"),
        ("day", "B", "28.02.2026", {"day": "2026-02-28"}),
        ("day", "B", "soon", "TYPE"),
        ("day", "B", "2026-02-28T10:00:00", {"day": "2026-02-28"}),
        ("moment", "B", "2026-02-28 10:11:12", {"moment": "2026-02-28 10:11:12"}),
        ("moment", "B", "2026-02-28T10:11:12+02:00", {"moment": "2026-02-28 08:11:12"}),
        ("moment", "B", "2026-02-28", {"moment": "2026-02-28 00:00:00"}),
        ("moment", "B", "x", "TYPE"),
        ("state", "B", "draft", {"state": "draft"}),
        ("state", "B", "Draft", "OPTION_UNKNOWN"),
        ("tags", "B", "a|b|a", {"tags": ("a", "b")}),
        ("tags", "B", "a|x", "OPTION_UNKNOWN"),
        ("words", "{column: B, split: ','}", "x, y,", {"words": ("x", "y")}),
        ("words", "{value: one}", "", {"words": ("one",)}),
        ("ean", "B", "12345678", {"ean": "12345678"}),
        ("ean", "B", "1234", "PATTERN"),
        ("code", "B", "äöü", "LENGTH"),
        ("code", "B", "äö", {"code": "äö"}),
        ("code", "B", "a\0", "TYPE"),
        ("name", "{column: B, split: ','}", "a,b", "TYPE"),
        ("name", "{column: B, split: ','}", "a,", {"name": "a"}),
    ],
)  # fmt: skip
def test_types(tmp_path: Path, name: str, spec: str, cell: str, made: object) -> None:
    assert value(tmp_path, spec, cell, name=name, dates=("%d.%m.%Y",)) == made


OPTION = Ref(RefKind.OPTION, "AttributeOption", ("code",), ("red",), "colours")
STEEL = Ref(RefKind.OPTION, "AttributeOption", ("name",), ("steel",), "materials")
KG = Ref(RefKind.UNIT, "Unit", ("code",), ("kg",), "w")
EUR = Ref(RefKind.UNIT, "Unit", ("id",), ("eur",), "currency")
USD = Ref(RefKind.UNIT, "Unit", ("code",), ("USD",), "currency")


@pytest.mark.parametrize(
    ("name", "spec", "cells", "made"),
    [
        ("brand", "{column: B, ref: Brand.code}", ("x",), {"brandId": record("Brand", "x")}),
        ("brand", "{column: B, ref: Brand.code, on_empty: clear}", ("",), {"brandId": None}),
        (
            "brand",
            '{columns: [B, C], ref: "Brand.[code, name]"}',
            ("x", "y"),
            {"brandId": record("Brand", "x", "y", by=("code", "name"))},
        ),
        ("brand", '{columns: [B, C], ref: "Brand.[code, name]"}', ("x", ""), "REQUIRED"),
        ("brand", '{columns: [B, C], ref: "Brand.[code, name]"}', ("", ""), {}),
        (
            "categories",
            '{columns: [B, C], ref: "Category.[code, name]"}',
            ("x", "y"),
            {
                "categoriesIds": LinkRefs(
                    (record("Category", "x", "y", by=("code", "name")),), LinkMode.ADD
                )
            },
        ),
        (
            "categories",
            "{column: B, ref: Category.code}",
            ("a|b",),
            {
                "categoriesIds": LinkRefs(
                    (record("Category", "a"), record("Category", "b")), LinkMode.ADD
                )
            },
        ),
        (
            "categories",
            "{column: B, ref: Category.code, mode: set, on_empty: clear}",
            ("",),
            {"categoriesIds": LinkRefs((), LinkMode.SET)},
        ),
        ("colour", "{column: B, options: code}", ("red",), {"colour": OPTION}),
        (
            "materials",
            "{column: B, options: name}",
            ("steel",),
            {"materials": LinkRefs((STEEL,), LinkMode.SET)},
        ),
        ("weight", "B", ("45,5 kg",), {"weight": 45.5, "weightUnitId": KG}),
        ("weight", "B", ("45,5",), {"weight": 45.5}),
        ("weight", "{column: B, unit: kg}", ("1",), {"weight": 1.0, "weightUnitId": KG}),
        ("weight", "{column: B, unit: lb}", ("1kg",), {"weight": 1.0, "weightUnitId": KG}),
        (
            "weight",
            "{column: B, unit: {column: C}}",
            ("1", " kg "),
            {"weight": 1.0, "weightUnitId": KG},
        ),
        ("weight", "{column: B, unit: {column: C}}", ("", "kg"), {}),
        ("weight", "{column: B, on_empty: clear}", ("",), {"weight": None, "weightUnitId": None}),
        ("weight", "B", ("heavy",), "TYPE"),
        ("price", "B", ("1",), {"price": 1.0, "priceUnitId": EUR}),
        ("price", "B", ("1 USD",), {"price": 1.0, "priceUnitId": USD}),
        ("price", "[{column: B, when: B}, {column: C}]", ("", ""), {}),
        ("price", "{column: B, when: C}", ("1", ""), {}),
    ],
)
def test_references_options_and_units(
    tmp_path: Path, name: str, spec: str, cells: tuple[str, ...], made: object
) -> None:
    assert value(tmp_path, spec, *cells, name=name, decimal=",") == made


@pytest.mark.parametrize(("name", "spec"), [("ratio", "B"), ("price", "B")])
def test_a_value_that_the_server_rounds_is_told(tmp_path: Path, name: str, spec: str) -> None:
    from tests.transform.table import ENTRY, HEAD, worked

    done = worked(tmp_path, f"{HEAD}{ENTRY}      {name}: {spec}\n", ("k", "1.239"))
    if name == "ratio":
        assert done.records[0].values["ratio"] == 1.24
        assert [warning.problem.code for warning in done.warnings] == ["ROUNDED"]
    else:
        assert not done.warnings


def number(decimal: str, thousands: str = "") -> Any:  # noqa: ANN401
    conventions = Conventions(decimal=decimal, thousands=thousands)
    return caster(Property("n", "n", Kind.NUMBER), conventions)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([".", ","]))
def test_every_number_reads_back(value: float, decimal: str) -> None:
    assert number(decimal)(repr(value).replace(".", decimal)) == value


@given(st.integers(1000, 10**12), st.integers(0, 99))
def test_grouped_numbers_read_under_their_own_signs_only(whole: int, cents: int) -> None:
    text = f"{whole:,}".replace(",", ".") + f",{cents:02}"
    assert number(",", ".")(text) == whole + round(cents / 100, 2) or (
        abs(number(",", ".")(text) - (whole + cents / 100)) < 0.001
    )
    assert isinstance(number(".", ",")(text), Fail)
    assert isinstance(number(",")(text), Fail)


@pytest.mark.parametrize(
    "text", ["12.34", "1.2345", "1..234", "", "1 234", "0x10", "1_000", "\u0661", "1.234e3"]
)
def test_nothing_is_guessed_into_a_number(text: str) -> None:
    assert isinstance(number(",", ".")(text), Fail)


@given(st.text())
def test_a_slug_is_a_key(text: str) -> None:
    made = slug(text)
    assert slug(made) == made
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert not made.endswith("-")
    assert "--" not in made


def test_slugs_never_change() -> None:
    assert slug("  Größe & Maß (Ünïcode)!") == "grosse-mass-unicode"
    assert slug("STRASSE ẞ") == "strasse-ss"


def test_html_is_read_as_a_person_sees_it() -> None:
    page = "<h1>Title</h1><script>x()</script><p>a <b>bold</b><br>line</p><style>p{}</style>"
    assert html_to_text(page) == "Title\na bold\nline"
    assert html_to_text("a &lt; b") == "a < b"
