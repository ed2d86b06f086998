"""`gone` and `gone_limit`: what the mapping says becomes what the engine does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from etl.mapping.spec import EntrySpec
from etl.model.plan import GonePolicy
from etl.model.schema import EntitySchema, Kind, Property
from etl.transform.gone import gone_policy
from etl.transform.words import WordError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.model.record import Scalar

SCHEMA = EntitySchema(
    "Product",
    {
        prop.name: prop
        for prop in (
            Property("number", "number", Kind.TEXT),
            Property("isActive", "isActive", Kind.BOOLEAN, "bool"),
            Property("quantity", "quantity", Kind.NUMBER, "float"),
            Property("name", "name", Kind.TEXT, "varchar", required=True),
            Property("until", "until", Kind.DATE, "date"),
            Property("status", "productStatus", Kind.CHOICE, "enum", choices=("draft", "ready")),
            Property("brand", "brandId", Kind.LINK, "link", entity="Brand"),
        )
    },
)


def policy(**more: Any) -> GonePolicy | None:  # noqa: ANN401 - YAML
    spec = EntrySpec.model_validate({"entity": "Product", "key": "number", **more})
    return gone_policy(SCHEMA, spec)


def test_records_are_kept_unless_something_is_said() -> None:
    assert policy() is None
    assert policy(gone="keep") is None


def test_records_can_be_deleted() -> None:
    found = policy(gone="delete")
    assert found == GonePolicy(None, None, 0.25)
    assert found is not None
    assert (found.allows(25, 100), found.allows(26, 100)) == (True, False)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"isActive": False}, {"isActive": False}),
        ({"isActive": "no", "quantity": 0}, {"isActive": False, "quantity": 0}),
        (
            {"status": "draft", "until": "2026-12-31"},
            {"productStatus": "draft", "until": "2026-12-31"},
        ),
        ({"until": None}, {"until": None}),
    ],
)
def test_fields_can_be_set(given: Mapping[str, object], made: Mapping[str, Scalar]) -> None:
    assert policy(gone={"set": given}) == GonePolicy(made, None, 0.25)


@pytest.mark.parametrize(
    ("limit", "records", "share"),
    [("5%", None, 0.05), ("2.5 %", None, 0.025), (10, 10, None), ("10", 10, None), (0, 0, None)],
)
def test_limits(limit: object, records: int | None, share: float | None) -> None:
    assert policy(gone="delete", gone_limit=limit) == GonePolicy(None, records, share)


@pytest.mark.parametrize(
    ("more", "key", "told"),
    [
        ({"gone": {"set": {}}}, "gone", "takes keep, delete or"),
        ({"gone": {"drop": {"isActive": False}}}, "gone", "takes keep, delete or"),
        ({"gone": {"set": {"isActiv": False}}}, "gone", "has no field 'isActiv'"),
        ({"gone": {"set": {"brand": "x"}}}, "gone", "cannot be set to a constant"),
        ({"gone": {"set": {"name": None}}}, "gone", "cannot be cleared"),
        ({"gone": {"set": {"status": "gone"}}}, "gone", "'status'"),
        ({"gone": {"set": {"quantity": "much"}}}, "gone", "'quantity'"),
        ({"gone": "delete", "gone_limit": "few"}, "gone_limit", "neither a number nor a share"),
        ({"gone": "delete", "gone_limit": "1.5"}, "gone_limit", "neither a number nor a share"),
        ({"gone_limit": 5}, "gone_limit", "says nothing"),
    ],
)
def test_what_means_nothing_is_told(more: dict[str, Any], key: str, told: str) -> None:
    with pytest.raises(WordError, match=told) as error:
        policy(**more)
    assert error.value.key == key
