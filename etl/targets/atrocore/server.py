"""The envelope of the v1 generation: lists by pages, upserts by items, and nothing believed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from etl.errors import BatchRefused, TargetBroken
from etl.http.answers import RequestRefused, ServerFailed, Unanswered
from etl.targets.atrocore.where import any_of, pieces, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from etl.http.client import Client
    from etl.targets.atrocore.where import Clause

Row = dict[str, Any]

PAGE = 2000  # rows of an entity in one answer (1,000 products without select: 0.45 s)
TABLE_PAGE = 10_000  # rows of a relation table in one answer (20,000: 1.1 s)
_STATUSES = frozenset({"Created", "Updated", "NotModified", "Failed"})


class Server:
    """Speaks to one server. Any thread."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self, path: str) -> Row:
        """One JSON object."""
        answer = self._client.ask("GET", path)
        if not isinstance(answer, dict):
            raise TargetBroken(f"GET {path} answered with something that is no object")
        return answer

    def rows(
        self,
        entity: str,
        clauses: Sequence[Clause] = (),
        select: Sequence[str] = (),
        *,
        page: int = PAGE,
        more: Mapping[str, str] | None = None,
    ) -> Iterator[Row]:
        """All rows of a list that the clauses let through, page by page, in the order of ids.

        The caller compares again: an unknown operator or a malformed `where` lets everything
        through (v1 248, 249).
        """
        params = {"sortBy": "id", "asc": "true", "collectionOnly": "true", **(more or {})}
        if clauses:
            params["where"] = text(clauses)
        if select:
            params["select"] = ",".join(select)
        offset = 0
        while True:
            found = self._page(entity, {**params, "maxSize": str(page), "offset": str(offset)})
            yield from found
            offset += page
            if len(found) < page:
                return

    def first(
        self, entity: str, select: Sequence[str], clauses: Sequence[Clause] = ()
    ) -> Row | None:
        """Any one row of the list; None if there is none."""
        params = {"collectionOnly": "true", "maxSize": "1", "select": ",".join(select)}
        if clauses:
            params["where"] = text(clauses)
        found = self._page(entity, params)
        return found[0] if found else None

    def count(self, entity: str, clauses: Sequence[Clause] = ()) -> int:
        """How many rows the list has; very many where the server does not tell."""
        params = {"maxSize": "1", "select": "id"}
        if clauses:
            params["where"] = text(clauses)
        answer = self._client.ask("GET", entity, params=params)
        total = answer.get("total") if isinstance(answer, dict) else None
        return total if isinstance(total, int) and total >= 0 else sys.maxsize

    def rows_in(
        self,
        entity: str,
        attribute: str,
        values: Iterable[str],
        select: Sequence[str] = (),
        *,
        page: int = PAGE,
    ) -> Iterator[Row]:
        """All rows whose attribute is one of the values, in as many requests as URLs need."""
        wanted = dict.fromkeys(values)
        for piece in pieces(wanted):
            for row in self.rows(entity, [any_of(attribute, piece)], select, page=page):
                if row.get(attribute) in wanted:
                    yield row

    def _page(self, entity: str, params: Mapping[str, str]) -> list[Row]:
        answer = self._client.ask("GET", entity, params=params)
        found = answer.get("list") if isinstance(answer, dict) else None
        if not isinstance(found, list) or not all(_is_row(row) for row in found):
            raise TargetBroken(f"GET {entity} answered with something that is no list of records")
        return found

    def store(self, method: str, path: str, body: object) -> Row:
        """The record that a POST or PATCH of one record answers with; {} where nothing changed.

        Raises RequestRefused with the server's reason, BatchRefused without a usable answer.
        """
        answer = self.send(method, path, body)
        if answer and not _is_row(answer):
            raise BatchRefused(f"{method} {path} answered with something that is no record")
        return answer

    def send(self, method: str, path: str, body: object) -> Row:
        """The object that something is answered with; errors are those of `store`."""
        try:
            answer = self._client.ask(method, path, body=body, write=True)
        except RequestRefused:
            raise
        except (ServerFailed, Unanswered, TargetBroken) as error:
            raise BatchRefused(str(error)) from error
        if answer is None:
            return {}
        if not isinstance(answer, dict):
            raise BatchRefused(f"{method} {path} answered with something that is no record")
        return answer

    def upsert(self, entity: str, payloads: Sequence[Mapping[str, object]]) -> list[Row]:
        """One answer for each payload, in their order. Raises BatchRefused without a usable one.

        The HTTP status is 200 whatever the items say (v1 025), and can be 200 for an error text
        (v1 235): only a list of the right length with known statuses counts.
        """
        items = [{"entity": entity, "payload": payload} for payload in payloads]
        try:
            answer = self._client.ask(
                "POST",
                "MassActions/action/upsert",
                body=items,
                write=True,
                splits=len(items) > 1,
            )
        except (ServerFailed, Unanswered, TargetBroken) as error:
            if isinstance(error, RequestRefused) and error.status == 404:  # noqa: PLR2004
                raise
            raise BatchRefused(str(error)) from error
        if not isinstance(answer, list) or len(answer) != len(items):
            told = f"{len(answer)} results" if isinstance(answer, list) else "no list of results"
            raise BatchRefused(f"{len(items)} items were answered with {told}")
        if not all(_is_result(result) for result in answer):
            raise BatchRefused("the answer has results of an unknown shape")
        return answer


def _is_row(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str)


def _is_result(result: object) -> bool:
    """Created and Updated come with the record, NotModified with nothing (v1 016-018)."""
    if not isinstance(result, dict) or result.get("status") not in _STATUSES:
        return False
    return result["status"] not in {"Created", "Updated"} or _is_row(result.get("entity"))
