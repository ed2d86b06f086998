"""`${VAR}` and `${VAR:-default}` in etl.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.errors import UsageError
from etl.model.variables import VariableNotSet, with_variables

if TYPE_CHECKING:
    from collections.abc import Mapping


def expand(value: Any, variables: Mapping[str, str], where: str) -> Any:  # noqa: ANN401 - YAML
    """The value with its variables put in, at any depth.

    Raises UsageError that names a variable which is not set and has no default.
    """
    if isinstance(value, dict):
        return {name: expand(item, variables, f"{where}.{name}") for name, item in value.items()}
    if isinstance(value, list):
        return [expand(item, variables, where) for item in value]
    if not isinstance(value, str):
        return value
    try:
        return with_variables(value, variables)
    except VariableNotSet as error:
        raise UsageError(f"{where}: {error}") from None
