"""Finds what a path does; everything that is refused becomes an answer here."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from etl.sandbox.errors import Refused
from etl.sandbox.lists import in_language
from etl.sandbox.login import Locked
from etl.sandbox.message import PREFIX, Request, Response
from etl.sandbox.records import Records
from etl.sandbox.routes import actions, admin, crud, links
from etl.sandbox.upsert import is_queued, queue, read_items, upsert
from etl.sandbox.where import parse_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.sandbox.faults import Forbidden
    from etl.sandbox.installation import Installation
    from etl.sandbox.login import Logins
    from etl.sandbox.store import Row

MAX_REQUEST_LINE = 8190
NOT_MODIFIED = 304
TOO_LONG = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n'
    "<html><head>\n<title>414 Request-URI Too Long</title>\n</head><body>\n"
    "<h1>Request-URI Too Long</h1>\n<p>The requested URL's length exceeds the capacity\n"
    "limit for this server.<br />\n</p>\n</body></html>\n"
)
NO_PAGE = (
    "<html><head><title>404 Page Not Found</title></head><body><h1>404 Page Not Found</h1>"
    "<p>The page you are looking for could not be found.</p></body></html>"
)
UPSERT = "/MassActions/action/upsert"
DEEPEST = 3


class Router:
    """Answers requests to one installation."""

    def __init__(self, installation: Installation, logins: Logins) -> None:
        self._installation = installation
        self._logins = logins

    def answer(
        self, request: Request, limit: int | None = None, forbidden: Forbidden | None = None
    ) -> Response:
        """The answer to a request; `limit` is how many items of an upsert are done."""
        line = f"{request.method} {request.target} HTTP/1.1"
        if len(line) > MAX_REQUEST_LINE:
            return Response.refusal(414, body=TOO_LONG)
        try:
            return self._route(request, limit, forbidden)
        except Locked as locked:
            return Response.refusal(locked.status, locked.reason, body="")
        except Refused as refusal:
            return Response.refusal(refusal.status, refusal.reason)
        except Exception:  # noqa: BLE001 - as PHP does: 500, and the story goes elsewhere
            traceback.print_exc()
            return Response.refusal(500)
        finally:
            with self._installation.lock:
                self._installation.store.commit()

    def _route(self, request: Request, limit: int | None, forbidden: Forbidden | None) -> Response:
        if not request.path.startswith(PREFIX):
            raise Refused(404)
        path = request.path.removeprefix(PREFIX)
        if path == "/App/user":
            return self._logins.login(request)
        if path in {"", "/"}:
            return Response(body=b"REST API", content_type="text/html; charset=UTF-8")
        self._logins.check(request)
        if path == UPSERT:
            return self._upsert(request, limit, forbidden)
        if "x-http-method-override" in request.headers:
            raise Refused(400)  # there is no list by POST (330)
        parts = [unquote(part) for part in path.strip("/").split("/")]
        with self._installation.lock:
            value = self._dispatch(request, parts)
        return value if isinstance(value, Response) else Response.of(value)

    def _upsert(self, request: Request, limit: int | None, forbidden: Forbidden | None) -> Response:
        if request.method != "POST":
            raise Refused(400)  # (046, 047)
        items = read_items(request)
        if is_queued(request):
            with self._installation.lock:
                queue(self._installation, items)
        return Response.of(upsert(self._installation, items, limit, forbidden))

    def _dispatch(self, request: Request, parts: list[str]) -> Any:  # noqa: ANN401 - JSON
        if parts == ["App", "action", "destroyAuthToken"]:
            return self._logins.logout(request.record().get("token", ""))
        special = admin.ROUTES.get(parts[0])
        if special:
            return special(self._installation, request, parts[1:])
        if parts[0] not in self._installation.schema:
            raise Refused(404, f"Controller '{parts[0]}' is not found")  # (254, 255)
        records = Records(self._installation)
        query = self._query(request)
        if len(parts) > 1 and parts[1] == "action":
            return actions.act(records, request, parts[0], "/".join(parts[2:]), query)
        value = _entity_route(records, request, parts, query)
        return self._translated(request, parts, value)

    def _query(self, request: Request) -> Row:
        """The query; with the header `language` its fields are selected in that one, too (027)."""
        query = parse_query(request.query)
        ending = self._installation.schema.suffixes.get(request.headers.get("language", ""))
        if ending and query.get("select"):
            names = str(query["select"]).split(",")
            entity = self._installation.schema[request.path.split("/")[3]]
            names += [f"{one}{ending}" for one in names if f"{one}{ending}" in entity.fields]
            query["select"] = ",".join(names)
        return query

    def _translated(self, request: Request, parts: list[str], value: Any) -> Any:  # noqa: ANN401
        locale = request.headers.get("language")
        if locale and request.method == "GET" and isinstance(value, dict):
            schema = self._installation.schema
            return in_language(value, schema[parts[0]], schema.suffixes, locale)
        return value


def _entity_route(records: Records, request: Request, parts: list[str], query: Row) -> Any:  # noqa: ANN401
    if len(parts) > DEEPEST:
        return Response.refusal(404, body=NO_PAGE)  # (259)
    name, *rest = parts
    if len(rest) == 2 and rest[1] == "relation":  # noqa: PLR2004 - /{Entity}/{link}/relation
        return links.relation(records, request, name, rest[0])
    if len(rest) == 2:  # noqa: PLR2004 - /{Entity}/{id}/{link}
        return links.link_route(records, request, name, (rest[0], rest[1]), query)
    routes: dict[tuple[str, int], Callable[[], Any]] = {
        ("GET", 0): lambda: crud.read_list(records, name, query),
        ("POST", 0): lambda: crud.create(records, name, request),
        ("GET", 1): lambda: crud.read_one(records, name, rest[0]),
        ("PATCH", 1): lambda: crud.change(records, name, rest[0], request),
        ("PUT", 1): lambda: crud.change(records, name, rest[0], request),
        ("DELETE", 1): lambda: crud.delete(records, name, rest[0], request),
    }
    route = routes.get((request.method, len(rest)))
    if route is None:
        raise Refused(404 if request.method != "POST" else 400)  # (330)
    return route()
