"""Replays recorded exchanges: sends what was sent, compares what came, maps the server's ids."""

# ruff: noqa: ANN401 - JSON is whatever it is

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

RECORDINGS = Path(__file__).parents[3] / "shared" / "api" / "transcripts"
_SERVER_ID = re.compile(r"a01m[0-9a-z]{23}")
_MADE_UP = re.compile(r'"(uniq|idx)_[0-9a-z_]+"')
_WHERE_CODE_LIES = re.compile(r"(<root>|/var/www/atrocore)")
VOLATILE = {
    "createdAt",
    "modifiedAt",
    "sortOrder",
    "fileMtime",
    "executeTime",
    "path",
    "thumbnailsPath",
    "downloadUrl",
    "mainImagePathsData",
    "smallThumbnailUrl",
    "mediumThumbnailUrl",
    "largeThumbnailUrl",
    "smallLogoThumbnailUrl",
    "attributeValueId",
    "inheritedFields",
    "data",
    "createdById",
    "createdByName",
    "ownerUserName",
    "assignedUserName",
    "modifiedByName",
    "teamsIds",
    "teamsNames",
    "offset",
}
FOR_THE_USER_INTERFACE = {
    "dropdown",
    "view",
    "layoutDetailView",
    "layoutDetailDisabled",
    "importDisabled",
    "notSortable",
}
_BIG_SORTING = 1_000_000


@dataclass
class Exchange:
    """One recorded request and its answer."""

    number: str
    name: str
    request: dict[str, Any]
    response: dict[str, Any]

    @property
    def answer(self) -> Any:
        filtered = self.response.get("body_filtered")
        return filtered if isinstance(filtered, (dict, list)) else self.response.get("body")


def exchanges(folder: str) -> Iterator[Exchange]:
    for path in sorted((RECORDINGS / folder).glob("[0-9]*.json")):
        recorded = json.loads(path.read_text(encoding="utf-8"))
        number, _, name = path.stem.partition("_")
        yield Exchange(number, name, recorded["request"], recorded["response"])


@dataclass
class Replay:
    """A replay in progress: the client, the ids that stand for each other, the differences."""

    client: httpx.Client
    ids: dict[str, str] = field(default_factory=dict)
    ignored: frozenset[str] | set[str] = frozenset()

    def send(self, exchange: Exchange) -> httpx.Response:
        request = exchange.request
        path = self._mapped(request["path"])
        body = request.get("body")
        content = body if isinstance(body, str) or body is None else json.dumps(body)
        kept = ("content-type", "language", "permanently", "use-queue", "x-http-method-override")
        headers = {k: v for k, v in request["headers"].items() if k.lower() in kept}
        return self.client.request(
            request["method"],
            quote(path, safe="/?&=%+,-._~[]:;@!$'()*"),
            content=self._mapped(content) if content else content,
            headers=headers,
        )

    def differences(
        self, exchange: Exchange, response: httpx.Response, ignored: frozenset[str] = frozenset()
    ) -> list[str]:
        self.ignored = VOLATILE | FOR_THE_USER_INTERFACE | ignored
        recorded = exchange.response
        if response.status_code != recorded["status"]:
            return [f"status {response.status_code}, recorded {recorded['status']}"]
        wanted = exchange.answer
        if recorded["body_type"] != "json":
            return list(self._text(wanted, response.text))
        return list(self._compare("", wanted, response.json()))

    def _text(self, wanted: str, got: str) -> Iterator[str]:
        if wanted.startswith("<html>"):
            wanted, got = wanted[:40], got[:40]
        if _same_text(wanted) != _same_text(got):
            yield f"text {got!r}, recorded {wanted!r}"

    def _mapped(self, text: str) -> str:
        return _SERVER_ID.sub(lambda found: self.ids.get(found[0], found[0]), text)

    def _compare(self, place: str, wanted: Any, got: Any) -> Iterator[str]:
        if isinstance(wanted, dict) and isinstance(got, dict):
            yield from self._compare_objects(place, wanted, got)
        elif isinstance(wanted, list) and isinstance(got, list):
            yield from self._compare_lists(place, wanted, got)
        elif isinstance(wanted, str) and isinstance(got, str):
            yield from self._compare_texts(place, wanted, got)
        elif (_empty(wanted) and _empty(got)) or (wanted == "0" and got == 0):
            return
        elif type(wanted) is not type(got) or wanted != got:
            yield f"{place}: {got!r}, recorded {wanted!r}"

    def _compare_texts(self, place: str, wanted: str, got: str) -> Iterator[str]:
        if _SERVER_ID.fullmatch(wanted) and wanted not in self.ids:
            self.ids[wanted] = got
        if _same_text(self._mapped(wanted)) != _same_text(got):
            yield f"{place}: {got!r}, recorded {wanted!r}"

    def _compare_objects(
        self, place: str, wanted: dict[str, Any], got: dict[str, Any]
    ) -> Iterator[str]:
        for key, value in wanted.items():
            if key in self.ignored or (key == "sorting" and (value or 0) > _BIG_SORTING):
                continue
            yield from self._compare(f"{place}.{key}", value, got.get(self._mapped(key)))

    def _compare_lists(self, place: str, wanted: list[Any], got: list[Any]) -> Iterator[str]:
        if len(wanted) != len(got):
            yield f"{place}: {len(got)} entries, recorded {len(wanted)}"
            return
        if place.endswith("Ids"):
            wanted, got = sorted(self._mapped(one) for one in wanted), sorted(got)
        elif wanted and all(isinstance(one, dict) and "id" in one for one in wanted):
            got = self._in_order(wanted, got)
        for index, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from self._compare(f"{place}[{index}]", one, other)

    def _in_order(self, wanted: list[Any], got: list[Any]) -> list[Any]:
        """The rows of a list in the recorded order: a list without sortBy has none."""
        rest = list(got)
        ordered = []
        for one in wanted:
            twin = min(rest, key=lambda other: self._distance(one, other))
            rest.remove(twin)
            ordered.append(twin)
        return ordered

    def _distance(self, wanted: dict[str, Any], got: dict[str, Any]) -> int:
        if self.ids.get(wanted.get("id", ""), wanted.get("id")) == got.get("id"):
            return -1
        if wanted.get("id") in self.ids or got.get("id") in self.ids.values():
            return len(wanted) + 1
        return sum(
            self._mapped(str(value)) != str(got.get(key))
            for key, value in wanted.items()
            if key != "id" and key not in VOLATILE
        )


def _empty(value: object) -> bool:
    return value is None or value in ([], {})


def _same_text(text: str) -> str:
    return _WHERE_CODE_LIES.sub("<root>", _MADE_UP.sub('"key"', text))
