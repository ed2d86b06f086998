"""One AtroCore installation: the data model, the records, the settings, the clock, the ids."""

from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING, Any

from etl.sandbox.schema import Schema
from etl.sandbox.store import Journal, Row, Store

if TYPE_CHECKING:
    from pathlib import Path

ADMIN_ID = "1"
NON_LEAF = "productCanLinkedWithNonLeafCategories"
_UNIQUE = "unique"


class Installation:
    """What a running server has; `lock` guards all of it."""

    def __init__(self, folder: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.schema = Schema()
        self.store = Store(self.schema.entities.values(), Journal(folder) if folder else None)
        self.attribute_cache: dict[str, Any] = {}
        self._numbers = itertools.count()
        self._second = 0
        self._stamp = ""

    def open(self) -> bool:
        """Read what the data folder has; False means that it is new."""
        found = self.store.load()
        if found:
            self.renew_languages()
            for row in self.store["Settings"]:
                entity, _, name = row["id"].partition(".")
                if name:
                    self.schema.make_unique(entity, name, unique=row[_UNIQUE])
                    self.store[entity].add_index(self.schema[entity].fields[name].key)
        return found

    def close(self) -> None:
        """Let go of the data folder."""
        self.store.close()

    def renew_languages(self) -> None:
        """Give every multilingual field the languages there are (007, 032)."""
        self.schema.speak(
            row["code"] for row in self.store["Language"] if row.get("role") != "main"
        )
        self.attribute_cache.clear()

    def make_unique(self, entity: str, name: str, *, unique: bool) -> None:
        """An administrator's change of a field (902)."""
        self.schema.make_unique(entity, name, unique=unique)
        self.store[entity].add_index(self.schema[entity].fields[name].key)
        self.store["Settings"].put({"id": f"{entity}.{name}", _UNIQUE: unique})

    @property
    def settings(self) -> Row:
        """The settings that are stored."""
        return self.store["Settings"].live("settings") or {}

    def set_setting(self, name: str, value: object) -> None:
        """Store a setting."""
        self.store["Settings"].put({**self.settings, "id": "settings", name: value})

    def now(self) -> str:
        """The time as the server writes it, in UTC."""
        second = int(time.time())
        if second != self._second:
            self._stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))
            self._second = second
        return self._stamp

    def new_id(self) -> str:
        """An id of the server's making."""
        return f"a01{time.time_ns():014x}{next(self._numbers) & 0xFFFFFFFFF:09x}"

    def name_of(self, entity: str, row_id: object) -> Any:  # noqa: ANN401 - a name, mostly a text
        """The name of a linked record; null when it is not there."""
        if entity == "Entity":
            return row_id
        row = self.store[entity].live(row_id)
        return row.get("name") if row else None
