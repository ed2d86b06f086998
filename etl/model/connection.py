"""A connection: where a target is and who we are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Secret:
    """A text that never shows itself: `reveal()` is the only way to it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True)
class Connection:
    """One target, as `etl.yaml`, the environment and the flags name it.

    `url` is the root without `/api…`; `timeout` is in seconds; `verify` is False, True or the path
    of a CA file; `rate` is how many requests a second may go out, None: any number. `identity`
    overrides what the state is kept under (the embedded sandbox is its data folder, whatever port
    it got).
    """

    type: str
    url: str
    name: str = ""
    username: str = ""
    password: Secret | None = None
    token: Secret | None = None
    api: str = "auto"
    auth: str = "auto"
    verify: bool | str = True
    timeout: float = 120.0
    headers: Mapping[str, Secret] = field(default_factory=dict)
    protected: bool = False
    rate: float | None = None
    identity: str = ""
