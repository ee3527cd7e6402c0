"""References inside raw text: found, and replaced without touching another byte. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

# A quote before `reference` that opens a name: inside a string it would be escaped, and a closing quote cannot
# stand directly before a letter. So this finds every reference and nothing else.
_REFERENCE = re.compile(rb'("reference"\s*:\s*")((?:[^"\\]|\\.)*+)"')
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}:,]')


def values_in(raw: bytes) -> list[str]:
    """Every reference value of a resource, as it reads, in order, `#contained` ones left out."""
    found = []
    for _, value in _REFERENCE.findall(raw):
        if not value.startswith(b"#"):
            found.append(_read(value))
    return found


def replace(raw: bytes, replaced: Mapping[str, str]) -> bytes:
    """The text with reference values replaced; every other byte stays."""

    def put(match: re.Match[bytes]) -> bytes:
        new = replaced.get(_read(match[2]))
        return match[0] if new is None else match[1] + new.encode() + b'"'

    return _REFERENCE.sub(put, raw)


def with_id(raw: bytes, fhir_id: str) -> bytes:
    """The text with its own `id` set to ours; put first where the source gave none."""
    start = raw.index(b"{") + 1
    depth, key, name = 0, b"", b""
    for token in _TOKEN.finditer(raw):
        text = token[0]
        if text in b"{[":
            depth += 1
        elif text in b"}]":
            depth -= 1
        elif depth == 1 and text == b":":
            name = key
        elif depth == 1 and text == b",":
            name = b""
        elif depth == 1 and text.startswith(b'"'):
            if name == b'"id"':
                return raw[: token.start()] + f'"{fhir_id}"'.encode() + raw[token.end() :]
            key = text
    return raw[:start] + f'"id":"{fhir_id}",'.encode() + raw[start:]


def _read(value: bytes) -> str:
    if b"\\" in value:
        text: str = msgspec.json.decode(b'"' + value + b'"', type=str)
        return text
    return value.decode()
