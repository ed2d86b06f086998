"""Loads a mapping: all that is wrong in the file is told at once, with line and column."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from etl.errors import MappingError
from etl.mapping.marked import Marked, read_marked
from etl.mapping.paths import SOURCE, put_in_variables
from etl.mapping.spec import STAR, EntrySpec, MappingSpec, known_keys
from etl.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping as TextMapping
    from collections.abc import Sequence
    from pathlib import Path

    from etl.mapping.source_spec import SourceSpec

_ROUNDS = 4  # what is wrong is taken out and the rest looked at again, so many times
_SIZE = 4 * 1024 * 1024  # bytes
_SHOULD = "Input should be "  # how pydantic tells of a wrong type

Part = str | int


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that could be read. `damaged` if parts of it were wrong and are left out."""

    path: Path
    spec: MappingSpec
    marked: Marked
    damaged: bool = False

    @property
    def name(self) -> str:
        """The name that the state is kept under."""
        return self.spec.name or self.path.stem

    @property
    def connection(self) -> str | None:
        """The connection that the mapping names."""
        return self.spec.connection

    @property
    def source(self) -> SourceSpec:
        """The table."""
        return self.spec.source

    @property
    def records(self) -> Sequence[EntrySpec]:
        """The entries."""
        return self.spec.records

    def key_problem(self, message: str, *path: Part, hint: str | None = None) -> Problem:
        """Something is wrong with the key itself that the path ends in."""
        line, column = self.marked.mark(path, key=True)
        return Problem(
            "MAPPING", message, file=str(self.path), line=line, position=column, hint=hint
        )

    def problem(
        self, message: str, *path: Part, hint: str | None = None, code: str = "MAPPING"
    ) -> Problem:
        """Something is wrong with what stands under that path."""
        line, column = self.marked.mark(path)
        return Problem(code, message, file=str(self.path), line=line, position=column, hint=hint)


def load_mapping(
    path: Path,
    collect: list[Problem] | None = None,
    variables: TextMapping[str, str] | None = None,
) -> Mapping | None:
    """The mapping in a file, with `variables` (those of the environment) put into its paths.

    What is wrong goes to `collect`, and the rest of the mapping is given back so that it can be
    looked at as well; None where nothing is left of it. Without `collect`, raises MappingError.
    """
    problems: list[Problem] = [] if collect is None else collect
    mapping = _load(path, problems, os.environ if variables is None else variables)
    if collect is None and problems:
        raise MappingError(problems)
    return mapping


def _load(path: Path, problems: list[Problem], variables: TextMapping[str, str]) -> Mapping | None:
    try:
        with path.open("rb") as file:
            data = file.read(_SIZE + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        problems.append(Problem("MAPPING", f"cannot be read: {error.strerror}", file=str(path)))
        return None
    except UnicodeDecodeError as error:
        told = f"is no UTF-8 (byte {error.start})"
        problems.append(Problem("MAPPING", told, file=str(path), hint="save it as UTF-8"))
        return None
    if len(data) > _SIZE:
        problems.append(Problem("MAPPING", "is too large for a mapping", file=str(path)))
        return None
    before = len(problems)
    marked = read_marked(text, str(path), problems)
    if marked is None:
        return None
    unset = dict(put_in_variables(marked, str(path), variables))
    problems += unset.values()
    spec = _validated(marked, str(path), problems)
    return (
        None
        if spec is None or SOURCE in unset
        else Mapping(path, spec, marked, len(problems) > before)
    )


def _validated(marked: Marked, file: str, problems: list[Problem]) -> MappingSpec | None:
    content = marked.content
    for attempt in range(_ROUNDS):
        try:
            return MappingSpec.model_validate(content)
        except ValidationError as error:
            found = _told(error)
            if attempt == 0:
                problems += [_problem(marked, file, one) for one in _united(marked, found)]
            for path in sorted({_path(marked, one["loc"]) for one in found}, reverse=True):
                if not path:
                    return None
                content = _without(content, path)
                marked.forget(path)
    return None


def _told(error: ValidationError) -> list[Any]:
    """What is wrong; a list that is too short only because its items are wrong is not."""
    found = error.errors(include_url=False, include_input=False)
    places = [one["loc"] for one in found]
    return [one for one in found if one["type"] != "too_short" or not _holds(one["loc"], places)]


def _holds(loc: tuple[Part, ...], places: Sequence[tuple[Part, ...]]) -> bool:
    return any(len(place) > len(loc) and place[: len(loc)] == loc for place in places)


def _united(marked: Marked, errors: Sequence[Any]) -> list[Any]:
    """One problem of a value that is none of several types, instead of one of each type."""
    found: dict[Any, Any] = {}
    for error in errors:
        told = str(error["msg"])
        of_type = told.startswith(_SHOULD)
        place = (of_type, _path(marked, error["loc"]) if of_type else error["loc"])
        if of_type and place in found:
            more = f"{found[place]['msg']} or {told.removeprefix(_SHOULD)}"
            found[place] = {**found[place], "msg": more}
        else:
            found[place] = error
    return list(found.values())


def _path(marked: Marked, loc: Sequence[Part]) -> tuple[Part, ...]:
    """Where in the file pydantic's place is: lists of one and names of types are not written."""
    at: tuple[Part, ...] = ()
    for given in loc:
        part = "*" if given == STAR else given
        part = "else" if part == "otherwise" else part
        if (*at, part) in marked.values:
            at = (*at, part)
        elif part == "*" and (*at, "attributes", "*") in marked.values:
            at = (*at, "attributes", "*")
    return at


def _without(content: Any, path: Sequence[Part]) -> Any:  # noqa: ANN401 - YAML
    """The content without what stands under the path, which is there."""
    head, *rest = path
    left = content.copy()
    if rest:
        left[head] = _without(content[head], rest)
    else:
        del left[head]
    return left


def _problem(marked: Marked, file: str, error: Any) -> Problem:  # noqa: ANN401 - pydantic's dict
    loc, kind, told = error["loc"], error["type"], error["msg"]
    path = _path(marked, loc)
    hint = None
    if kind == "extra_forbidden":
        told = f"unknown key {loc[-1]!r}"
        near = difflib.get_close_matches(str(loc[-1]), known_keys(), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else None
    elif kind == "missing":
        told = f"the key {loc[-1]!r} is missing"
    else:
        told = told.removeprefix("Value error, ")
        if path and isinstance(path[-1], str):
            told = f"{path[-1]}: {told}"
    line, column = marked.mark(path, key=kind == "extra_forbidden")
    return Problem("MAPPING", told, file=file, line=line, position=column, hint=hint)
