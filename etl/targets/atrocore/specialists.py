"""Entities that are found, read, judged or written in a way of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from etl.targets.atrocore.amendments import ATTRIBUTE, ATTRIBUTE_OPTION, OPTION, SETTINGS
from etl.targets.atrocore.attribute_lists import AttributeLists
from etl.targets.atrocore.attribute_names import AttributeNames
from etl.targets.atrocore.attribute_options import AttributeOptions
from etl.targets.atrocore.categories import CATEGORY, Categories
from etl.targets.atrocore.entity_names import ENTITY, EntityNames
from etl.targets.atrocore.languages import LANGUAGE, Languages
from etl.targets.atrocore.option_writing import OptionWriter
from etl.targets.atrocore.options import LIST, TIES
from etl.targets.atrocore.required import CLASSIFICATION_ATTRIBUTE, RequiredFlags
from etl.targets.atrocore.settings import Settings
from etl.targets.atrocore.units import UNIT, Units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from etl.model.change import Change, Json, Outcome
    from etl.model.problem import Problem
    from etl.model.record import Ref
    from etl.targets.atrocore.toolbox import Toolbox

    Rule = Callable[[Sequence[Change]], dict[int, Problem]]

_BESIDE = {ATTRIBUTE: (LIST,), ATTRIBUTE_OPTION: (OPTION, TIES)}  # written on the way
_WITH_OPTIONS = frozenset({LIST, OPTION, TIES})


class Finding(Protocol):
    """Who finds the records of one entity."""

    def find(self, refs: Iterable[Ref]) -> dict[Ref, tuple[str, ...]]:
        """As `Target.find`."""
        ...

    def alive(self, ids: Sequence[str]) -> frozenset[str]:
        """As `Target.alive`."""
        ...


class Reading(Protocol):
    """Who reads the records of one entity."""

    def read(self, ids: Sequence[str], keys: Iterable[str]) -> dict[str, dict[str, Json]]:
        """As `AtroCore.read`."""
        ...


class Writing(Protocol):
    """Who writes the records of one entity."""

    def write(self, changes: Sequence[Change]) -> list[Outcome]:
        """As `Target.write`."""
        ...


@dataclass(frozen=True, slots=True)
class Specialists:
    """By entity. `rules` tell what must not be sent, or not without a warning."""

    tools: Toolbox
    categories: Categories
    finding: Mapping[str, Finding]
    reading: Mapping[str, Reading]
    writing: Mapping[str, Writing]
    rules: Mapping[str, Rule]

    def forget(self, entity: str) -> None:
        """Records of this entity were written: what depends on them is asked again."""
        for one in (entity, *_BESIDE.get(entity, ())):
            self.tools.catalog.forget(one)
            self.tools.lookup.forget(one)
            self.categories.forget(one)
            if one in _WITH_OPTIONS:
                self.tools.options.forget()


def specialists(tools: Toolbox) -> Specialists:
    """All of them, on one server."""
    server, catalog = tools.server, tools.catalog
    options = AttributeOptions(server, tools.lookup, tools.options, tools.reader)
    categories, units = Categories(server, catalog), Units(server, tools.writer)
    settings = Settings(server)
    return Specialists(
        tools,
        categories,
        finding={
            ATTRIBUTE_OPTION: options,
            ENTITY: EntityNames(catalog),
            SETTINGS: settings,
        },
        reading={ATTRIBUTE_OPTION: options, SETTINGS: settings},
        writing={
            ATTRIBUTE: AttributeLists(server, catalog, tools.writer),
            ATTRIBUTE_OPTION: OptionWriter(options, tools.options, tools.new_options, tools.writer),
            LANGUAGE: Languages(server),
            SETTINGS: settings,
            UNIT: units,
        },
        rules={
            ATTRIBUTE: AttributeNames(catalog).objections,
            CATEGORY: categories.branches,
            CLASSIFICATION_ATTRIBUTE: RequiredFlags(server, catalog).objections,
            "Product": categories.products,
            "ProductCategory": categories.products,
            UNIT: units.objections,
        },
    )
