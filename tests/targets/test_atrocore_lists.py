"""Lists and metadata, over a server that answers as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.errors import TargetBroken, UsageError
from etl.model.record import Ref, RefKind
from tests.http.loopback import Asked, Reply
from tests.targets.world import ref

if TYPE_CHECKING:
    from tests.targets.scripted import Connect


@pytest.mark.parametrize("answer", [[], {"list": {}}, {"list": [1]}, {"list": [{"id": 1}]}, None])
def test_a_list_of_another_shape_is_no_list(connect: Connect, answer: object) -> None:
    with pytest.raises(TargetBroken, match="no list of records"):
        connect({"Brand": answer}).find([ref("Brand", code="b")])


def test_sql_text_instead_of_a_list_is_no_answer(connect: Connect) -> None:
    sql = Reply(text="An exception occurred while executing a query: SQLSTATE[2201W]")
    with pytest.raises(TargetBroken, match="SQLSTATE"):
        connect({"Brand": sql}).find([ref("Brand", code="b")])


@pytest.mark.parametrize("answer", [[], {"scopes": {}}])
def test_metadata_of_another_shape_are_none(connect: Connect, answer: object) -> None:
    with pytest.raises(TargetBroken, match="GET Metadata answered"):
        connect({"Metadata": answer}).schema("Brand")


def test_metadata_are_asked_once(connect: Connect) -> None:
    target = connect()
    assert target.entities() == ("Brand",)
    assert target.schema("Brand") is target.schema("Brand")
    assert target.schema("Nope") is None
    assert target.counts().sent == 3


def test_what_is_found_is_compared_again(connect: Connect) -> None:
    """A server that does not know an operator lets every record through (v1 248)."""
    rows = [{"id": f"b{code}", "code": code} for code in ("b", "B", "b ", "c")]
    target = connect({"Brand": {"list": rows}})
    assert target.find([ref("Brand", code="b")]) == {ref("Brand", code="b"): ("bb",)}
    assert target.alive("Brand", ["bb", "gone"]) == {"bb"}


def test_pages_are_read_to_the_end(connect: Connect) -> None:
    rows = [{"id": f"b{number:05}", "code": f"c{number}"} for number in range(4500)]

    def page(asked: Asked) -> Reply:
        start, size = int(asked.query["offset"]), int(asked.query["maxSize"])
        return Reply(body={"list": rows[start : start + size]})

    target = connect({"Brand": page})
    wanted = Ref(RefKind.RECORD, "Brand", ("code",), ("C4499",), ignore_case=True)
    assert target.find([wanted]) == {wanted: ("b04499",)}
    before = target.counts().sent
    assert target.find([wanted]) == {wanted: ("b04499",)}
    assert target.counts().sent == before


def test_keys_are_asked_in_the_columns_kind(connect: Connect) -> None:
    asked_for: list[str] = []

    def brands(asked: Asked) -> Reply:
        asked_for.append(asked.query["where"])
        return Reply(body={"list": [{"id": "b", "position": 7}]})

    target = connect({"Brand": brands})
    seven, none = ref("Brand", position="7"), ref("Brand", position="seven")
    assert target.find([seven, none]) == {seven: ("b",), none: ()}
    assert asked_for == ['[{"type":"in","attribute":"position","value":[7]}]']


def test_a_key_too_long_for_any_url_is_looked_for_in_all_rows(connect: Connect) -> None:
    long = "x" * 9000

    def brands(asked: Asked) -> Reply:
        assert "where" not in asked.query
        return Reply(body={"list": [{"id": "b", "code": long}]})

    target = connect({"Brand": brands})
    assert target.find([ref("Brand", code=long)]).popitem()[1] == ("b",)


def test_what_cannot_be_looked_up_is_told(connect: Connect) -> None:
    target = connect()
    with pytest.raises(UsageError, match="no entity Nope"):
        target.find([ref("Nope", code="x")])
    with pytest.raises(UsageError, match="cannot be found by nope"):
        target.find([ref("Brand", nope="x")])
    nested = Ref(RefKind.RECORD, "Brand", ("code",), (ref("Brand", code="x"),))
    with pytest.raises(ValueError, match="resolved before"):
        target.find([nested])
    option = Ref(RefKind.OPTION, "Brand", ("code",), (ref("Brand", code="x"),), "li")
    empty: dict[str, list[object]] = {"list": []}
    lists = dict.fromkeys(
        ("ExtensibleEnum", "ExtensibleEnumOption", "ExtensibleEnumExtensibleEnumOption"), empty
    )
    target = connect({**lists, "ExtensibleEnumExtensibleEnumOption": empty})
    assert target.find([Ref(RefKind.OPTION, "x", ("code",), ("y",), "li")]).popitem()[1] == ()
    with pytest.raises(TypeError, match="by a text"):
        target.find([option])
