"""YAML whose every key and value knows where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.mapping.marked import Marked, read_marked

if TYPE_CHECKING:
    from etl.model import Problem

WORDS = st.text("abcdefgh", min_size=1, max_size=6)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), WORDS, st.floats(0, 1e6).map(float)
)
CONTENTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4),
        st.dictionaries(WORDS, inner, min_size=1, max_size=4),
    ),
    max_leaves=15,
)


def flow(content: Any) -> str:  # noqa: ANN401
    """The content in YAML's flow style, one item a line."""
    if isinstance(content, dict):
        return "{\n" + ",\n".join(f'"{k}": {flow(v)}' for k, v in content.items()) + "\n}"
    if isinstance(content, list):
        return "[\n" + ",\n".join(flow(item) for item in content) + "\n]"
    if isinstance(content, str):
        return f'"{content}"'
    return (
        {None: "null", True: "true", False: "false"}[content]
        if (content is None or isinstance(content, bool))
        else str(content)
    )


def read(text: str) -> Marked:
    problems: list[Problem] = []
    found = read_marked(text, "m.yaml", problems)
    assert not problems
    assert found is not None
    return found


def paths(content: Any, at: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:  # noqa: ANN401
    """Every path of the content with what stands there."""
    below: list[tuple[tuple[str | int, ...], Any]] = [(at, content)]
    items = dict(enumerate(content)) if isinstance(content, list) else content
    for part, inner in items.items() if isinstance(items, dict) else ():
        below += paths(inner, (*at, part))
    return below


@given(CONTENTS)
def test_what_is_written_reads_back_and_every_mark_points_at_it(content: Any) -> None:  # noqa: ANN401
    text = flow(content)
    lines = text.split("\n")
    found = read(text)
    assert found.content == content
    assert set(found.values) == {path for path, _ in paths(content)}
    for path, inner in paths(content):
        line, column = found.mark(path)
        assert lines[line - 1][column - 1 :].startswith(flow(inner).split("\n")[0])
        if path and isinstance(path[-1], str):
            line, column = found.mark(path, key=True)
            assert lines[line - 1][column - 1 :].startswith(f'"{path[-1]}"')


@given(st.lists(CONTENTS, min_size=1, max_size=5), st.data())
def test_forgetting_an_item_leaves_the_marks_of_the_rest(items: list[Any], data: Any) -> None:  # noqa: ANN401
    gone = data.draw(st.integers(0, len(items) - 1))
    before, after = read(flow({"a": items, "b": 1})), read(flow({"a": items, "b": 1}))
    after.forget(("a", gone))
    left = {"a": [*items[:gone], *items[gone + 1 :]], "b": 1}
    assert set(after.values) == {path for path, _ in paths(left)}
    assert set(after.keys) == {
        path for path, _ in paths(left) if path and isinstance(path[-1], str)
    }
    for i in range(len(items) - 1):
        was = i if i < gone else i + 1
        assert after.mark(("a", i)) == before.mark(("a", was))


def test_forgetting_a_key_leaves_its_neighbours() -> None:
    found = read("a: {x: 1, y: [2]}\nb: 3")
    found.forget(("a", "x"))
    assert set(found.values) == {(), ("a",), ("a", "y"), ("a", "y", 0), ("b",)}
    assert set(found.keys) == {("a",), ("a", "y"), ("b",)}


def test_a_path_that_is_not_spelt_out_is_passed_over() -> None:
    found = read("a:\n  b: {c: 1}\n")
    assert found.mark(("a", "b", 0, "c")) == (2, 10)
    assert found.mark(("a", 0, "b", "nope")) == (2, 6)
    assert found.mark(("nope",)) == (1, 1)
    assert found.mark(("a", "b"), key=True) == (2, 3)
    assert Marked().mark(("a",), key=True) == (1, 1)


@pytest.mark.parametrize("text", ["yes", "no", "on", "off", "0012", "1_000", "0o7", "1e", "."])
def test_what_others_bend_stays_a_text(text: str) -> None:
    assert read(f"a: {text}").content == {"a": text}


@pytest.mark.parametrize("text", ["1", "-5", "true", "null", "2.5", "~", ""])
def test_what_is_quoted_is_a_text(text: str) -> None:
    assert read(f"a: '{text}'").content == {"a": text}


@pytest.mark.parametrize(
    ("text", "told", "place"),
    [
        ("a: 1\nb: [1\n", "expected ',' or ']'", (3, 1)),
        ("a: 'x", "found unexpected end of stream", (1, 6)),
        ("a:\n\tb: 1", "found character '\\t' that cannot start any token", (2, 1)),
        ("a: {x: 1, x: 2}", "the key 'x' stands here a second time (first in line 1)", (1, 11)),
        ("{[a]: 1}", "a key must be a plain text", (1, 2)),
        ("# nothing", "the file is empty", (1, 1)),
        ("[" * 45 + "]" * 45, "is too deep or too large for a mapping", (1, 1)),
    ],
)
def test_what_is_no_yaml_is_told_where_it_stands(
    text: str, told: str, place: tuple[int, int]
) -> None:
    problems: list[Problem] = []
    read_marked(text, "m.yaml", problems)
    (problem,) = problems
    assert (problem.code, problem.file) == ("MAPPING", "m.yaml")
    assert told in problem.message
    assert (problem.line, problem.position) == place


def test_a_merge_takes_the_keys_that_are_not_given() -> None:
    found = read("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nc: {<<: [*a, {z: 4, x: 5}]}\n")
    assert found.content["b"] == {"y": 3, "x": 1}
    assert found.content["c"] == {"x": 1, "y": 2, "z": 4}
    assert found.mark(("b", "y"), key=True) == (4, 3)
    assert found.mark(("b", "x"), key=True) == (1, 8), "where it is written"


def test_a_merge_of_what_is_no_mapping_is_told() -> None:
    problems: list[Problem] = []
    read_marked("a: &a [1]\nb:\n  <<: 7\n", "m.yaml", problems)
    assert [(one.line, one.position) for one in problems] == [(3, 3)]
    assert "<<" in problems[0].message


def test_merges_within_merges_are_no_bomb() -> None:
    lines = ["a0: &a0 {k0: 0}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 12)]
    problems: list[Problem] = []
    read_marked("\n".join(lines), "m.yaml", problems)
    assert "too large" in problems[0].message
