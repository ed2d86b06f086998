"""Removing: what was asked for, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.targets.sandboxed import Stage, staged

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as made:
        yield made


def product(stage: Stage, number: str, parent: str | None = None) -> str:
    stage.somebody.upsert("Product", {"id": number, "name": number, "number": number})
    if parent:
        stage.somebody.upsert("Product", {"id": number, "parentId": parent})
    return number


def alive(stage: Stage, *ids: str) -> set[str]:
    return set(stage.target.alive("Product", ids))


def writes(stage: Stage) -> int:
    return stage.target.counts().writes


def test_what_is_asked_for_goes_and_what_is_not_there_needs_nothing(stage: Stage) -> None:
    ids = [product(stage, f"p{i}") for i in range(3)]
    assert stage.target.remove("Product", [*ids[:2], "nowhere"]) == {}
    assert alive(stage, *ids) == {"p2"}
    before = writes(stage)
    assert stage.target.remove("Product", ["nowhere"]) == {}
    assert writes(stage) == before


def test_a_family_goes_together_in_any_order(stage: Stage) -> None:
    model = product(stage, "m")
    sub = product(stage, "s", model)
    variants = [product(stage, f"v{i}", sub) for i in range(3)]
    before = writes(stage)
    assert stage.target.remove("Product", [*variants[:1], model, *variants[1:], sub]) == {}
    assert alive(stage, model, sub, *variants) == set()
    assert writes(stage) == before + 1


def test_a_model_stays_as_long_as_one_of_its_variants_does(stage: Stage) -> None:
    model = product(stage, "m")
    sub = product(stage, "s", model)
    one, two = (product(stage, name, sub) for name in ("v1", "v2"))
    problems = stage.target.remove("Product", [model, sub, one])
    assert set(problems) == {model, sub}
    assert "1 records hang below it that are to stay: v2" in problems[model].message
    assert alive(stage, model, sub, one, two) == {model, sub, two}


def test_a_variant_that_went_before_does_not_block_its_model(stage: Stage) -> None:
    model = product(stage, "m")
    one, two = (product(stage, name, model) for name in ("v1", "v2"))
    assert stage.target.remove("Product", [one]) == {}
    assert stage.target.remove("Product", [model, two]) == {}
    assert alive(stage, model, two) == set()


def test_a_variant_that_others_deleted_blocks_its_model_and_the_rest_stays(stage: Stage) -> None:
    model = product(stage, "m")
    one, two = (product(stage, name, model) for name in ("v1", "v2"))
    stage.somebody.delete("Product", one)
    problems = stage.target.remove("Product", [model, two])
    assert problems[model].code == "IN_USE"
    assert "was deleted before" in problems[model].message
    assert alive(stage, model, two) == {model}


def test_what_is_in_use_stays_with_the_server_s_words(stage: Stage) -> None:
    stage.somebody.upsert("Brand", {"id": "b1", "name": "B1", "code": "b1"})
    stage.somebody.upsert("Brand", {"id": "b2", "name": "B2", "code": "b2"})
    stage.somebody.upsert("Product", {"id": "p", "name": "p", "number": "p", "brandId": "b1"})
    problems = stage.target.remove("Brand", ["b1", "b2"])
    assert [(one, found.code) for one, found in problems.items()] == [("b1", "SERVER_REJECTED")]
    assert "used" in problems["b1"].message
    assert stage.target.alive("Brand", ["b1", "b2"]) == {"b1"}


def test_languages_and_settings_are_never_removed(stage: Stage) -> None:
    (german,) = (
        row["id"] for row in stage.somebody.ask("GET", "Language")["list"] if row["code"] == "de_DE"
    )
    before = writes(stage)
    assert set(stage.target.remove("Language", [german])) == {german}
    assert set(stage.target.remove("Settings", ["settings"])) == {"settings"}
    assert writes(stage) == before


def test_never_more_than_the_server_does_at_once(stage: Stage) -> None:
    ids = [f"b{i}" for i in range(450)]
    for start in range(0, 450, 150):
        some = ids[start : start + 150]
        stage.somebody.upsert("Brand", *({"id": one, "name": one, "code": one} for one in some))
    before = writes(stage)
    assert stage.target.remove("Brand", ids) == {}
    assert stage.target.alive("Brand", ids) == set()
    assert writes(stage) == before + 3


def test_a_refused_request_is_split_until_the_culprit_stands_alone(stage: Stage) -> None:
    ids = [f"b{i}" for i in range(8)]
    stage.somebody.upsert("Brand", *({"id": one, "name": one, "code": one} for one in ids))
    stage.faults.add(path="massDelete", body='"b5"', status=500)
    problems = stage.target.remove("Brand", ids)
    assert set(problems) == {"b5"}
    assert stage.target.alive("Brand", ids) == {"b5"}
