"""How resources are named: by their source's id, by address, by business identifier. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from portico.record import indexing
from portico.record.decoding import decode

Key = tuple[str, str]  # a type and the id its source gave

RELATIVE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?")
CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?identifier=([^&]+)")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A resource as it came: where it stood, its own bytes, and what it is called.

    Its values are read from the bytes when asked for, so that a large file is not in memory twice.
    """

    path: str
    raw: bytes
    type: str
    id: str = ""
    full_url: str = ""

    def values(self) -> dict[str, Any]:
        """The decoded resource, decimals kept."""
        return decode(self.raw)


def source_key(item: Incoming, sha: str) -> str:
    """The id that a source gave, or its fullUrl's, or what stands in for one: the content's own hash."""
    if item.id:
        return item.id
    if item.full_url.startswith(("urn:uuid:", "urn:oid:")):
        return item.full_url.split(":", 2)[2][:200]
    match = RELATIVE.search(item.full_url)
    return match[2] if match and match[1] == item.type else sha


def offered(key: Key, item: Incoming) -> Iterator[str]:
    """What an id and identifiers let references say; a fullUrl comes on top."""
    yield f"{key[0]}/{key[1]}"
    yield f"urn:uuid:{key[1]}"
    if key[0] in indexing.IDENTITY_TYPES:
        for system, value in indexing.identifiers_of(item.values()):
            yield f"{key[0]}?identifier={system}|{value}"


def target(value: str) -> str:
    """What a reference waits for: without a version, and with its bar as a bar."""
    if "?" in value:
        return value.replace("%7C", "|").replace("%7c", "|")
    match = RELATIVE.fullmatch(value)
    return f"{match[1]}/{match[2]}" if match else value


def key_in(target: str) -> str:
    """The source's id inside a reference; empty for addresses elsewhere."""
    if target.startswith(("urn:uuid:", "urn:oid:")):
        return target.split(":", 2)[2]
    return target.split("/", 1)[1] if RELATIVE.fullmatch(target) else ""
