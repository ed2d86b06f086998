"""YAML with positions: every key and value knows its line and column.

Scalars are those of YAML 1.2: `yes`, `no`, `on` and dates are texts. So is what only looks like a
number: 00101 is an article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from etl.model.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Path = tuple["str | int", ...]
Mark = tuple[int, int]  # line and column, from 1

_NODES = 100_000  # nodes of one file, aliases unrolled: more is no mapping but a bomb
_DEPTH = 40

_INTEGER = re.compile(r"^[-+]?(0|[1-9][0-9]{0,300})$")
_FLOAT = re.compile(r"^[-+]?(\.[0-9]+|(0|[1-9][0-9]{0,300})(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("null", "Null", "NULL", "~", "")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(slots=True)
class Marked:
    """A file's content. `keys` and `values` have the marks of what stands under a path."""

    content: Any = None
    keys: dict[Path, Mark] = field(default_factory=dict)
    values: dict[Path, Mark] = field(default_factory=dict)

    def mark(self, path: Iterable[str | int], *, key: bool = False) -> Mark:
        """The position of the value (or the key) under the longest part of the path that is there.

        Parts that the file does not spell out, such as the place in a list of one, are passed over.
        """
        at: Path = ()
        for part in path:
            if (*at, part) in self.values:
                at = (*at, part)
        found = self.keys.get(at) if key else None
        return found or self.values.get(at) or (1, 1)

    def forget(self, path: Path) -> None:
        """Takes what stands under the path out of the marks; a list's later items move up.

        The path is not the whole file's.
        """
        self.keys = dict(_moved_up(self.keys, path))
        self.values = dict(_moved_up(self.values, path))


def _moved_up(marks: dict[Path, Mark], gone: Path) -> Iterator[tuple[Path, Mark]]:
    parents, last = gone[:-1], gone[-1]
    depth = len(parents)
    for path, mark in marks.items():
        if path[: len(gone)] == gone:
            continue
        part = path[depth] if len(path) > depth and path[:depth] == parents else None
        if isinstance(part, int) and isinstance(last, int) and part > last:
            yield (*parents, part - 1, *path[depth + 1 :]), mark
        else:
            yield path, mark


def read_marked(text: str, file: str, problems: list[Problem]) -> Marked | None:
    """The content of a YAML text; None, and the reason among the problems, if it is none."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problems.append(_problem(file, (line, column), error.problem or "is no YAML"))
        return None
    except RecursionError:
        problems.append(_problem(file, (1, 1), "is too deep or too large for a mapping"))
        return None
    except yaml.YAMLError as error:
        problems.append(_problem(file, (1, 1), f"is no YAML: {error}"))
        return None
    if node is None:
        problems.append(_problem(file, (1, 1), "the file is empty"))
        return None
    reader = _Reader(file, problems)
    try:
        reader.marked.content = reader.read(node, ())
    except _TooMuchError:
        problems.append(_problem(file, (1, 1), "is too deep or too large for a mapping"))
        return None
    return reader.marked


class _TooMuchError(Exception):
    """Aliases within aliases, or a list without end."""


class _Reader:
    def __init__(self, file: str, problems: list[Problem]) -> None:
        self._file, self._problems = file, problems
        self._nodes = 0
        self.marked = Marked()

    def read(self, node: yaml.Node, path: Path) -> Any:  # noqa: ANN401 - YAML
        self._nodes += 1
        if self._nodes > _NODES or len(path) > _DEPTH:
            raise _TooMuchError
        self.marked.values[path] = _mark(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, i)) for i, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in self._pairs(node):
            if not isinstance(key_node, yaml.ScalarNode):
                told = "a key must be a plain text"
                self._problems.append(_problem(self._file, _mark(key_node), told))
                continue
            key = str(key_node.value)
            if key in found:
                line = self.marked.keys[(*path, key)][0]
                told = f"the key {key!r} stands here a second time (first in line {line})"
                self._problems.append(_problem(self._file, _mark(key_node), told))
                continue
            self.marked.keys[(*path, key)] = _mark(key_node)
            found[key] = self.read(value_node, (*path, key))
        return found

    def _pairs(self, node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        """Keys and values; those of `<<: *other` come last, as far as they are not given here."""
        own = [pair for pair in node.value if not _is_merge(pair[0])]
        given = {key.value for key, _ in own if isinstance(key, yaml.ScalarNode)}
        yield from own
        for key, others in node.value:
            if not _is_merge(key):
                continue
            for other in others.value if isinstance(others, yaml.SequenceNode) else [others]:
                if not isinstance(other, yaml.MappingNode):
                    told = "<< takes keys of another mapping: <<: *anchor"
                    self._problems.append(_problem(self._file, _mark(key), told))
                    continue
                for pair in self._merged(other, given):
                    given.add(pair[0].value)
                    yield pair

    def _merged(
        self, other: yaml.MappingNode, given: set[str]
    ) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
        self._nodes += 1
        if self._nodes > _NODES:
            raise _TooMuchError
        pairs = self._pairs(other)
        return [
            (key, value)
            for key, value in pairs
            if isinstance(key, yaml.ScalarNode) and key.value not in given
        ]


def _is_merge(key: yaml.Node) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.value == "<<" and key.style is None


def _scalar(node: yaml.Node) -> str | int | float | bool | None:
    text = str(node.value)
    if not isinstance(node, yaml.ScalarNode) or node.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def _mark(node: yaml.Node) -> Mark:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _problem(file: str, mark: Mark, message: str) -> Problem:
    return Problem("MAPPING", message, file=file, line=mark[0], position=mark[1])
