"""A connection's URL: its one spelling, and the API below it."""

from __future__ import annotations

from urllib.parse import urlsplit

from etl.errors import UsageError

_PORTS = {"http": 80, "https": 443}


def normalised(url: str) -> str:
    """The root URL as the state knows it: no user, no default port, no slash at the end.

    Raises UsageError for what is no http(s) URL.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise UsageError(f"url: {url!r} is no URL: {error}") from error
    host = parts.hostname
    if parts.scheme not in _PORTS or not host:
        raise UsageError(f"url: {url!r} must begin with http:// or https:// and name a host")
    if ":" in host:
        host = f"[{host}]"
    place = host if port in {None, _PORTS[parts.scheme]} else f"{host}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"
