"""Reading and finding many at once: other requests, the same answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from etl.model.change import Status
from etl.targets.atrocore import reading
from tests.http.loopback import Asked, Reply
from tests.targets.world import change, links, made, ref, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.model.change import Change, Json
    from tests.targets.sandboxed import Stage
    from tests.targets.scripted import Connect

LIST, MEASURE = "licolor", "meweight"
TYPES: dict[str, dict[str, object]] = {
    "vc": {"type": "varchar", "isMultilang": True},
    "txt": {"type": "text"},
    "wys": {"type": "wysiwyg", "isMultilang": True},
    "md": {"type": "markdown"},
    "web": {"type": "url"},
    "num": {"type": "int", "measureId": MEASURE},
    "dec": {"type": "float", "amountOfDigitsAfterComma": 2},
    "flag": {"type": "bool"},
    "day": {"type": "date"},
    "moment": {"type": "datetime"},
    "words": {"type": "array"},
    "span": {"type": "rangeFloat", "measureId": MEASURE},
    "pic": {"type": "file"},
    "plain": {"type": "varchar"},
    "never": {"type": "varchar"},
}
VALUES: dict[str, Json] = {
    "vc": " v with blanks ",
    "vcDeDe": "Wert",
    "txt": "line\r\nline",
    "wys": "<p>x</p>",
    "wysDeDe": "",
    "md": "# x",
    "web": "https://example.com",
    "num": 0,
    "numUnitId": "ug",
    "dec": 1.005,
    "flag": False,
    "day": "2016-02-29",
    "moment": "2016-02-29 12:00:00",
    "words": ("a", "b"),
    "spanFrom": 1.0,
    "spanTo": 2.5,
    "spanUnitId": "ukg",
    "picId": "nofile",
    "plain": "p",
    "color": "opred",
    "tags": links("opred", "opgreen"),
    "weight": 1e-7,
    "weightUnitId": "ukg",
    "title": "T",
    "titleDeDe": None,
    "sizeFrom": 1,
    "sizeTo": None,
}
FIELDS = ["number", "name", "nameDeDe", "brandId", "price", "priceUnitId", "isActive", "parentId"]


@pytest.fixture
def many(stage: Stage) -> list[str]:
    """Products with all kinds of values, with cleared ones, with some, with none."""
    common = {"entityId": "Product", "attributePanelId": "attributeValues"}
    stage.somebody.upsert(
        "Attribute",
        *(
            {"id": f"b{code}", "code": code, "name": code, **common, **more}
            for code, more in TYPES.items()
        ),
    )
    keys = list(VALUES)
    batch: list[Change] = [
        change("Product", "ALL", VALUES, name="all", price=2, priceUnitId="eur"),
        change("Product", "SOME", {key: VALUES[key] for key in keys[::3]}, name="some"),
        change("Product", "NONE", name="none"),
        change("Product", "GONE", VALUES, name="gone"),
    ]
    ids = [made(one) for one in write(stage.world, *batch)]
    cleared = dict.fromkeys(keys)
    (outcome,) = write(stage.world, change("Product", "GONE", cleared))
    assert outcome.status is Status.UPDATED
    return ids


def read(stage: Stage, ids: list[str], *more: str) -> dict[str, Any]:
    found = stage.target.read("Product", ids, [*FIELDS, *VALUES, "never", "categoriesIds", *more])
    return {one: dict(sorted(values.items())) for one, values in found.items()}


@pytest.mark.parametrize("others", [3, 30])
def test_many_are_read_from_the_table_of_values(
    stage: Stage, many: list[str], monkeypatch: pytest.MonkeyPatch, others: int
) -> None:
    """With most products of the server asked for, and with a few of them."""
    stage.somebody.upsert("Product", *({"number": str(n), "name": "o"} for n in range(others)))
    listed = read(stage, [*many, "no-such-id"])
    asked = spy(stage, monkeypatch)
    monkeypatch.setattr(reading, "_MANY", 2)
    assert read(stage, [*many, "no-such-id"]) == listed
    assert "ProductAttributeValue" in asked
    assert listed.keys() == set(many)
    everything = listed[many[0]]
    assert everything["vcDeDe"] == "Wert"
    assert everything["tags"] == ("opred", "opgreen")
    assert (everything["num"], everything["numUnitId"], everything["flag"]) == (0, "ug", False)
    assert (everything["spanFrom"], everything["spanTo"]) == (1, 2.5)
    assert everything["never"] is None


def spy(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The entities that are asked for from now on."""
    asked: list[str] = []
    server = stage.target._tools.server  # noqa: SLF001 - the requests themselves are looked at
    page: Callable[..., list[dict[str, Any]]] = server._page  # noqa: SLF001

    def listening(entity: str, params: dict[str, str]) -> list[dict[str, Any]]:
        asked.append(entity + ("?attributes" if "attributes" in params else ""))
        return page(entity, params)

    monkeypatch.setattr(server, "_page", listening)
    return asked


def test_a_type_that_is_not_understood_is_read_from_the_list(
    stage: Stage, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option and a unit would share a column."""
    stage.somebody.upsert("Attribute", {"id": "atcolor", "measureId": MEASURE})
    stage.target.write([change("Attribute", {"id": "atcolor"}, to="atcolor", sortOrder=1)])
    listed = read(stage, many)
    monkeypatch.setattr(reading, "_MANY", 2)
    asked = spy(stage, monkeypatch)
    assert read(stage, many) == listed
    assert "Product?attributes" in asked
    assert "ProductAttributeValue" not in asked


def test_few_are_read_from_the_list(
    stage: Stage, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = spy(stage, monkeypatch)
    read(stage, many)
    assert asked == ["Product?attributes", "ProductCategory"]


def test_a_whole_catalog_is_read_in_a_few_requests(stage: Stage) -> None:
    stage.somebody.upsert(
        "Product", *({"id": f"p{n:03}", "number": str(n), "name": "n"} for n in range(300))
    )
    stage.target.schema("Product")
    stage.target.read("Product", ["p000"], ["title"])
    before = stage.target.counts().sent
    found = stage.target.read("Product", [f"p{n:03}" for n in range(300)], ["number", "title"])
    assert stage.target.counts().sent - before == 3
    assert found["p299"] == {"number": "299", "title": None}


def test_many_keys_are_found_by_reading_all(stage: Stage) -> None:
    """Where that is fewer requests than asking for the keys."""
    ids = stage.somebody.upsert(
        "Brand", *({"code": f"brand-with-a-long-code-{n:04}", "name": "n"} for n in range(1200))
    )
    refs = [ref("Brand", code=f"brand-with-a-long-code-{n:04}") for n in range(1300)]
    stage.target.find(refs[:1])
    before = stage.target.counts().sent
    found = stage.target.find(refs)
    assert stage.target.counts().sent - before == 2
    assert [found[one] for one in refs[:1200]] == [(one["entity"]["id"],) for one in ids]
    assert {found[one] for one in refs[1200:]} == {()}


@pytest.mark.parametrize("total", [10_000_000, -1, None])
def test_keys_among_very_many_records_are_asked_for(connect: Connect, total: int | None) -> None:
    """Or among nobody knows how many."""
    asked: list[bool] = []

    def brands(found: Asked) -> Reply:
        asked.append("where" in found.query)
        return Reply(body={"total": total, "list": []})

    target = connect({"Brand": brands})
    target.find([ref("Brand", code=f"brand-with-a-long-code-{n:04}") for n in range(1300)])
    assert len(asked) >= 5
    assert asked.count(False) == 1
