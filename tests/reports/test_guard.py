from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.reports import guard, unguard

_TEXTS = st.text() | st.text(alphabet="'=+-@\t\r\n ,.019eE%＝x")  # noqa: RUF001 - full width


@given(_TEXTS)
def test_unguard_gives_back_what_guard_was_given(text: str) -> None:
    assert unguard(guard(text)) == text


@given(_TEXTS, st.integers(min_value=1, max_value=4))
def test_guarding_again_and_again_can_be_taken_back(text: str, times: int) -> None:
    guarded = text
    for _ in range(times):
        guarded = guard(guarded)
    for _ in range(times):
        guarded = unguard(guarded)
    assert guarded == text


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("https://example.com")',
        "+1+1",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "＝1+1",  # noqa: RUF001 - full width
        "+49-30-1234567",
        "-5 kg",
        "-A1",
        "'=1",
    ],
)
def test_what_a_spreadsheet_could_run_gets_an_apostrophe(text: str) -> None:
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00042",
        "a=b",
        "-5",
        "+5",
        "-5,5",
        "-.5",
        "-1.234,50",
        "-1 234,50",
        "-1e-7",
        "-19 %",
        "+49 30 1234567",
        "-",
        "---",
        "'",
        "'quoted'",
        "ärgerlich",
        "(=1)",
    ],
)
def test_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert guard(text) == text
    assert unguard(text) == text
