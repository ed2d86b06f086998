"""Attributes of a list type: each gets a list of its own."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from etl.model.change import Status
from etl.model.schema import EntitySchema, Kind, Property
from etl.targets.atrocore.amendments import amended
from tests.targets.changes import attribute, option
from tests.targets.sandboxed import LIST, connect
from tests.targets.world import change, made, write

if TYPE_CHECKING:
    from tests.targets.sandboxed import Stage


def test_a_default_unit_is_a_link(stage: Stage) -> None:
    schema = stage.target.schema("Attribute")
    assert schema
    unit = schema.fields["defaultUnit"]
    assert (unit.kind, unit.key, unit.entity) == (Kind.LINK, "defaultUnit", "Unit")
    length = attribute("length", "float", measureId="meweight", defaultUnit="ug")
    one = made(write(stage.world, length)[0])
    assert stage.world.stored("Attribute", one, "defaultUnit") == {"defaultUnit": "ug"}
    assert write(stage.world, length)[0].status is Status.NOT_MODIFIED


def test_list_types_are_among_the_choices_of_a_type() -> None:
    kind = Property("type", "type", Kind.CHOICE, choices=("text", "int"))
    schema = amended(EntitySchema("Attribute", {"type": kind}))
    assert schema
    assert schema.fields["type"].choices == ("text", "int", "list", "multilist")


def attribute_row(stage: Stage, one: str) -> dict[str, Any]:
    row = stage.somebody.ask("GET", f"Attribute/{one}")
    return {"type": row["type"], "list": row["extensibleEnumId"]}


def list_row(stage: Stage, one: str) -> dict[str, Any]:
    row = stage.somebody.ask("GET", f"ExtensibleEnum/{one}")
    return {"code": row["code"], "name": row["name"]}


@pytest.mark.parametrize(
    ("ours", "theirs"), [("list", "extensibleEnum"), ("multilist", "extensibleMultiEnum")]
)
def test_an_attribute_of_a_list_type_gets_a_list(stage: Stage, ours: str, theirs: str) -> None:
    fabric = attribute("fabric", ours, nameDeDe="Stoff")
    one = made(write(stage.world, fabric)[0])
    row = attribute_row(stage, one)
    assert row["type"] == theirs
    assert list_row(stage, row["list"]) == {"code": "fabric", "name": "Fabric"}
    (again,) = write(stage.world, fabric)
    assert (again.status, again.id) == (Status.NOT_MODIFIED, one)
    assert attribute_row(stage, one) == row
    schema = stage.target.schema("Product")
    assert schema
    assert schema.attributes["fabric"].option_list == row["list"]
    assert made(write(stage.world, option(one, "silk"))[0])


def test_an_attribute_keeps_the_list_that_it_has(stage: Stage) -> None:
    """Its list has another code; nothing is made."""
    writes = stage.target.counts().writes
    (outcome,) = write(stage.world, attribute("tags", "multilist"))
    assert outcome.status is Status.NOT_MODIFIED
    assert attribute_row(stage, "attags") == {"type": "extensibleMultiEnum", "list": LIST}
    assert stage.target.counts().writes == writes + 1


def test_a_list_that_no_attribute_uses_is_taken(stage: Stage) -> None:
    """As after a request for the attribute that failed when its list was there."""
    stage.somebody.upsert("ExtensibleEnum", {"id": "left", "name": "Mine", "code": "fabric"})
    one = made(write(stage.world, attribute("fabric", "list"))[0])
    assert attribute_row(stage, one)["list"] == "left"
    assert list_row(stage, "left") == {"code": "fabric", "name": "Mine"}


def test_an_attribute_without_its_list_gets_one(stage: Stage) -> None:
    """The server takes such an attribute (catalog 157)."""
    given = {"entityId": "Product", "attributePanelId": "attributeValues"}
    stage.somebody.upsert(
        "Attribute", {"id": "nl", "code": "nl", "name": "N", "type": "extensibleEnum", **given}
    )
    (outcome,) = write(stage.world, attribute("nl", "list"))
    assert outcome.status is Status.UPDATED
    assert list_row(stage, attribute_row(stage, "nl")["list"])["code"] == "nl"


def test_equal_codes_of_two_entities_have_two_lists(stage: Stage) -> None:
    """In one batch, and where another attribute has the list already."""
    batch = [attribute("color", "list", "Category"), attribute("size2", "list", "Category")]
    batch.append(attribute("size2", "multilist", "Product"))
    outcomes = write(stage.world, *batch)
    lists = [attribute_row(stage, made(one))["list"] for one in outcomes]
    assert [list_row(stage, one)["code"] for one in lists] == [
        "category_color",
        "size2",
        "product_size2",
    ]
    with closing(connect(stage.sandbox)) as other:
        assert {one.status for one in other.write(batch)} == {Status.NOT_MODIFIED}
    assert [attribute_row(stage, str(one.id))["list"] for one in outcomes] == lists


def test_lists_that_are_both_taken_are_told(stage: Stage) -> None:
    stage.somebody.upsert("ExtensibleEnum", {"id": "cc", "name": "x", "code": "category_color"})
    given = {"entityId": "Product", "attributePanelId": "attributeValues"}
    stage.somebody.upsert(
        "Attribute",
        {"code": "cc", "name": "x", "type": "extensibleEnum", "extensibleEnumId": "cc", **given},
    )
    bad, good = write(
        stage.world, attribute("color", "list", "Category"), attribute("fine", "text", "Category")
    )
    assert good.status is Status.CREATED
    assert bad.problem
    assert bad.problem.code == "NAME_TAKEN"


def test_the_server_s_own_words_go_on_working(stage: Stage) -> None:
    one = made(write(stage.world, attribute("shade", "extensibleEnum", extensibleEnumId=LIST))[0])
    assert attribute_row(stage, one) == {"type": "extensibleEnum", "list": LIST}
    two = made(write(stage.world, attribute("hue", "list", extensibleEnumId=LIST))[0])
    assert attribute_row(stage, two) == {"type": "extensibleEnum", "list": LIST}
    lists = stage.somebody.ask("GET", "ExtensibleEnum?select=code&maxSize=100")["list"]
    assert {"shade", "hue"}.isdisjoint(row["code"] for row in lists)


def test_a_text_becomes_no_list(stage: Stage) -> None:
    (outcome,) = write(stage.world, attribute("title", "list"))
    assert outcome.status is Status.FAILED
    assert outcome.problem
    assert "impossible" in outcome.problem.message
    assert outcome.problem.message.endswith("not stored as sent: type")
    lists = stage.somebody.ask("GET", "ExtensibleEnum?select=code&maxSize=100")["list"]
    assert "title" not in {row["code"] for row in lists}


def test_a_list_that_cannot_be_made_fails_its_attribute(stage: Stage) -> None:
    codeless = change("Attribute", {"entityId": "Product", "name": "N"}, {"type": "list"})
    (outcome,) = write(stage.world, codeless)
    assert outcome.problem
    assert outcome.problem.code == "REQUIRED"
