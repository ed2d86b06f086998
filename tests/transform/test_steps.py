"""The steps of `apply`, one by one."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.mapping import Step
from etl.mapping.value_spec import STEPS, STEPS_WITH
from etl.transform.outcomes import KEEP, Fail
from etl.transform.steps import hook_module, html_to_text, slug, squeeze, step_function

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Rot–Blau", "rot-blau"),  # noqa: RUF001 - a dash of typesetters
        ("10×20", "10-20"),  # noqa: RUF001 - a sign of multiplication
        ("a中b", "a-b"),
        ("Ærøskøbing", "aeroskobing"),
        ("Łódź", "lodz"),
        ("Þór Œuvre Đorđe", "thor-oeuvre-dorde"),
        ("İstanbul ısı", "istanbul-isi"),  # noqa: RUF001 - Turkish
        ("ﬁn ２ Ⅳ", "fin-2-iv"),  # noqa: RUF001 - compatibility forms
        ("u\u0308ber", "uber"),
        ("straße STRAẞE", "strasse-strasse"),
        ("--a__b--", "a-b"),
        ("中", ""),
    ],
)
def test_slugs(text: str, made: str) -> None:
    assert slug(text) == made


@given(st.text(), st.text())
def test_a_slug_is_idempotent_and_of_few_signs(one: str, other: str) -> None:
    made = slug(one)
    assert slug(made) == made
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert made == made.strip("-")
    assert "--" not in made
    assert slug(f"{one} {other}") == "-".join(part for part in (made, slug(other)) if part)


@given(st.text())
def test_a_slug_is_the_same_in_every_normal_form(text: str) -> None:
    assert slug(text) == slug(unicodedata.normalize("NFC", text))
    assert slug(text) == slug(unicodedata.normalize("NFD", text))


@given(st.text(" \t\nab"))
def test_squeezed_text_has_no_runs_of_blanks(text: str) -> None:
    made = squeeze(text)
    assert "  " not in made
    assert made.split() == text.split()


@given(st.text())
def test_html_never_breaks(text: str) -> None:
    assert isinstance(html_to_text(f"<p>{text}"), str)


def test_hidden_parts_of_a_page_are_left_out() -> None:
    assert html_to_text("<style/>a</style></style>b<br/>c<b>d</b>") == "ab\ncd"
    assert html_to_text("5 < 6") == "5 < 6"


@pytest.mark.parametrize("name", STEPS)
def test_every_plain_step_takes_any_text(tmp_path: Path, name: str) -> None:
    step = step_function(Step(name=name), tmp_path)
    assert isinstance(step(" Ä <b>1</b> "), str)


def made(folder: Path, name: str, argument: Any, text: str) -> str | Fail:  # noqa: ANN401
    return step_function(Step(name=name, argument=argument), folder)(text)


@pytest.mark.parametrize(
    ("name", "argument", "text", "result"),
    [
        ("replace", ["a", None], "banana", "bnn"),
        ("replace", [1, 2], "101", "202"),
        ("regex", r"(\d+)|x(.)", "xy", "y"),
        ("regex", r"\d+", "a12b", "12"),
        ("truncate", 3, "äöüß", "äöü"),
        ("prefix", 5, "x", "5x"),
        ("suffix", "-", "x", "x-"),
        ("python", "string:capwords", "a b", "A B"),
    ],
)
def test_steps_with_an_argument(
    tmp_path: Path, name: str, argument: object, text: str, result: str
) -> None:
    assert name in STEPS_WITH
    assert made(tmp_path, name, argument, text) == result


@pytest.mark.parametrize(
    ("name", "argument", "told"),
    [
        ("replace", ["a"], "takes two texts"),
        ("replace", ["", "a"], "a text to look for"),
        ("regex", "[", "no regular expression"),
        ("truncate", 0, "a number of characters"),
        ("truncate", True, "a number of characters"),
        ("truncate", "5", "a number of characters"),
        ("python", "string", "no function of a module"),
        ("python", "string:digits", "no function of a module"),
        ("python", "no_such_module:f", "cannot be imported: ModuleNotFoundError"),
        ("python", ":f", "cannot be imported"),
        ("python", "..up:f", "cannot be imported"),
    ],
)
def test_a_wrong_argument_is_told(tmp_path: Path, name: str, argument: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        step_function(Step(name=name, argument=argument), tmp_path)


def test_no_match_fails_with_the_value(tmp_path: Path) -> None:
    found = made(tmp_path, "regex", "x+", "abc")
    assert found == Fail("REGEX_NO_MATCH", "'abc' does not match 'x+'", "abc")


def test_hooks_give_texts_nothing_or_a_failure(tmp_path: Path) -> None:
    (tmp_path / "hooks_of_steps.py").write_text(
        "def none(text): return None\ndef number(text): return 5\n"
        "def bad(text): raise KeyError(text)\n"
    )
    assert made(tmp_path, "python", "hooks_of_steps:none", "x") == ""
    assert made(tmp_path, "python", "hooks_of_steps:number", "x") == "5"
    failed = made(tmp_path, "python", "hooks_of_steps:bad", "x")
    assert failed == Fail("HOOK", "hooks_of_steps:bad failed: KeyError: 'x'", "x")
    assert "hooks_of_steps" not in sys.modules


def test_a_hook_that_is_no_python_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken_hook.py").write_text("def (:\n")
    with pytest.raises(ValueError, match="'broken_hook' cannot be imported: SyntaxError"):
        hook_module("broken_hook", tmp_path)


def test_keep_says_its_name() -> None:
    assert repr(KEEP) == "KEEP"
