"""Texts made of a header's groups."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.mapping import GroupText

NAMES = ("a", "b", "c")
SOME = st.dictionaries(
    st.sampled_from(NAMES), st.one_of(st.none(), st.text("xyz", max_size=2)), max_size=3
)


@pytest.mark.parametrize(
    ("text", "groups", "made"),
    [
        ("{code}_{channel}", {"code": "a", "channel": "web"}, "a_web"),
        ("{code}_{channel}", {"code": "a", "channel": None}, "a"),
        ("{code}_{channel}", {"code": "a", "channel": ""}, "a"),
        ("{code}_{channel}", {"code": "a"}, "a"),
        ("{channel}_{code}", {"code": "a"}, "a"),
        ("{a}-{b}_{c}", {"a": "1", "c": "3"}, "1_3"),
        ("{a}-{b}_{c}", {"c": "3"}, "3"),
        ("{a}-{b}_{c}", {"b": "2"}, "2"),
        ("{code}-unit", {"code": "a"}, "a-unit"),
        ("x_{code}", {"code": "a"}, "x_a"),
        ("x_{a}-{b}", {"b": "2"}, "x_2"),
        ("plain", {}, "plain"),
        ("", {}, ""),
    ],
)
def test_an_absent_group_leaves_no_separator(
    text: str, groups: dict[str, str | None], made: str
) -> None:
    assert GroupText.parse(text).fill(groups) == made


@given(SOME)
def test_it_is_what_is_there_joined(groups: dict[str, str | None]) -> None:
    made = GroupText.parse("{a}|{b}|{c}").fill(groups)
    assert made == "|".join(filter(None, (groups.get(name) for name in NAMES)))
    assert GroupText.parse("{a}|{b}|{c}").names == NAMES


@pytest.mark.parametrize("text", ["{", "}", "{}", "{a b}", "{{a}}", "{a!r}", "{a:>5}"])
def test_braces_are_for_groups(text: str) -> None:
    with pytest.raises(ValueError, match="braces stand around the name of a group only"):
        GroupText.parse(text)
