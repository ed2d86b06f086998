"""The server's words, translated: patterns, addresses, filters, fields, attributes, relations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import UsageError
from etl.model.schema import Kind
from etl.targets.atrocore.address import normalised
from etl.targets.atrocore.attributes import attribute
from etl.targets.atrocore.births import own_id
from etl.targets.atrocore.fields import fields, unique
from etl.targets.atrocore.kinds import camel, payload_keys
from etl.targets.atrocore.pattern import translated
from etl.targets.atrocore.where import ROOM, any_of, pieces, text, weight

if TYPE_CHECKING:
    from etl.model.schema import Property


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        (r"/^(\d{8}|\d{12,14})$/", "12345678", True),
        (r"/^(\d{8}|\d{12,14})$/", "123456789", False),
        (r"/^[A-Z]+$/", "abc", False),
        (r"/^[A-Z]+$/i", "abc", True),
        (r"/[0-9]/", "a1b", True),
        (r"/^a|b$/", "xb", True),
        (r"/^a|b$/", "xbx", False),
        (r"/^[(|]+$/", "(|", True),
        (r"/^a\$/", "a$ and more", True),
        (r"/^http:\/\//", "http://x", True),
        (r"/./", "two\nlines", True),
    ],
)
def test_patterns_match_what_the_server_matches(pattern: str, value: str, *, fits: bool) -> None:
    found = translated(pattern)
    assert found is not None
    assert bool(re.fullmatch(found, value)) is fits


@pytest.mark.parametrize("pattern", [None, "", "no delimiters", r"/(/", r"/(?<n>a)\g{n}/", 7])
def test_what_python_cannot_compile_is_left_to_the_server(pattern: object) -> None:
    assert translated(pattern) is None


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://PIM.Example.com/", "https://pim.example.com"),
        (" https://pim.example.com:443 ", "https://pim.example.com"),
        ("http://user:pw@host:80/pim/?x=1#y", "http://host/pim"),
        ("http://host:8080", "http://host:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_a_url_has_one_spelling(url: str, wanted: str) -> None:
    assert normalised(url) == wanted


@pytest.mark.parametrize("url", ["", "pim.example.com", "ftp://x", "http://", "http://h:port"])
def test_what_is_no_url_is_told(url: str) -> None:
    with pytest.raises(UsageError, match="url:"):
        normalised(url)


@given(st.lists(st.text(max_size=300) | st.integers()))
def test_pieces_fit_into_a_url_and_lose_nothing(values: list[str | int]) -> None:
    found = list(pieces(values))
    assert [value for piece in found for value in piece] == values
    for piece in found:
        encoded = quote_plus(text([any_of("number", piece)]), errors="replace")
        assert len(encoded) <= ROOM + 200 or len(piece) == 1


def test_a_value_that_never_fits_stands_alone() -> None:
    assert list(pieces(["a", "x" * ROOM, "b"])) == [["a"], ["x" * ROOM], ["b"]]
    assert weight("ä") > weight("a")


@given(st.lists(st.text(), min_size=1, max_size=3), st.integers(0, 9))
def test_own_ids_are_what_the_server_takes(key: list[str], generation: int) -> None:
    one = own_id("Product", ["number"], key, generation)
    assert re.fullmatch(r"e[0-9a-f]{32}", one)
    assert one == own_id("Product", ["number"], key, generation)
    assert one != own_id("Product", ["number"], key, generation + 1)
    assert one != own_id("Brand", ["number"], key, generation)


def test_own_ids_never_change() -> None:
    """They are on servers: another recipe would make every record of a user a second time."""
    assert own_id("Product", ["number"], ["4711"], 0) == OWN_ID


OWN_ID = "ed3a2681d37d3af50158e4534f272290f"


def no_unit(measure: str) -> str | None:
    return {"currency": "eur"}.get(measure)


def field(**definition: Any) -> Property:  # noqa: ANN401 - JSON
    links = {"f": {"entity": definition.pop("entity", None)}}
    return fields({"fields": {"f": definition}, "links": links}, "en_US", no_unit)["f"]


def test_fields_are_translated() -> None:
    assert field(type="varchar", required=True, maxLength=40).length == 40
    assert field(type="varchar", len=16).length == 16
    assert field(type="varchar").length == 255
    assert field(type="text").length is None
    assert field(type="text", maxLength=9).length == 9
    assert field(type="varchar", countBytesInsteadOfCharacters=True).length_in_bytes
    assert field(type="link", entity="Brand").key == "fId"
    assert field(type="linkMultiple", entity="Tag").entity == "Tag"
    assert field(type="file").entity == "File"
    assert field(type="enum", options=["a", "b"]).choices == ("a", "b")
    assert field(type="extensibleEnum", extensibleEnumId="li").option_list == "li"
    assert field(type="jsonObject").kind is Kind.OTHER
    assert (field(type="int", min=1, max=5).minimum, field(type="int", max=5).maximum) == (1, 5)
    assert field(type="int", min=True).minimum is None
    assert field(type="float", amountOfDigitsAfterComma=2).decimals == 2


def test_units_of_fields() -> None:
    price = field(type="float", measureId="currency")
    assert (price.measure, price.unit_key, price.default_unit) == ("currency", "fUnitId", "eur")
    assert field(type="float", measureId="currency", defaultUnit="usd").default_unit == "usd"
    assert field(type="link", measureId="currency", unitIdField=True).measure is None
    assert field(type="varchar", measureId="currency", unitField=True).unit_key is None


def test_what_can_be_written() -> None:
    assert field(type="varchar", readOnly=True).read_only
    assert field(type="varchar", notStorable=True).read_only
    assert not field(type="int", notStorable=True, virtualField=True).read_only
    found = fields({"fields": {"parent": {"type": "link", "notStorable": True}}}, "en_US", no_unit)
    assert not found["parent"].read_only


def test_what_is_required() -> None:
    assert field(type="varchar", required=True).required
    assert not field(type="enum", required=True, default="draft").required
    assert not field(type="varchar", required=True, readOnly=True).required
    owner = {"fields": {"ownerUser": {"type": "link", "required": True}}}
    assert not fields(owner, "en_US", no_unit)["ownerUser"].required


def test_languages_of_fields() -> None:
    german = {"type": "varchar", "multilangField": "name", "multilangLocale": "de_DE"}
    definition = {"fields": {"name": {"type": "varchar", "isMultilang": True}, "nameDeDe": german}}
    found = fields(definition, "en_US", no_unit)
    assert found["name"].languages == {"en_US": "name", "de_DE": "nameDeDe"}
    assert found["nameDeDe"].languages == {}
    assert list(payload_keys(found["name"])) == ["name", "nameDeDe"]
    assert camel("de_DE") == "DeDe"


def test_what_is_unique() -> None:
    link = {"type": "link", "unique": True}
    assert unique({"fields": {"code": {"type": "varchar", "unique": True}, "f": link}}) == (
        ("code",),
        ("fId",),
    )
    index = {"u": ["deleted", "product_id", "attribute_id"]}
    assert unique({"fields": {}, "uniqueIndexes": index}) == (("productId", "attributeId"),)
    single = {"code": {"type": "varchar", "unique": True}}
    assert unique({"fields": single, "uniqueIndexes": index}) == (("code",),)
    assert unique({"fields": {}}) == ()


def row(**more: Any) -> Property:  # noqa: ANN401 - JSON
    return attribute({"id": "a1", "name": "A", **more}, ("en_US", "de_DE"), no_unit)


def test_attributes_are_translated() -> None:
    found = row(code="w", type="float", measureId="currency", channelId="ch")
    assert (found.name, found.key, found.attribute, found.channel) == ("w", "w", "a1", "ch")
    assert (found.unit_key, found.default_unit) == ("wUnitId", "eur")
    assert row(code="w", type="float", measureId="m", defaultUnit="u").default_unit == "u"
    assert row(code=None, type="date").key == "a1"
    assert row(code="p", type="file").key == "pId"
    assert row(code="l", type="link").kind is Kind.OTHER
    assert list(payload_keys(row(code="r", type="rangeInt"))) == ["rFrom", "rTo"]
    assert row(code="t", type="varchar").length == 255
    assert row(code="t", type="varchar", maxLength=9).length == 9
    assert row(code="t", type="varchar", data={"field": {"maxLength": 7}}).length == 7
    assert row(code="t", type="int", data={"field": {"min": 1}}).minimum == 1
    assert row(code="t", type="int", data=None).minimum is None
    assert row(code="t", type="varchar", pattern="/^x$/").pattern == "^x$"
    assert row(code="t", type="varchar", isRequired=True, isReadOnly=True).read_only


def test_only_texts_have_languages() -> None:
    spoken = {"en_US": "t", "de_DE": "tDeDe"}
    assert row(code="t", type="varchar", isMultilang=True).languages == spoken
    assert row(code="t", type="bool", isMultilang=True).languages == {}
    assert row(code="t", type="varchar").languages == {}
