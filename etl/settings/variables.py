"""`${VAR}` and `${VAR:-default}` in etl.yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from etl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


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

    def put_in(found: re.Match[str]) -> str:
        name, default = found.groups()
        if variables.get(name):
            return variables[name]
        if default is None:
            raise UsageError(f"{where}: the variable {name} is not set")
        return default

    return _VARIABLE.sub(put_in, value)
