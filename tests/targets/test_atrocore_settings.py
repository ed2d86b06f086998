"""Settings and entities: what a mapping names like any record, and the server does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.errors import BatchRefused
from etl.model.change import Status
from etl.model.record import Ref, RefKind
from etl.model.schema import Kind
from tests.http.loopback import Asked, Reply
from tests.targets.world import change, ref

if TYPE_CHECKING:
    from etl.model.change import Change
    from tests.targets.sandboxed import Stage
    from tests.targets.scripted import Connect

NON_LEAF = "productCanLinkedWithNonLeafCategories"
METADATA = {"entityDefs": {"Settings": {"fields": {NON_LEAF: {"type": "bool"}}}}, "scopes": {}}


def set_to(*, value: bool) -> Change:
    return change("Settings", {"id": "settings"}, {NON_LEAF: value})


def test_settings_are_an_entity_of_one_record(stage: Stage) -> None:
    assert "Settings" in stage.target.entities()
    schema = stage.target.schema("Settings")
    assert schema
    assert {name: prop.kind for name, prop in schema.fields.items()} == {
        "id": Kind.TEXT,
        NON_LEAF: Kind.BOOLEAN,
    }
    there, not_there = ref("Settings", id="settings"), ref("Settings", id="other")
    assert stage.target.find([there, not_there]) == {there: ("settings",), not_there: ()}
    assert stage.target.alive("Settings", ["settings", "x"]) == {"settings"}


def test_only_what_differs_is_set(stage: Stage) -> None:
    (same,) = stage.target.write([set_to(value=False)])
    assert (same.status, same.id) == (Status.NOT_MODIFIED, "settings")
    (outcome,) = stage.target.write([set_to(value=True)])
    assert (outcome.status, outcome.id) == (Status.UPDATED, "settings")
    assert stage.somebody.ask("GET", "Settings")[NON_LEAF] is True
    assert stage.target.read("Settings", ["settings"], ["id", NON_LEAF]) == {
        "settings": {"id": "settings", NON_LEAF: True}
    }
    assert stage.target.read("Settings", ["other"], [NON_LEAF]) == {}
    writes = stage.target.counts().writes
    (again,) = stage.target.write([set_to(value=True)])
    assert again.status is Status.NOT_MODIFIED
    assert stage.target.counts().writes == writes


def test_there_are_no_second_settings(stage: Stage) -> None:
    (outcome,) = stage.target.write([change("Settings", {"id": "mine"}, {NON_LEAF: True})])
    assert outcome.status is Status.FAILED
    assert outcome.problem
    assert "'settings'" in outcome.problem.message
    assert stage.somebody.ask("GET", "Settings")[NON_LEAF] is False


@pytest.mark.parametrize("answer", [Reply(body={}), Reply(400, text="not allowed")])
def test_a_setting_that_is_not_kept_is_a_failure(connect: Connect, answer: Reply) -> None:
    """A PATCH that does nothing is answered like one that does (catalog 005, 006)."""

    def settings(asked: Asked) -> Reply:
        return answer if asked.method == "PATCH" else Reply(body={NON_LEAF: None})

    (outcome,) = connect({"Settings": settings, "Metadata": METADATA}).write([set_to(value=True)])
    assert outcome.status is Status.FAILED
    assert outcome.problem
    assert outcome.problem.code == "SERVER_REJECTED"


def test_a_setting_that_was_never_set_is_false(connect: Connect) -> None:
    target = connect({"Settings": {NON_LEAF: None}, "Metadata": METADATA})
    (outcome,) = target.write([set_to(value=False)])
    assert outcome.status is Status.NOT_MODIFIED


def test_sql_text_is_no_answer(connect: Connect) -> None:
    def settings(asked: Asked) -> Reply:
        sql = Reply(text="An exception occurred while executing a query: SQLSTATE[42703]")
        return sql if asked.method == "PATCH" else Reply(body={})

    with pytest.raises(BatchRefused, match="SQLSTATE"):
        connect({"Settings": settings, "Metadata": METADATA}).write([set_to(value=True)])


def test_a_server_without_the_setting_has_no_such_entity(connect: Connect) -> None:
    target = connect()
    assert target.schema("Settings") is None
    assert "Settings" not in target.entities()


def test_entities_are_found_in_the_metadata(stage: Stage) -> None:
    """`{value: Product, ref: Entity.id}` of an attribute, a group, an association."""
    stage.target.entities()
    before = stage.target.counts().sent
    by_id, by_code = ref("Entity", id="Product"), ref("Entity", code="Category")
    nothing, no_entity = ref("Entity", id="product"), ref("Entity", id="Settings")
    loosely = Ref(RefKind.RECORD, "Entity", ("name",), ("BRAND",), ignore_case=True)
    by_type = ref("Entity", type="Base")
    assert stage.target.find([by_id, by_code, nothing, no_entity, loosely, by_type]) == {
        by_id: ("Product",),
        by_code: ("Category",),
        nothing: (),
        no_entity: (),
        loosely: ("Brand",),
        by_type: (),
    }
    assert stage.target.alive("Entity", ["Product", "Nope"]) == {"Product"}
    assert stage.target.counts().sent == before
