"""References by several fields, links among them, and keys that are references."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.model import EntitySchema, Kind, LinkMode, LinkRefs, Ref, RefKind
from tests.transform.table import HEAD, Words, compiled, prop, worked

if TYPE_CHECKING:
    from pathlib import Path

    from etl.model import Problem

MORE = tuple(
    EntitySchema(name, {p.name: p for p in fields})
    for name, fields in (
        ("Measure", (prop("code", Kind.TEXT),)),
        (
            "Unit",
            (
                prop("code", Kind.TEXT),
                prop("measure", Kind.LINK, "measureId", entity="Measure"),
                prop("others", Kind.LINKS, "othersIds", entity="Unit"),
                prop("any", Kind.LINK, "anyId"),
                prop("lost", Kind.LINK, "lostId", entity="Lost"),
            ),
        ),
        (
            "Attribute",
            (
                prop("code", Kind.TEXT),
                prop("defaultUnit", Kind.LINK, "defaultUnitId", entity="Unit"),
                prop("units", Kind.LINKS, "unitsIds", entity="Unit"),
            ),
        ),
        (
            "AttributeOption",
            (
                prop("code", Kind.TEXT),
                prop("attribute", Kind.LINK, "attributeId", entity="Attribute"),
            ),
        ),
        (
            "ClassificationAttribute",
            (
                prop("classification", Kind.LINK, "classificationId", entity="Category"),
                prop("attribute", Kind.LINK, "attributeId", entity="Attribute"),
            ),
        ),
    )
)
TARGET = Words(more=MORE)
ENTRY = "records:\n  - entity: Attribute\n    key: code\n    fields:\n      code: A\n"


def ref(entity: str, by: tuple[str, ...], *key: str | Ref, ignore_case: bool = False) -> Ref:
    return Ref(RefKind.RECORD, entity, by, key, ignore_case=ignore_case)


def unit(measure: str, code: str) -> Ref:
    return ref("Unit", ("measure", "code"), ref("Measure", ("code",), measure), code)


def test_a_key_field_that_is_a_link_is_found_by_a_field_of_its_own(tmp_path: Path) -> None:
    text = (
        f"{HEAD}{ENTRY}      defaultUnit:\n"
        "        {columns: [B, C], ref: 'Unit.[measure.code, code]', apply: [lower]}\n"
        "      units: {columns: [C, B], ref: 'Unit.[code,measure.id]', ignore_case: true}\n"
    )
    found = compiled(tmp_path, text, target=TARGET)
    assert found is not None
    (plan,) = found.plans
    assert plan.refers_to == {"Unit", "Measure"}
    rows = (("a", "Weight", "KG"), ("b", "", ""), ("c", "Weight", ""))
    done = worked(tmp_path, text, *rows, target=TARGET)
    one, other = done.records
    assert one.values["defaultUnitId"] == unit("weight", "kg")
    inner = ref("Measure", ("id",), "Weight", ignore_case=True)
    second = ref("Unit", ("code", "measure"), "KG", inner, ignore_case=True)
    assert one.values["unitsIds"] == LinkRefs((second,), LinkMode.ADD)
    assert dict(other.values) == {"code": "b"}
    assert {(r.row, r.problem.code, r.problem.message) for r in done.rejects} == {
        (4, "REQUIRED", "a part of the reference to Unit is empty")
    }


def test_entries_are_in_the_order_of_references_within_keys(tmp_path: Path) -> None:
    text = (
        f"{HEAD}{ENTRY}      defaultUnit: {{columns: [B, C], ref: 'Unit.[measure.code, code]'}}\n"
        "  - {entity: Measure, key: code, fields: {code: B}}\n"
    )
    found = compiled(tmp_path, text, target=TARGET)
    assert found is not None
    assert [plan.order for plan in found.plans] == [1, 0]


def test_a_part_may_be_the_item(tmp_path: Path) -> None:
    text = (
        f"{HEAD}records:\n  - entity: Attribute\n    key: code\n"
        "    each: {column: C, split: ','}\n    fields:\n"
        "      code: {columns: [A, '@item'], join: _}\n"
        "      defaultUnit: {columns: [B, '@item'], ref: 'Unit.[measure.code, code]'}\n"
    )
    done = worked(tmp_path, text, ("a", "w", "kg, g"), target=TARGET)
    assert [(record.key, record.values["defaultUnitId"]) for record in done.records] == [
        (("a_kg",), unit("w", "kg")),
        (("a_g",), unit("w", "g")),
    ]


def test_one_dotted_field_in_brackets_is_a_reference_too(tmp_path: Path) -> None:
    text = f"{HEAD}{ENTRY}      defaultUnit: {{column: B, ref: 'Unit.[measure.code]'}}\n"
    (record,) = worked(tmp_path, text, ("a", "w"), target=TARGET).records
    assert record.values["defaultUnitId"] == ref(
        "Unit", ("measure",), ref("Measure", ("code",), "w")
    )


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (
            "[measure, code]",
            (
                "Unit.measure is a link, and no text finds it"
                " (write measure.code, or another field of what it links to)"
            ),
        ),
        ("[code.measure, code]", "Unit.code is no link: code.measure means nothing"),
        ("[id.code, code]", "Unit.id is no link: id.code means nothing"),
        ("[measur.code, code]", "Unit has no field 'measur' (did you mean 'measure'?)"),
        ("[measure.cod, code]", "Measure has no field 'cod' (did you mean 'code'?)"),
        ("[others.code, code]", "Unit.others does not link to one record of one entity"),
        ("[any.code, code]", "Unit.any does not link to one record of one entity"),
        ("[lost.code, code]", "the target has no entity 'Lost'"),
        ("[measure.code]x", "is not of the form Entity.field or Entity.[field, link.field]"),
        ("measure.code", "is not of the form"),
        ("[a.b.c, code]", "is not of the form"),
        ("[measure.code, code, id]", "needs columns: with 3 columns"),
    ],
)
def test_what_means_nothing_is_told(tmp_path: Path, by: str, told: str) -> None:
    text = f"{HEAD}{ENTRY}      defaultUnit: {{columns: [B, C], ref: 'Unit.{by}'}}\n"
    found: list[Problem] = []
    compiled(tmp_path, text, collect=found, target=TARGET)
    (problem,) = found
    assert (problem.line, problem.position) == (8, 43)
    assert told in problem.text()


def test_keys_are_references(tmp_path: Path) -> None:
    text = (
        f"{HEAD}records:\n"
        "  - entity: ClassificationAttribute\n    key: [classification, attribute]\n"
        "    each: {column: B, split: ','}\n    fields:\n"
        "      classification: {column: A, ref: Category.code}\n"
        "      attribute: {column: '@item', ref: Attribute.code}\n"
        "  - entity: AttributeOption\n    key: [attribute, code]\n    fields:\n"
        "      attribute: {column: A, ref: Attribute.code}\n      code: C\n"
        "  - entity: Attribute\n    key: [code, defaultUnit]\n    fields:\n      code: A\n"
        "      defaultUnit: {columns: [A, C], ref: 'Unit.[measure.code, code]'}\n"
    )
    found = compiled(tmp_path, text, target=TARGET)
    assert found is not None
    assert [plan.key_fields for plan in found.plans] == [
        ("classificationId", "attributeId"),
        ("attributeId", "code"),
        ("code", "defaultUnitId"),
    ]
    done = worked(tmp_path, text, ("a", "x,y", "c"), ("b", "", ""), target=TARGET)
    code = ("code",)
    assert [(record.key, record.key_text()) for record in done.records] == [
        ((ref("Category", code, "a"), ref("Attribute", code, "x")), "a / x"),
        ((ref("Category", code, "a"), ref("Attribute", code, "y")), "a / y"),
        ((ref("Attribute", code, "a"), "c"), "a / c"),
        (("a", unit("a", "c")), "a / a / c"),
    ]
    assert {(r.entry, r.problem.code) for r in done.rejects} == {(1, "KEY_EMPTY"), (2, "REQUIRED")}
