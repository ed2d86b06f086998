"""`"*"` under `attributes`: the columns that nobody names, as if they were written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.model import Kind, LinkMode, LinkRefs, Ref, RefKind
from tests.transform.table import ENTRY, FIELDS, HEAD, Words, compiled, prop, worked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from etl.model import Problem

LOCALES = ("en_US", "de_DE", "fr_FR")


def spoken(code: str) -> dict[str, str]:
    return {"en_US": code, "de_DE": f"{code}DeDe", "fr_FR": f"{code}FrFr"}


ATTRIBUTES = (
    prop("title", Kind.TEXT, attribute="1", languages=spoken("title")),
    prop("text_web", Kind.TEXT, attribute="2", languages=spoken("text_web")),
    prop("text-web", Kind.TEXT, attribute="3"),
    prop("note", Kind.TEXT, attribute="4"),
    prop("pieces", Kind.INTEGER, attribute="5"),
    prop("weight", Kind.NUMBER, attribute="6", measure="w", unit_key="weightUnitId"),
    prop("colour", Kind.OPTION, attribute="7", option_list="l7"),
    prop("materials", Kind.OPTIONS, attribute="8", option_list="l8"),
    prop("words", Kind.TEXTS, attribute="9"),
    prop("picture", Kind.FILE, attribute="10"),
    prop("span", Kind.NUMBER_RANGE, attribute="11"),
    prop("locked", Kind.TEXT, attribute="12", read_only=True),
)
TARGET = Words(attributes=ATTRIBUTES)
MATCH = "(?P<code>.+?)(-(?P<locale>[a-z]{2}_[A-Z]{2}))?(-(?P<channel>web|print))?"
STAR = f"match: '{MATCH}', code: '{{code}}_{{channel}}', unit: {{column: '{{code}}-unit'}}"


def mapping(star: str, more: str = "") -> str:
    attributes = f'    attributes:\n{more}      "*": {{{star}}}\n'
    return f"{HEAD}{ENTRY}{attributes}"


def payload(folder: Path, star: str, columns: Sequence[str], *cells: str) -> dict[str, Any]:
    """The attributes of one row."""
    row = ("key", *cells)
    (record,) = worked(folder, mapping(star), row, columns=("A", *columns), target=TARGET).records
    return {name: value for name, value in record.values.items() if name != "number"}


def left_out(folder: Path, star: str, *columns: str, more: str = "") -> dict[str, str]:
    found = compiled(folder, mapping(star, more), ("A", *columns), target=TARGET)
    assert found is not None
    assert found.unused_columns == ()
    return dict(found.left_out)


def problems(folder: Path, text: str, *columns: str) -> list[str]:
    found: list[Problem] = []
    compiled(folder, text, ("A", *columns), found, target=TARGET)
    return [problem.text().removeprefix(f"{folder}/m.yaml:") for problem in found]


def test_headers_are_taken_apart(tmp_path: Path) -> None:
    columns = ("title-en_US", "title-de_DE", "text-fr_FR-web", "pieces", "note")
    assert payload(tmp_path, STAR, columns, "t", "d", "f", "5", "") == {
        "title": "t",
        "titleDeDe": "d",
        "text_webFrFr": "f",
        "pieces": 5,
    }


def test_without_keys_a_header_is_a_code(tmp_path: Path) -> None:
    assert payload(tmp_path, "", ("note", "pieces"), "n", "7") == {"note": "n", "pieces": 7}


def test_a_header_that_is_a_code_is_that_code(tmp_path: Path) -> None:
    assert payload(tmp_path, STAR, ("text-web", "text-en_US-web"), "own", "made") == {
        "text-web": "own",
        "text_web": "made",
    }


def test_but_only_if_it_matches(tmp_path: Path) -> None:
    found = compiled(
        tmp_path, mapping("match: 'x_(?P<code>.+)'"), ("A", "x_note", "pieces"), target=TARGET
    )
    assert found is not None
    assert (found.unused_columns, found.left_out) == (("pieces",), ())


def test_units_stand_beside(tmp_path: Path) -> None:
    unit = Ref(RefKind.UNIT, "Unit", ("code",), ("GRAM",), "w")
    columns = ("weight", "weight-unit", "note")
    assert payload(tmp_path, STAR, columns, "5", "GRAM", "n") == {
        "weight": 5.0,
        "weightUnitId": unit,
        "note": "n",
    }
    assert payload(tmp_path, "unit: GRAM", ("weight", "note"), "5", "n") == {
        "weight": 5.0,
        "weightUnitId": unit,
        "note": "n",
    }
    assert payload(tmp_path, STAR, ("weight",), "5") == {"weight": 5.0}
    assert left_out(tmp_path, STAR, "note", "note-unit") == {
        "note-unit": "Product has no attribute 'note-unit'"
    }


def option(scope: str, key: str, by: str = "code") -> Ref:
    return Ref(RefKind.OPTION, "AttributeOption", (by,), (key,), scope)


def test_options_are_made_of_groups_and_items(tmp_path: Path) -> None:
    star = "options: {code: '{code}__{item}'}, apply: [lower], split: ',', mode: add"
    columns = ("colour", "materials", "note")
    assert payload(tmp_path, star, columns, "Red", "Wool, SILK", "N, o") == {
        "colour": option("l7", "colour__red"),
        "materials": LinkRefs(
            (option("l8", "materials__wool"), option("l8", "materials__silk")), LinkMode.ADD
        ),
        "note": "n, o",
    }
    star = "options: {name: '{item} ({code})'}"
    assert payload(tmp_path, star, ("colour",), "Red") == {
        "colour": option("l7", "Red (colour)", "name")
    }
    assert payload(tmp_path, "options: id", ("colour",), "7") == {"colour": option("l7", "7", "id")}


def test_what_somebody_names_is_no_candidate(tmp_path: Path) -> None:
    text = (
        f"{HEAD}records:\n  - entity: Product\n    key: number\n    each: {{column: words}}\n"
        "    fields:\n      number: A\n"
        "      price: {column: pieces, unit: {column: note}}\n"
        "      name: {template: '{{ title }}', when: colour}\n"
        '    attributes: {"*": {}}\n'
        "  - entity: Brand\n    key: code\n    fields: {code: {columns: [materials, A]}}\n"
    )
    columns = ("A", "pieces", "note", "materials", "words", "title", "colour", "text-web")
    found = compiled(tmp_path, text, columns, target=TARGET)
    assert found is not None
    outputs = {output for pipe in found.entries[0].pipes for output in pipe.outputs}
    assert outputs == {
        *("number", "price", "priceUnitId", "name"),
        *("title", "colour", "text-web"),  # templates and conditions only read theirs
    }
    assert (found.unused_columns, found.left_out) == ((), ())


def test_what_cannot_be_written_is_listed_with_its_reason(tmp_path: Path) -> None:
    columns = ("size", "ean", "picture", "span", "locked", "note-de_DE", "title-es_ES", "note")
    assert left_out(tmp_path, STAR, *columns, more="      note: {column: A}\n") == {
        "size": "Product has no attribute 'size'",
        "ean": "Product has no attribute 'ean' ('ean' is a field: name it under fields)",
        "picture": "'picture' is of type file, which is not written yet",
        "span": "'span' is of type number range, which is not written yet",
        "locked": "the attribute 'locked' (text) cannot be written",
        "note-de_DE": "the attribute 'note' is given by itself",
        "note": "the attribute 'note' is given by itself",
        "title-es_ES": "the target has no language 'es_ES' for 'title'"
        " (languages: en_US, de_DE, fr_FR)",
    }
    assert left_out(tmp_path, STAR, "note-de_DE") == {
        "note-de_DE": "the target has no language 'de_DE' for 'note' ('note' is not multilingual)"
    }
    (reason,) = left_out(tmp_path, "channel: web", "note").values()
    assert reason.startswith("channel: on this target")


def test_what_another_entry_reads_is_not_listed(tmp_path: Path) -> None:
    brand = (
        "  - entity: Brand\n    key: code\n    when: size\n    fields:\n      code: {value: x}\n"
        "      name: {template: '{{ ean }}'}\n"
    )
    columns = ("A", "size", "ean", "span")
    found = compiled(tmp_path, mapping("") + brand, columns, target=TARGET)
    assert found is not None
    assert [column for column, _ in found.left_out] == ["span"]


def test_of_several_entries_each_has_its_wildcard(tmp_path: Path) -> None:
    other = (
        "  - entity: Product\n    key: number\n    fields: {number: A}\n"
        "    attributes: {'*': {match: '(?P<code>note|size)'}}\n"
    )
    columns = ("A", "note", "pieces", "size")
    found = compiled(tmp_path, mapping("match: '(?P<code>p.*)'") + other, columns, target=TARGET)
    assert found is not None
    assert [[pipe.outputs[0] for pipe in entry.pipes] for entry in found.entries] == [
        ["number", "pieces"],
        ["number", "note"],
    ]
    assert [column for column, _ in found.left_out] == ["size"]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        (
            ("title", "title-en_US"),
            "the columns 'title' and 'title-en_US' both mean the attribute 'title' in en_US",
        ),
        (
            ("title-de_DE", "title-de_DE-none"),
            (
                "the columns 'title-de_DE' and 'title-de_DE-none' both mean the attribute 'title'"
                " in de_DE"
            ),
        ),
        (
            ("note", "note-none"),
            "the columns 'note' and 'note-none' both mean the attribute 'note'",
        ),
    ],
)
def test_two_columns_of_one_meaning_are_told(
    tmp_path: Path, columns: tuple[str, ...], told: str
) -> None:
    text = mapping(STAR.replace(MATCH, f"{MATCH}(-none)?"))
    hint = "name one under attributes, or narrow match:"
    assert problems(tmp_path, text, *columns) == [f"9:12: {told} ({hint})"]


def test_a_column_that_stands_twice_is_told_if_it_would_be_written(tmp_path: Path) -> None:
    assert problems(tmp_path, mapping(""), "note", "note", "x", "x") == [
        "9:12: column 'note' stands 2 times in x.csv (rename one of them there)"
    ]


@pytest.mark.parametrize(
    ("star", "place", "told"),
    [
        ("apply: [{regex: '('}]", "9:20", "is no regular expression"),
        ("apply: [{python: 'nope_x:f'}]", "9:20", "cannot be imported"),
        ("when: 'A =='", "9:19", "is no template"),
        ("when: item", "9:19", "there is no item here"),
        ("map: {file: nope.csv, key: a, value: b}", "9:18", "cannot be read"),
        ("map: {a: x, A: y}, ignore_case: true", "9:18", "twice when case does not count"),
    ],
)
def test_what_is_wrong_for_all_columns_is_told_once(
    tmp_path: Path, star: str, place: str, told: str
) -> None:
    for columns in (("note", "title", "pieces"), ()):
        (problem,) = problems(tmp_path, mapping(star), *columns)
        assert problem.startswith(f"{place}: ")
        assert told in problem


def test_of_a_damaged_mapping_nobody_knows_the_columns(tmp_path: Path) -> None:
    text = mapping(STAR, "      note: {columm: note}\n")
    assert problems(tmp_path, text, "note", "note-en_US", "title", "title-en_US") == [
        "9:14: unknown key 'columm' (did you mean 'column'?)",
    ]


def test_a_hook_is_loaded_once_for_all_columns(tmp_path: Path) -> None:
    (tmp_path / "hook_of_many.py").write_text(
        "import pathlib\n"
        f"with pathlib.Path({str(tmp_path / 'loads')!r}).open('a') as log:\n    log.write('x')\n"
        "def same(text):\n    return text\n"
    )
    star = 'apply: [{python: "hook_of_many:same"}]'
    assert payload(tmp_path, star, ("note", "title", "pieces"), "a", "b", "1") == {
        "note": "a",
        "title": "b",
        "pieces": 1,
    }
    assert (tmp_path / "loads").read_text() == "xx"  # for its function, and for its source


def test_columns_come_and_go_and_what_was_known_stays_known(tmp_path: Path) -> None:
    def of(*columns: str) -> tuple[bytes, bytes, bytes]:
        found = compiled(tmp_path, mapping(STAR), ("A", *columns), target=TARGET)
        assert found is not None
        row = ("key", *("1" for _ in columns[:1]), *("" for _ in columns[1:]))
        (record,) = worked(
            tmp_path, mapping(STAR), row, columns=("A", *columns), target=TARGET
        ).records
        return found.fingerprint, record.digest, found.row_fingerprint

    one, other = of("note", "colour"), of("note", "weight", "materials", "title")
    assert one[:2] == other[:2]
    assert one[2] != other[2]
    assert of("title") != of("note")


def test_the_wildcard_s_own_files_and_days_are_in_the_fingerprint(tmp_path: Path) -> None:
    def of(star: str) -> bytes:
        found = compiled(tmp_path, mapping(star), ("A",), target=TARGET)
        assert found is not None
        return found.fingerprint

    star = "map: {file: m.csv, key: a, value: b}"
    (tmp_path / "m.csv").write_text("a,b\nx,y\n")
    first = of(star)
    (tmp_path / "m.csv").write_text("a,b\nx,z\n")
    assert of(star) != first
    assert len({of(""), of("split: ','"), of("when: A"), of("when: A and today")}) == 4


def test_hundreds_of_columns_are_values_like_any(tmp_path: Path) -> None:
    many = tuple(prop(f"a{i}", Kind.TEXT, attribute=str(i)) for i in range(600))
    text = mapping("when: A, apply: [strip]")
    columns = tuple(one.name for one in many)
    target = Words(FIELDS, many)
    row = ("key", *(f" {name} " for name in columns))
    (record,) = worked(tmp_path, text, row, columns=("A", *columns), target=target).records
    assert record.values == {"number": "key", **{name: name for name in columns}}


def by_hand(columns: Sequence[str], shared: str) -> str:
    """What somebody would write instead of the wildcard."""
    lines: dict[str, list[str]] = {}
    for column in columns:
        code, _, rest = column.partition("-")
        parts = rest.split("-") if rest else []
        locale = next((part for part in parts if part in LOCALES), None)
        code = f"{code}_web" if "web" in parts else code
        keys = [f"column: {column}", *([f"locale: {locale}"] if locale else [])]
        kind = next(one.kind for one in ATTRIBUTES if one.name == code)
        apply = ["lower"]
        if kind in {Kind.OPTION, Kind.OPTIONS}:
            apply += [f"{{prefix: {code}__}}", "{suffix: _x}"]
        keys += [f"apply: [{', '.join(apply)}]", shared]
        if kind in {Kind.OPTIONS, Kind.TEXTS}:
            keys.append("split: ','")
        if code == "weight":
            keys.append("unit: {column: weight-unit}")
        lines.setdefault(code, []).append(f"{{{', '.join(keys)}}}")
    return "".join(f"      {code}: [{', '.join(one)}]\n" for code, one in lines.items())


HEADERS = (
    *(f"title-{locale}" for locale in LOCALES),
    *(f"text-{locale}-web" for locale in LOCALES),
    *("note", "pieces", "weight", "colour", "materials", "words"),
)
CELLS = st.one_of(
    st.sampled_from(["", " ", "-", "A", "a, B", "5", "4 kg", "1.5", "x,y,x"]), st.text(max_size=5)
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    columns=st.lists(st.sampled_from(HEADERS), unique=True, min_size=1),
    shared=st.sampled_from(
        [
            "on_missing: create, create: {name: x}",
            "on_empty: clear, ignore_case: true",
            "clear_marker: '-', when: A",
            "map: {a: b, '5': 6, else: keep}",
            "mode: add, on_empty: reject",
        ]
    ),
    rows=st.lists(st.lists(CELLS, min_size=20, max_size=20), min_size=1, max_size=4),
)
def test_a_wildcard_makes_what_one_would_write_by_hand(
    tmp_path: Path, columns: list[str], shared: str, rows: list[list[str]]
) -> None:
    options = "options: code" if shared.startswith("map") else "options: {code: '{code}__{item}_x'}"
    star = f"{STAR}, apply: [lower], split: ',', {options}, {shared}"
    hand = by_hand(columns, shared)
    if shared.startswith("map"):
        hand = hand.replace(", {prefix: colour__}, {suffix: _x}", "")
        hand = hand.replace(", {prefix: materials__}, {suffix: _x}", "")
    every = ("A", *columns, "weight-unit")
    cells = [(str(i), *row[: len(every) - 1]) for i, row in enumerate(rows)]
    texts = (mapping(star), f"{HEAD}{ENTRY}    attributes:\n{hand}")
    done = [worked(tmp_path, text, *cells, columns=every, target=TARGET) for text in texts]
    one, other = ([(r.key, r.values, r.rows) for r in each.records] for each in done)
    assert one == other
    told = [
        sorted(
            (r.row, r.problem.code, r.problem.column or "", r.problem.message) for r in each.rejects
        )
        for each in done
    ]
    assert told[0] == told[1]
    plans = [compiled(tmp_path, text, every, target=TARGET) for text in texts]
    assert plans[0] is not None
    assert plans[1] is not None
    assert plans[0].plans == plans[1].plans
