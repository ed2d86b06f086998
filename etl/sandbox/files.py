"""POST /File: whole as a data URL, or in pieces. Only what is known of a file is kept, not it."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from etl.sandbox.errors import Refused

if TYPE_CHECKING:
    from etl.sandbox.records import Records
    from etl.sandbox.store import Row

_IMAGES = {"jpg", "jpeg", "gif", "tiff", "png", "bmp", "webp", "avif"}
_SIGNATURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
PIECES = "_pieces"


def create_file(records: Records, payload: Row) -> Row:
    """Store a file (176-206): the whole content, or one piece of it."""
    if not payload.get("name") and "url" not in payload:
        raise Refused(400, "Validation failed. 'Name' is required.")
    if "piece" in payload:
        return _piece(records, payload)
    if "url" in payload:
        _refuse_url(payload)
    if "fileContents" not in payload:
        raise Refused(400, "File creating failed.")
    return _store(records, payload, _decoded(payload["fileContents"]))


def _refuse_url(payload: Row) -> None:
    """The sandbox fetches nothing; it says what the server says about a bad address (193-196)."""
    url = str(payload["url"])
    if not urlsplit(url).scheme:
        raise Refused(400, "Invalid URL")
    if not payload.get("name") and "." not in url.rpartition("/")[2]:
        raise Refused(400, "The filename does not have an extension")
    raise Refused(500, f"Download for '{url}' failed.")


def _check_type(records: Records, payload: Row) -> None:
    """A file type allows some extensions only (189)."""
    kind = records.table("FileType").live(payload.get("typeId"))
    extensions = (kind or {}).get("extensions") or []
    if extensions and file_view({"id": "", **payload})["extension"] not in extensions:
        raise Refused(400, f"Use only files with next extensions: {', '.join(extensions)}.")


def _decoded(data_url: object) -> bytes:
    """What follows the first comma; a text without a comma is an empty file (184)."""
    encoded = str(data_url).partition(",")[2]
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _store(records: Records, payload: Row, content: bytes) -> Row:
    _check_type(records, payload)
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    twin = records.table("File").first(("hash",), digest)
    answer = records.create("File", {key: payload[key] for key in payload if key != "fileContents"})
    row_id = answer["id"]
    facts = {
        "hash": digest,
        "fileSize": len(content),
        "mimeType": _mime_type(content),
        "fileMtime": records.installation.now(),
        "storageId": "a_base",
    }
    records.table("File").change(row_id, facts)
    answer |= facts
    if twin:
        answer["duplicate"] = records.views.columns(records.entity("File"), twin)
    return answer


def _piece(records: Records, payload: Row) -> Row:
    """One piece; the last of `piecesCount`, a whole number, gives the file (197-206)."""
    if not payload.get("id"):
        raise Refused(400, "ID is required if create via chunks.")
    file_id = str(payload["id"])
    name = payload.get("fileUniqueHash")
    if not name:
        return _store(records, payload, _decoded(payload["piece"]))
    if "start" not in payload:
        raise Refused(500, f"Permission denied for upload/files/.chunks/{name}/")
    table = records.table("Settings")
    upload = table.live(f"{PIECES}{name}") or {"id": f"{PIECES}{name}", "pieces": {}}
    pieces: Row = {**upload["pieces"], str(payload["start"]): payload["piece"]}
    table.put({**upload, "pieces": pieces})
    if file_id in records.table("File"):
        return {"created": True, "chunks": sorted(pieces, key=int)}
    if payload.get("piecesCount") is True or len(pieces) != payload.get("piecesCount"):
        return {"chunks": sorted(pieces, key=int)}
    content = b"".join(_decoded(pieces[start]) for start in sorted(pieces, key=int))
    return _store(records, payload, content)


def file_view(row: Row) -> Row:
    """What is worked out of a file's name when it is read (176, 310)."""
    extension = str(row.get("name", "")).rpartition(".")[2].lower()
    image = extension in _IMAGES
    folder = "images" if image and str(row.get("mimeType")).startswith("image/") else "downloads"
    return {
        "extension": extension,
        "hasOpen": image,
        "extensionCorrected": False,
        "downloadUrl": f"/{folder}/{row['id']}.{extension}",
    }


def _mime_type(content: bytes) -> str:
    if not content:
        return "application/x-empty"
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            return kind
    if content.startswith(b"<?php"):
        return "text/x-php"
    return (
        "text/plain" if content.isascii() and b"\0" not in content else "application/octet-stream"
    )
