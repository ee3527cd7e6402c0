"""FHIR R4 as JSON: bundles of every kind, NDJSON, and single resources, recognised by content.

Every resource leaves with the very bytes it came with, sliced out of the file and never written anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import msgspec

from portico.connectors.feeds import packing
from portico.connectors.feeds.fhir import bounds, shape
from portico.domain.intake.ports import Opened, Unreadable
from portico.record.naming import Incoming

LARGEST_RESOURCE = 32 * 1024 * 1024
LARGEST_DOCUMENT = 64 * 1024 * 1024  # a bundle is looked at as a whole; NDJSON is not
MOST_RESOURCES = 500_000

_decoder = msgspec.json.Decoder(float_hook=Decimal)
_NULL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"(\s*+:)?', re.DOTALL)


class _Entry(msgspec.Struct):
    resource: msgspec.Raw = msgspec.Raw(b"")


class _Bundle(msgspec.Struct):
    entry: list[_Entry] = []


_slicer = msgspec.json.Decoder(_Bundle)


def open_fhir(content: bytes) -> Opened:
    """Recognise FHIR JSON. Raises `Unreadable` for what is not, or cannot be, FHIR."""
    plain = packing.unpack(content)
    bounds.ensure_encoding(plain)
    start = plain.lstrip()[:1]
    if not start:
        raise Unreadable("The file is empty.")
    if start != b"{":
        raise Unreadable(
            "Portico does not know this kind of file. It takes FHIR R4 as JSON or NDJSON, plain or gzipped."
        )
    lines = _is_ndjson(plain)
    return Opened(
        format="fhir-ndjson" if lines else "fhir-json",
        sha256=hashlib.sha256(plain).hexdigest(),
        byte_count=len(plain),
        read=lambda: _lines(plain) if lines else _document(plain, ""),
    )


def _is_ndjson(plain: bytes) -> bool:
    """Several lines, of which the first is whole: {"resourceType": ...}."""
    first, _, rest = plain.lstrip().partition(b"\n")
    if not rest.strip() or not first.rstrip().endswith(b"}"):
        return False
    try:
        value = _decoder.decode(first)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return isinstance(value, dict) and "resourceType" in value


def _lines(plain: bytes) -> Iterator[Incoming]:
    start, number, count = 0, 0, 0
    while start < len(plain):
        end = plain.find(b"\n", start)
        end = len(plain) if end < 0 else end
        line = plain[start:end].strip()
        start, number = end + 1, number + 1
        if not line:
            continue
        for item in _document(line, f"line {number}"):
            count += 1
            if count > MOST_RESOURCES:
                raise Unreadable(TOO_MANY, f"line {number}")
            yield item


def _document(text: bytes, where: str) -> Iterator[Incoming]:
    """The resources of one JSON text: a bundle's entries, or the one resource it is."""
    value = _checked(text, where)
    if value["resourceType"] != "Bundle":
        name = value["resourceType"]
        yield Incoming(_join(where, name), text.strip(), name, value.get("id", ""))
        return
    entries = value.get("entry", [])
    if len(entries) > MOST_RESOURCES:
        raise Unreadable(TOO_MANY, _join(where, "Bundle.entry"))
    raws = _slicer.decode(text).entry
    pairs = list(zip(entries, raws, strict=True))
    numbered = list(enumerate(pairs))
    if (
        value.get("type") == "history"
    ):  # newest first, as histories are; they are taken in as they happened
        numbered.reverse()
    for index, (entry, raw) in numbered:
        path = _join(where, f"Bundle.entry[{index}]")
        item = _entry(entry, bytes(raw.resource), path)
        if item:
            yield item


def _entry(entry: dict[str, Any], raw: bytes, path: str) -> Incoming | None:
    method = entry.get("request", {}).get("method")
    if method in ("DELETE", "PATCH"):
        raise Unreadable(
            "This entry asks to delete or patch. An import takes whole resources only.",
            f"{path}.request.method",
        )
    resource = entry.get("resource")
    if resource is None or resource["resourceType"] == "OperationOutcome":
        return None
    if len(raw) > LARGEST_RESOURCE:
        raise Unreadable(_TOO_LARGE, f"{path}.resource")
    full_url = entry.get("fullUrl", "")
    name, given = resource["resourceType"], resource.get("id", "")
    return Incoming(f"{path}.resource", raw, name, given, full_url)


def _checked(text: bytes, where: str) -> dict[str, Any]:
    """The values of a text that is bounded, whole, FHIR R4 in shape, and names nothing twice."""
    if len(text) > LARGEST_DOCUMENT:
        raise Unreadable(_TOO_LARGE_WHOLE, where)
    bare = bounds.skeleton(text)
    bounds.ensure_depth(bare, where)
    value: dict[str, Any] = _decoded(text, where)
    if b"\\u" in text:
        _ensure_plain(text, where)
    try:
        members = shape.check(value)
    except shape.Wrong as wrong:
        root = value.get("resourceType") if isinstance(value, dict) else ""
        known = root if isinstance(root, str) and root.isalpha() and len(root) < 40 else ""
        path = wrong.path if not known else ".".join(p for p in (known, wrong.path) if p)
        raise Unreadable(wrong.reason, _join(where, path)) from None
    if bounds.count_members(bare) != members:
        raise Unreadable(*_repeated(text, where))
    return value


def _ensure_plain(text: bytes, where: str) -> None:
    """No null characters, and no escapes in names: they would hide an id or a reference from us."""
    if _NULL_ESCAPE.search(text):
        raise Unreadable("It has null characters, which FHIR forbids.", where)
    if any(token[1] and b"\\" in token[0] for token in _TOKEN.finditer(text)):
        raise Unreadable("It has escapes in names, which no FHIR name needs.", where)


def _decoded(text: bytes, where: str) -> Any:
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError:
        raise Unreadable("It has a whole number with too many digits.", where) from None
    except RecursionError:
        raise Unreadable(f"It is nested deeper than {bounds.DEEPEST} levels.", where) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        if "truncated" in str(fault):
            reason = "The file ends in the middle; it may be half-written. Ask for it again."
            raise Unreadable(reason, where or f"line {_line(text, len(text))}") from None
        at = re.search(r"\(byte (\d+)\)", str(fault))
        place = where or (f"line {_line(text, int(at[1]))}" if at else "")
        raise Unreadable("This is not JSON: a sign is missing or too many.", place) from None


def _repeated(text: bytes, where: str) -> tuple[str, str]:
    """Which name is given twice. Slow, and only for files that are refused."""
    twice: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return dict(pairs)

    json.loads(text, object_pairs_hook=look, parse_float=str, parse_int=str)
    name = "".join(c for c in (twice or ["?"])[0][:60] if c.isalnum() or c in "_-")
    return (
        f"The name {name} is given twice in one object. One of them would be lost.",
        where or name,
    )


def _line(text: bytes, position: int) -> int:
    return text.count(b"\n", 0, position) + 1


def _join(where: str, path: str) -> str:
    return ": ".join(part for part in (where, path) if part)


_TOO_LARGE = f"This resource is larger than {LARGEST_RESOURCE // 1024**2} MB."
_TOO_LARGE_WHOLE = (
    f"A bundle of more than {LARGEST_DOCUMENT // 1024**2} MB is too large. Ask for it as NDJSON."
)
TOO_MANY = f"The file holds more than {MOST_RESOURCES} resources. Ask for it in several files."
