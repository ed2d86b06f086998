from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.errors import BatchRefused, TargetUnreachable
from etl.model.change import Status
from etl.model.ports import RequestCounts
from etl.model.schema import EntitySchema, Kind, Property
from etl.targets.memory import Memory
from tests.targets.contract import TargetContract
from tests.targets.world import World, change, links, ref

LIST, MEASURE = "li-color", "me-weight"


if TYPE_CHECKING:
    from etl.model.change import Json


def text(name: str, **more: object) -> Property:
    return Property(name, name, Kind.TEXT, **more)  # type: ignore[arg-type] # its fields


def named(*props: Property) -> dict[str, Property]:
    return {prop.name: prop for prop in props}


def schemas(default_unit: str) -> list[EntitySchema]:
    code, name = text("code", unique=True), text("name", required=True)
    spoken = {"en_US": "title", "de_DE": "titleDeDe"}
    return [
        EntitySchema("Brand", named(code, name), unique=(("code",),)),
        EntitySchema(
            "Category",
            named(code, name, Property("parent", "parentId", Kind.LINK, entity="Category")),
            unique=(("code",),),
        ),
        EntitySchema(
            "Product",
            named(
                text("number"),
                name,
                text("mpn"),
                Property("price", "price", Kind.NUMBER),
                Property("isActive", "isActive", Kind.BOOLEAN),
                Property("productStatus", "productStatus", Kind.CHOICE, choices=("draft", "ready")),
                Property("brand", "brandId", Kind.LINK, entity="Brand"),
                Property("categories", "categoriesIds", Kind.LINKS, entity="Category"),
                Property("size", "size", Kind.INTEGER_RANGE),
            ),
            named(
                Property("color", "color", Kind.OPTION, option_list=LIST, attribute="a1"),
                Property("tags", "tags", Kind.OPTIONS, option_list=LIST, attribute="a2"),
                Property(
                    "weight",
                    "weight",
                    Kind.NUMBER,
                    measure=MEASURE,
                    unit_key="weightUnitId",
                    default_unit=default_unit,
                    attribute="a3",
                ),
                Property("title", "title", Kind.TEXT, languages=spoken, attribute="a4"),
            ),
        ),
    ]


def memory() -> Memory:
    scratch = Memory([])
    target = Memory(schemas(scratch.add_unit(MEASURE, "kg", "Kilogram")))
    for code in ("red", "green"):
        target.add_option(LIST, code, code.title())
    target.add_unit(MEASURE, "kg", "Kilogram")
    target.add_unit(MEASURE, "g", "Gram")
    return target


class TestMemory(TargetContract):
    @pytest.fixture
    def world(self) -> World:
        target = memory()
        return World(target, target, target, LIST, MEASURE)


def test_a_poisoned_batch_stores_nothing() -> None:
    target = memory()
    target.orders.poison = lambda one: one.key == ("bad",)
    with pytest.raises(BatchRefused):
        target.write([change("Brand", "good", name="g"), change("Brand", "bad", name="b")])
    assert target.records("Brand") == {}


def test_a_cut_batch_is_stored() -> None:
    target = memory()
    target.orders.cut = 1
    with pytest.raises(BatchRefused):
        target.write([change("Brand", "cut", name="g")])
    assert len(target.records("Brand")) == 1
    assert target.write([change("Brand", "cut", name="g")])[0].status is Status.NOT_MODIFIED


def test_a_change_fails_as_ordered() -> None:
    target = memory()
    target.orders.fail = lambda one: "no" if one.key == ("bad",) else None
    good, bad = target.write([change("Brand", "good", name="g"), change("Brand", "bad", name="b")])
    assert good.status is Status.CREATED
    assert bad.problem
    assert bad.problem.message == "no"


def test_a_target_that_is_gone_answers_nothing() -> None:
    target = memory()
    target.orders.gone = True
    for call in (
        lambda: target.find([ref("Brand", code="x")]),
        lambda: target.write([change("Brand", "x", name="x")]),
        lambda: target.alive("Brand", ["x"]),
    ):
        with pytest.raises(TargetUnreachable):
            call()


def test_calls_are_counted() -> None:
    target = memory()
    target.find([ref("Brand", code="x")])
    target.write([change("Brand", "x", name="x")])
    assert target.counts() == RequestCounts(2, 1, 0)
    target.close()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"nope": 1}, "Brand has no nope"),
        ({"brandId": "none"}, "brandId: there is no none"),
        ({"categoriesIds": links("none")}, "categoriesIds: there is no none"),
        ({"color": "none"}, "color: there is no none"),
    ],
)
def test_what_a_server_should_refuse_is_refused(values: dict[str, Json], told: str) -> None:
    entity = "Brand" if "nope" in values else "Product"
    (outcome,) = memory().write([change(entity, "x", values)])
    assert outcome.problem
    assert outcome.problem.message == told


def test_a_unique_value_is_unique() -> None:
    target = memory()
    target.put("Brand", {"code": "a", "name": "a"})
    (outcome,) = target.write([change("Brand", "a", name="b")])
    assert outcome.problem
    assert "database constraints" in outcome.problem.message
