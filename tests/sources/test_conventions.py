"""Decimal and thousands signs and dates: found only where whole columns agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.mapping.source_spec import SourceSpec
from etl.model import Conventions
from etl.sources.conventions import Finds, conventions, find_conventions
from tests.sources import build

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("cells", "decimal", "thousands"),
    [
        (["12,5", "7"], ",", ""),
        (["12.5", "7"], ".", ""),
        (["1.234,56", "7,5"], ",", "."),
        (["1,234.56", "7.5"], ".", ","),
        (["1.234.567"], ",", "."),
        (["1'234.50"], ".", "'"),
        (["1\u00a0234,5", "2"], ",", "\u00a0"),
        (["0,875", "0,5"], ",", ""),
        (["1,2345"], ",", ""),
        (["-3,5", "+2"], ",", ""),
    ],
)
def test_numbers(cells: list[str], decimal: str, thousands: str) -> None:
    finds = find_conventions([[cell] for cell in cells])
    assert (finds.decimal, finds.thousands, finds.notes) == (decimal, thousands, ())


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [(["45,5 kg", "850 g"], ","), (["2.25m", "3m²"], "."), (["1,5 l bottle"], ""), (["A4"], "")],
)
def test_numbers_with_units_count(cells: list[str], decimal: str) -> None:
    assert find_conventions([[cell] for cell in cells]).decimal == decimal


@pytest.mark.parametrize(
    "cells",
    [
        [],
        ["", " "],
        ["7", "00042"],
        ["12,5", "n/a", "none"],
        ["1.2.3"],
        ["1.234.5"],
        ["12,5", "12.5"],
        ["1.234,567.8"],
    ],
)
def test_nothing_is_found_where_a_column_does_not_agree(cells: list[str]) -> None:
    assert find_conventions([[cell] for cell in cells]) == Finds()


def test_a_lone_sign_before_three_digits_is_noted() -> None:
    finds = find_conventions([["1,234"], ["5,678"]])
    assert (finds.decimal, finds.thousands) == ("", "")
    assert "1,234" in finds.notes[0]
    assert find_conventions([["1,234", "7,5"]]).decimal == ","


def test_columns_that_contradict_are_noted() -> None:
    finds = find_conventions([["1,5", "2.5"]])
    assert (finds.decimal, finds.thousands) == ("", "")
    assert "differ between columns" in finds.notes[0]


@pytest.mark.parametrize(
    ("cells", "dates"),
    [
        (["31.12.2024", "1.2.2024"], ("%d.%m.%Y",)),
        (["01.02.2024"], ("%d.%m.%Y",)),
        (["31/12/2024", "01/02/2024"], ("%d/%m/%Y",)),
        (["12/31/2024", "01/02/2024"], ("%m/%d/%Y",)),
        (["12/31/24"], ("%m/%d/%y",)),
        (["31-12-2024"], ("%d-%m-%Y",)),
        (["2024/12/31"], ("%Y/%m/%d",)),
        (["31.12.2024 10:11", "1.1.2024 1:02:03"], ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M")),
        (["2024-12-31", "2024-01-01T10:00:00"], ()),
        (["31.12.2024", "soon", "later"], ()),
        (["31.12.2024", "soon"], ("%d.%m.%Y",)),
        (["99.99.2024"], ()),
        (["20241231"], ()),
    ],
)
def test_dates(cells: list[str], dates: tuple[str, ...]) -> None:
    finds = find_conventions([[cell] for cell in cells])
    assert (set(finds.dates), finds.notes) == (set(dates), ())


def test_dates_in_doubt_are_noted() -> None:
    assert "day first or month first" in find_conventions([["01/02/2024"]]).notes[0]
    finds = find_conventions([["31/12/2024", "12/31/2024"]])
    assert finds.dates == ()
    assert "another" in finds.notes[0]


def test_what_is_pinned_stays() -> None:
    finds = Finds(decimal=",", thousands=".", dates=("%d.%m.%Y",))
    assert conventions(SourceSpec(path="x"), finds) == Conventions(",", ".", ("%d.%m.%Y",))
    spec = SourceSpec(
        path="x",
        decimal=".",
        dates=("%Y",),
        true_values=("ja",),
        false_values=("nein",),
        empty_values=("-",),
        separator="/",
    )
    assert conventions(spec, finds) == Conventions(
        ".", "", ("%Y",), ("ja",), ("nein",), ("-",), "/"
    )
    assert conventions(SourceSpec(path="x", thousands="."), Finds()).decimal == ","
    assert conventions(SourceSpec(path="x", thousands=""), finds).thousands == ""


def test_finds_are_told_as_settings(tmp_path: Path) -> None:
    content = "price;day\n1.234,50;31.12.2024\n"
    settings = build.text(tmp_path / "a.csv", content, delimiter=";").info.settings
    found = (settings["decimal"], settings["thousands"], settings["dates"])
    assert found == (",", ".", ("%d.%m.%Y",))
    assert settings["pinned"] == ("delimiter",)
