"""The shape of `"*"` under `attributes`: columns whose headers say which attribute they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from etl.mapping.groups import GroupText
from etl.mapping.value_spec import Spec, TreatmentSpec, Unit, UnitSpec

if TYPE_CHECKING:
    from pydantic import ValidationInfo

ITEM = "item"  # in options: the cell's text, or one of its items
_WAYS = ("code", "name", "id")


class OptionsSpec(Spec):
    """`options`: by what a list's options are found, and how that is made of the cell's item."""

    by: Literal["code", "name", "id"] = "code"
    text: str | None = None

    def around(self, groups: dict[str, str | None]) -> tuple[str, str]:
        """What stands before and behind the item."""
        if self.text is None:
            return "", ""
        before, _, behind = GroupText.parse(self.text).fill({**groups, ITEM: "\0"}).partition("\0")
        return before, behind


def _options(given: object) -> object:
    if isinstance(given, str):
        return {"by": given}
    if isinstance(given, dict) and len(given) == 1 and set(given) <= set(_WAYS):
        ((by, text),) = given.items()
        return {"by": by, "text": text}
    raise ValueError('takes code, name or id, or one of them with a text: {code: "{code}__{item}"}')


class WildcardSpec(TreatmentSpec):
    """`match` takes headers apart; the texts of the other keys are made of its named groups."""

    match: str = "(?P<code>.+)"
    code: Annotated[str, Field(validate_default=True)] = "{code}"
    locale: str | None = None
    channel: str | None = None
    unit: Unit | None = None
    options: Annotated[OptionsSpec, BeforeValidator(_options)] = OptionsSpec()

    @field_validator("match")
    @classmethod
    def _is_pattern(cls, match: str) -> str:
        try:
            re.compile(match)
        except re.error as error:
            raise ValueError(f"{match!r} is no regular expression: {error}") from None
        return match

    @field_validator("code", "locale", "channel")
    @classmethod
    def _knows_groups(cls, text: str | None, info: ValidationInfo) -> str | None:
        if text is not None:
            _check_groups(GroupText.parse(text), info)
        return text

    @field_validator("unit")
    @classmethod
    def _unit_knows_groups(cls, unit: UnitSpec | None, info: ValidationInfo) -> UnitSpec | None:
        if unit is not None and unit.column is not None:
            _check_groups(GroupText.parse(unit.column), info)
        return unit

    @field_validator("options")
    @classmethod
    def _options_know_groups(cls, options: OptionsSpec, info: ValidationInfo) -> OptionsSpec:
        if options.text is None:
            return options
        text = GroupText.parse(options.text)
        if text.names.count(ITEM) != 1:
            raise ValueError(f"{options.text!r} needs {{item}} once: what stands in the cell")
        _check_groups(text, info, ITEM)
        if info.data.get("map") is not None:
            raise ValueError("a text with {item} is made before map: is looked up; use one of both")
        return options

    @property
    def locale_text(self) -> str:
        """How the language is made of the groups; the group `locale` says it if nothing else."""
        if self.locale is not None:
            return self.locale
        return "{locale}" if "locale" in re.compile(self.match).groupindex else ""


def _check_groups(text: GroupText, info: ValidationInfo, *more: str) -> None:
    if "match" not in info.data:
        return  # it is wrong itself, and told
    known = (*re.compile(info.data["match"]).groupindex, *more)
    for name in text.names:
        if name not in known:
            told = ", ".join(known) or "none"
            raise ValueError(f"match has no group {name!r} (there are: {told})")


def given_wildcard(given: object) -> object:
    """Nothing at all is short for all defaults."""
    if given is None:
        return {}
    if isinstance(given, (dict, WildcardSpec)):
        return given
    raise ValueError("takes keys such as match: and code:, or nothing")
