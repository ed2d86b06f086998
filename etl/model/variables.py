"""`${VAR}` and `${VAR:-default}` in a text of a file that people write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class VariableNotSet(LookupError):
    """A variable has no value and no default; `name` is the variable's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the variable {name} is not set")
        self.name = name


def with_variables(text: str, variables: Mapping[str, str]) -> str:
    """The text with its variables put in; one that is empty counts as not set.

    Raises VariableNotSet for the first that is not set and has no default.
    """

    def put_in(found: re.Match[str]) -> str:
        name, default = found.groups()
        if variables.get(name):
            return variables[name]
        if default is None:
            raise VariableNotSet(name)
        return default

    return _VARIABLE.sub(put_in, text)
