"""The server's patterns (PCRE between delimiters) as Python regular expressions."""

from __future__ import annotations

import re
import warnings

_FLAGS = "imsx"


def translated(pattern: object) -> str | None:
    """A pattern that the whole value must match, for `/…/flags`; None where there is no such.

    What Python cannot compile is left to the server. The server searches; so a pattern that is not
    anchored at both ends may be surrounded by anything.
    """
    if not isinstance(pattern, str):
        return None
    parts = re.fullmatch(r"/(.*)/([a-zA-Z]*)", pattern.strip(), re.DOTALL)
    if not parts:
        return None
    body = parts[1].replace(r"\/", "/")
    if not _anchored(body):
        body = f"(?s:.*)(?:{body})(?s:.*)"
    flags = "".join(flag for flag in _FLAGS if flag in parts[2])
    whole = f"(?{flags}){body}" if flags else body
    return whole if _compiles(whole) else None


def _anchored(body: str) -> bool:
    """`^…$` with no alternative outside of groups."""
    if not body.startswith("^") or not body.endswith("$") or body.endswith(r"\$"):
        return False
    bare = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", "", body)
    depth = 0
    for sign in bare:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            return False
    return True


def _compiles(pattern: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, Warning, OverflowError, RecursionError):
        return False
    return True
