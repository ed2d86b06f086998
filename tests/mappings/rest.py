"""A target's open REST API, as a test reads and prepares it: without any code of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import TracebackType

_PAGE = 500
_BATCH = 50


class Rest:
    """A session with an AtroCore server of the v1 generation."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/api/v1", timeout=120)
        answer = self._client.get(
            "/App/user",
            auth=(username, password),
            headers={"Authorization-Token-Only": "true"},
        ).raise_for_status()
        self._client.headers["Authorization-Token"] = answer.json()["authorizationToken"]

    def every(self, entity: str, **more: str) -> Iterator[dict[str, Any]]:
        """All records of an entity, page by page."""
        parameters: dict[str, str | int] = {"sortBy": "id", "asc": "true", "maxSize": _PAGE}
        offset = 0
        while True:
            page = self._client.get(f"/{entity}", params={**parameters, **more, "offset": offset})
            found = page.raise_for_status().json()["list"]
            yield from found
            offset += len(found)
            if len(found) < _PAGE:
                return

    def post(self, entity: str, payload: Mapping[str, Any]) -> None:
        """Makes one record."""
        self._client.post(f"/{entity}", json=payload).raise_for_status()

    def patch_settings(self, **settings: object) -> None:
        """Changes settings of the server."""
        self._client.patch("/Settings", json=settings).raise_for_status()

    def upsert(self, entity: str, payloads: Iterable[Mapping[str, Any]]) -> list[str]:
        """Makes records in batches; their ids, in order."""
        items = [{"entity": entity, "payload": payload} for payload in payloads]
        return [
            identity
            for start in range(0, len(items), _BATCH)
            for identity in self._upsert(items[start : start + _BATCH])
        ]

    def _upsert(self, items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        answer = self._client.post("/MassActions/action/upsert", json=items).raise_for_status()
        for item, result in zip(items, answer.json(), strict=True):
            assert result["status"] == "Created", (item, result)
            yield result["entity"]["id"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._client.close()
