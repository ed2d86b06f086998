"""A record's values as canonical text and back: for digests, and for waiting on disk."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from etl.model.record import LinkMode, LinkRefs, Ref, RefKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from etl.model.record import Value


def _tagged(value: object) -> dict[str, Any]:
    if isinstance(value, Ref):
        parts = [value.kind, value.entity, value.by, value.key, value.scope, value.ignore_case]
        return {"ref": parts}
    if isinstance(value, LinkRefs):
        return {"links": value.refs, "mode": value.mode}
    raise TypeError(f"no record value: {value!r}")


DIGEST = 16  # bytes: a million records meet by chance once in 10^26 files

_encoder = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=_tagged, allow_nan=False
)


def encode(values: Mapping[str, Value] | tuple[str | Ref, ...]) -> str:
    """The one text of these values: equal values give equal texts, and `decode` gives them back."""
    return _encoder.encode(values)


def value_token(name: str, value: Value) -> str:
    """A text for a digest: it equals another's exactly if name and value are equal."""
    if isinstance(value, (Ref, LinkRefs)):
        return f"{name}{value.token}"
    return f"{name}={value!r}"


def record_digest(fingerprint: bytes, entity: str, tokens: Iterable[str]) -> bytes:
    """The content's digest, keyed with the mapping's fingerprint: what the delta goes by.

    `tokens` are those of the record's values, in the order of their names.
    """
    text = f"{entity}\x1e" + "\x1e".join(tokens)
    return blake2b(
        text.encode("utf-8", "surrogatepass"), key=fingerprint, digest_size=DIGEST
    ).digest()


_REF_KINDS = {kind.value: kind for kind in RefKind}  # a call of the enum costs ten times as much
_LINK_MODES = {mode.value: mode for mode in LinkMode}


def _untagged(found: dict[str, Any]) -> Any:  # noqa: ANN401 - json's own contract
    if "ref" in found and isinstance(found["ref"], list):
        kind, entity, by, key, scope, ignore_case = found["ref"]
        return Ref(_REF_KINDS[kind], entity, tuple(by), tuple(key), scope, ignore_case)
    if "links" in found and "mode" in found:
        return LinkRefs(tuple(found["links"]), _LINK_MODES[found["mode"]])
    return found


_decoder = json.JSONDecoder(object_hook=_untagged)


def decode_values(text: str) -> dict[str, Value]:
    """The values that `encode` wrote."""
    found: dict[str, Any] = _decoder.decode(text)
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
    }


def decode_key(text: str) -> tuple[str | Ref, ...]:
    """The key that `encode` wrote."""
    return tuple(_decoder.decode(text))
