"""Texts as the target's types: what is written under a convention reads back, the rest rejects."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from etl.model import Conventions, Kind, Property
from etl.transform.casts import caster, constant, shown
from etl.transform.outcomes import Fail, Warned
from etl.transform.units import unit_splitter

SIGNS = [
    (".", ""),
    (",", ""),
    (".", ","),
    (",", "."),
    (",", " "),
    (".", "'"),
    (",", "\N{NO-BREAK SPACE}"),
    (".", "\N{NARROW NO-BREAK SPACE}"),
]
WORDS = ("true", "yes", "ja", "x", "1")


def cast(kind: Kind, text: str, conventions: Conventions | None = None, **more: Any) -> Any:  # noqa: ANN401
    return caster(Property("p", "p", kind, **more), conventions or Conventions())(text)


def written(value: Decimal, decimal: str, thousands: str) -> str:
    """The number as a table under these conventions has it."""
    text = f"{value:,f}" if thousands else f"{value:f}"
    return text.translate({ord(","): thousands, ord("."): decimal})


DECIMALS = st.decimals(-(10**9), 10**9, allow_nan=False, places=3)


@given(DECIMALS, st.sampled_from(SIGNS), st.sampled_from(["", " ", "\t"]))
def test_a_number_reads_back_under_its_own_signs(
    value: Decimal, signs: tuple[str, str], blank: str
) -> None:
    text = f"{blank}{written(value, *signs)}{blank}"
    assert cast(Kind.NUMBER, text, Conventions(*signs)) == float(value)


OTHERS = [(own, other) for own in SIGNS for other in SIGNS if own[0] != other[0]]


@given(st.integers(10**6, 10**12), st.sampled_from(["", "-"]), st.sampled_from(OTHERS))
def test_a_number_of_the_other_decimal_sign_rejects(
    thousandths: int, sign: str, signs: tuple[tuple[str, str], tuple[str, str]]
) -> None:
    own, other = signs
    text = sign + written(Decimal(thousandths).scaleb(-3), *own)
    made = cast(Kind.NUMBER, text, Conventions(*other))
    assert isinstance(made, Fail)
    assert (made.code, made.value) == ("TYPE", text)


@given(st.integers(-(2**31), 2**31 - 1), st.sampled_from(SIGNS))
def test_a_whole_number_reads_back(value: int, signs: tuple[str, str]) -> None:
    made = cast(Kind.INTEGER, written(Decimal(value), *signs), Conventions(*signs))
    assert made == value
    assert type(made) is int


@given(st.integers(2**31, 10**40) | st.integers(-(10**40), -(2**31) - 1))
def test_beyond_32_bits_nothing_is_whole(value: int) -> None:
    made = cast(Kind.INTEGER, str(value))
    assert isinstance(made, Fail)
    assert made.code == "RANGE"


@given(st.text(max_size=8))
def test_no_text_breaks_a_cast(text: str) -> None:
    for kind in Kind:
        made = cast(kind, text, Conventions(",", ".", ("%d.%m.%Y", "%d.%m.%y %H:%M")))
        assert isinstance(made, (str, int, float, bool, Fail, Warned))


@pytest.mark.parametrize(
    "text", ["nan", "inf", "-", "+", "e5", "1e", "--1", "1,", "½", "²", "1\n2"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    made = cast(Kind.NUMBER, text)
    assert made.code == "TYPE"
    assert made.value == text
    assert "decimal: and thousands:" in made.hint


def test_a_number_keeps_to_its_limits() -> None:
    assert cast(Kind.NUMBER, "1.5", minimum=1.5, maximum=1.5) == 1.5
    assert cast(Kind.NUMBER, "1.4", minimum=1.5).message == "'1.4' is less than 1.5"
    assert cast(Kind.NUMBER, "1.6", maximum=1.5).message == "'1.6' is more than 1.5"
    assert cast(Kind.NUMBER, "1e400").code == "RANGE"
    assert cast(Kind.NUMBER, "x", Conventions(thousands=",")).message.endswith("thousands ',')")


def test_a_number_that_is_cut_is_told() -> None:
    made = cast(Kind.NUMBER, "1.006", decimals=2)
    assert (made.value, made.code) == (1.01, "ROUNDED")
    assert "2 digits after the point: 1.01" in made.message
    assert cast(Kind.NUMBER, "1.01", decimals=2) == 1.01


@given(st.dates(), st.sampled_from(["%d.%m.%Y", "%Y/%m/%d", "%d-%b-%Y"]))
def test_a_day_reads_back_under_iso_and_its_own_format(day: date, form: str) -> None:
    assume(day.year >= 1000)  # strftime does not pad years
    conventions = Conventions(dates=("%H:%M %d %m %Y", form))
    assert cast(Kind.DATE, day.isoformat(), conventions) == day.isoformat()
    assert cast(Kind.DATE, f" {day.strftime(form)} ", conventions) == day.isoformat()
    made = cast(Kind.DATE, day.strftime(form))
    assert isinstance(made, Fail)


@given(st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30)), st.integers(-840, 840))  # noqa: DTZ001
def test_a_moment_reads_back_in_utc(moment: datetime, minutes: int) -> None:
    moment = moment.replace(microsecond=0)
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    utc = zoned.astimezone(UTC).replace(tzinfo=None)
    assert cast(Kind.DATETIME, zoned.isoformat()) == utc.isoformat(" ")
    assert cast(Kind.DATETIME, moment.isoformat(" ")) == moment.isoformat(" ")


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-13-01",
        "0000-01-01",
        "2025-02-29T10:00",
        "2026-1-1",
        "31.02.2026",
        "46000",
    ],
)
def test_a_day_that_does_not_exist_rejects(text: str) -> None:
    for kind in (Kind.DATE, Kind.DATETIME):
        made = cast(kind, text, Conventions(dates=("%d.%m.%Y",)))
        assert made.code == "TYPE"
        assert "YYYY-MM-DD, %d.%m.%Y" in made.hint


def test_what_a_day_or_a_moment_loses_is_told() -> None:
    assert cast(Kind.DATE, "2026-01-31T00:00") == "2026-01-31"
    assert cast(Kind.DATE, "2026-01-31T00:01").value == "2026-01-31"
    made = cast(Kind.DATETIME, "2026-01-31T10:00:00.25Z")
    assert (made.value, made.code) == ("2026-01-31 10:00:00", "ROUNDED")
    assert cast(Kind.DATETIME, "0001-01-01T00:00+01:00").code == "TYPE"


@given(st.sampled_from(WORDS), st.data())
def test_words_of_truth_count_without_case(word: str, data: Any) -> None:  # noqa: ANN401
    ups = data.draw(st.lists(st.booleans(), min_size=len(word), max_size=len(word)))
    mixed = "".join(s.upper() if up else s for s, up in zip(word, ups, strict=True))
    assert cast(Kind.BOOLEAN, f" {mixed} ") is True
    turned = Conventions(true_values=(), false_values=(word,))
    assert cast(Kind.BOOLEAN, mixed, turned) is False


@given(st.text(max_size=5))
def test_only_known_words_are_true_or_false(text: str) -> None:
    known = {*WORDS, "false", "no", "nein", "0"}
    made = cast(Kind.BOOLEAN, text)
    assert isinstance(made, Fail) is (text.strip().casefold() not in known)


def test_true_and_false_always_count() -> None:
    only = Conventions(true_values=("oui",), false_values=("non",))
    assert [cast(Kind.BOOLEAN, word, only) for word in ("TRUE", "false", "Oui", "NON")] == [
        *(True, False, True, False)
    ]
    assert cast(Kind.BOOLEAN, "yes", only).hint == "words that count: true, oui, false, non"


def test_texts_are_measured_and_matched() -> None:
    assert cast(Kind.TEXT, "äö", length=2) == "äö"
    assert cast(Kind.TEXT, "äö", length=3, length_in_bytes=True).message == (
        "has 4 bytes, 3 are stored"
    )
    assert cast(Kind.TEXT, "abc", length=2).message == "has 3 characters, 2 are stored"
    assert cast(Kind.TEXT, "ab1", pattern="^[a-z]+$").code == "PATTERN"
    assert cast(Kind.TEXT, "\udc80").code == "TYPE"
    assert cast(Kind.CHOICE, "anything") == "anything"
    assert cast(Kind.CHOICE, "c", choices=("a", "b")).message == "'c' is none of a, b"


def test_constants_keep_the_type_that_yaml_told() -> None:
    def of(kind: Kind, *, value: Any, **more: Any) -> Any:  # noqa: ANN401
        return constant(Property("p", "p", kind, **more), value)

    assert of(Kind.BOOLEAN, value=False) is False
    assert of(Kind.INTEGER, value=True) is None
    assert of(Kind.INTEGER, value=5) == of(Kind.NUMBER, value=5) == 5
    assert of(Kind.NUMBER, value=2.5) == 2.5
    assert of(Kind.INTEGER, value=2.5) is None
    assert of(Kind.TEXT, value=5) is None
    assert of(Kind.NUMBER, value=2.5, maximum=2).code == "RANGE"


def test_long_values_are_shown_short() -> None:
    assert shown("x" * 60) == repr("x" * 60)
    assert shown("x" * 61) == repr("x" * 60 + "…")


@given(DECIMALS, st.sampled_from(SIGNS), st.sampled_from(["kg", "m²", "% (w/w)", "in", "e", "°C"]))
def test_a_unit_is_split_off(value: Decimal, signs: tuple[str, str], unit: str) -> None:
    number = written(value, *signs)
    split = unit_splitter(Conventions(*signs))
    assert split(f" {number} {unit} ") == (number, unit)
    assert split(f"{number}{unit}") == (number, unit)
    assert split(number) == (number, "")


def test_what_has_no_number_has_no_unit() -> None:
    assert unit_splitter(Conventions())("heavy") == ("heavy", "")
