"""Templates and conditions over the columns of a row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.model import Conventions
from etl.transform.expressions import ITEM, Expression, Expressions
from etl.transform.outcomes import Fail

COLUMNS = ("A", "B", "With blank", "Twice", "Twice", ITEM)


def expressions(**conventions: Any) -> Expressions:  # noqa: ANN401
    return Expressions(COLUMNS, "v2", "2.3.5", Conventions(**conventions))


def run(expression: Expression, *row: str) -> Any:  # noqa: ANN401
    full = (*row, *("",) * len(COLUMNS))
    return expression.evaluate([full[place] for place in expression.columns])


def template(text: str, *row: str, **conventions: Any) -> Any:  # noqa: ANN401
    return run(expressions(**conventions).template(text), *row)


def condition(text: str, *row: str, **conventions: Any) -> Any:  # noqa: ANN401
    return run(expressions(**conventions).condition(text), *row)


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_template_has_the_cells_as_they_are(one: str, other: str) -> None:
    made = template('{{ A }}|{{ row["With blank"] }}', one, "", other)
    assert made == "|".join(text if text.strip() else "" for text in (one, other))


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("{{ B }}", (1,)),
        ("{{ B }}{{ A }}", (0, 1)),
        ('{{ row["With blank"] }}', (2,)),
        ("{{ item }}", (5,)),
        ("{{ row | length }}", (0, 1, 2, 3, 4)),
        ("{{ row[A] }}{{ item }}", (0, 1, 2, 3, 4, 5)),
        ("{{ row.A }}", (0, 1, 2, 3, 4)),
        ("{{ target.api }}{{ today }}", ()),
        ("plain", ()),
    ],
)
def test_a_template_reads_only_what_it_names(text: str, columns: tuple[int, ...]) -> None:
    assert expressions().template(text).columns == columns


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ nope }}", "no column 'nope'"),
        ("{{ row | length }}{{ nope }}", "no column 'nope'"),
        ("{{ Twice }}", "'Twice' stands more than once"),
        ("{{ row['Q'] }}", "no column 'Q'"),
        ("{{ range(3) }}", "no column 'range'"),
        ("{{ A", "is no template"),
        ("{{ A | nope }}", "is no template: No filter named 'nope'"),
    ],
)
def test_what_is_wrong_is_told_before_any_row(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        expressions().template(text)


@pytest.mark.parametrize("text", ["A |", "A | nope", "{{ A }} and {{ B }}", "A ==", ""])
def test_a_wrong_condition_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no template"):
        expressions().condition(text)


@pytest.mark.parametrize(
    ("text", "row", "true"),
    [
        ("A", ("x",), True),
        ("{{ A }}", ("False",), True),
        ("{{ A }}", ("",), False),
        ("A", ("  ",), False),
        ("A", (" N/A ",), False),
        ("A != ''", ("N/A",), False),
        ("A == 'x' and B", ("x", "y"), True),
        ("not A", ("x",), False),
        ("target.api == 'v2'", (), True),
        ("target.version == '2.1'", (), False),
        ("A | float > 1", ("1,5",), True),
        ("A | int == 1", ("1,5",), True),
        ("row | length == 5", (), False),  # two columns of one name are one name
    ],
)
def test_conditions(text: str, row: tuple[str, ...], *, true: bool) -> None:
    assert condition(text, *row, empty_values=("N/A",), decimal=",") is true


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("{{ A | float }}", ("1.5",)),
        ("{{ A | int }}", ("",)),
        ("{{ A.__class__.__mro__ }}", ("x",)),
        ("{{ target.nope }}", ()),
        ("{{ 1 / (A | int) }}", ("0",)),
        ("{{ A * 1000001 }}", ("x",)),
        ("{{ 'x' * (A | int) }}", ("1000001",)),
    ],
)
def test_what_fails_in_a_row_is_a_failure_of_the_row(text: str, row: tuple[str, ...]) -> None:
    made = template(text, *row, decimal=",")
    assert isinstance(made, Fail)
    assert made.code == "TEMPLATE"


@given(st.floats(-1e12, 1e12), st.sampled_from([".", ","]))
def test_numbers_are_read_as_the_table_has_them(value: float, decimal: str) -> None:
    text = repr(value).replace(".", decimal)
    assert template("{{ A | float }}", text, decimal=decimal) == str(value)
    assert template("{{ A | float | float }}", text, decimal=decimal) == str(value)
    assert template("{{ A | int }}", text, decimal=decimal) == str(int(value))


def test_today_is_a_day_and_is_noticed() -> None:
    found = expressions()
    found.template("{{ A }}")
    assert not found.uses_today
    made = run(found.template("{{ today }}\n"))
    assert found.uses_today
    assert made == f"{found.today}\n"
    now = datetime.now(UTC).astimezone().date()
    assert abs((now - datetime.fromisoformat(found.today).date()).days) <= 1


def test_names_of_ours_win_over_columns() -> None:
    found = Expressions(("item", "today", ITEM), "v1", "", Conventions())
    expression = found.template("{{ row['item'] }}/{{ item }}/{{ target.api }}")
    cells = {0: "cell", 1: "", 2: "one"}
    assert expression.evaluate([cells[place] for place in expression.columns]) == "cell/one/v1"
