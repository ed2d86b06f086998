"""The environment's variables in a mapping: in the paths of files, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.model.problem import Problem
from etl.model.variables import VariableNotSet, with_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from etl.mapping.marked import Marked, Path

SOURCE = ("source", "path")


def put_in_variables(
    marked: Marked, file: str, variables: Mapping[str, str]
) -> Iterator[tuple[Path, Problem]]:
    """Puts the variables into the paths; where one names a variable without a value, and that."""
    for path in filter(_is_a_file_s, marked.values):
        *parents, last = path
        holder = marked.content
        for part in parents:
            holder = holder[part]
        given: Any = holder[last]
        if not isinstance(given, str):
            continue  # it is told as what it is
        try:
            holder[last] = with_variables(given, variables)
        except VariableNotSet as error:
            line, column = marked.mark(path)
            hint = f"set it, or write a default: ${{{error.name}:-…}}"
            told = f"{last}: {error}"
            problem = Problem("MAPPING", told, file=file, line=line, position=column, hint=hint)
            yield path, problem


def _is_a_file_s(path: Path) -> bool:
    """Whether a path of a file stands there: the source's, a table's, a map's."""
    if path == SOURCE:
        return True
    head, *rest = path or ("",)
    if head == "tables":
        return len(rest) == 2 and rest[-1] == "file"  # noqa: PLR2004 - name, file
    return head == "records" and rest[-2:] == ["map", "file"]
