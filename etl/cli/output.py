"""What commands print, for people and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from etl.model.problem import Problem


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem as the interface shows it."""
    found = {
        "code": problem.code,
        "severity": str(problem.severity),
        "file": problem.file,
        "line": problem.line,
        "position": problem.position,
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "message": problem.message,
        "hint": problem.hint,
    }
    return {name: value for name, value in found.items() if value is not None}


def print_json(found: object) -> None:
    """The one object on stdout."""
    click.echo(json.dumps(found, ensure_ascii=False, default=str))
