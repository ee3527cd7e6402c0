"""Gzip undone within bounds, before anybody looks inside."""

from __future__ import annotations

import zlib

from portico.domain.intake.ports import Unreadable

MOST_BYTES = 256 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_PIECE = 4 * 1024 * 1024


def unpack(content: bytes) -> bytes:
    """The plain bytes of a file that may be gzipped. Refuses what is cut off, damaged or too large."""
    if len(content) > MOST_BYTES:
        raise Unreadable(TOO_LARGE)
    if not content.startswith(_GZIP):
        return content
    pieces: list[bytes] = []
    size, rest = 0, content
    while rest.startswith(_GZIP):
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            try:
                piece = member.decompress(rest, _PIECE)
            except zlib.error:
                raise Unreadable("The packed file is damaged. Ask for it again.") from None
            rest = member.unconsumed_tail or member.unused_data
            size += len(piece)
            if size > MOST_BYTES:
                raise Unreadable(TOO_LARGE)
            if not piece and not rest and not member.eof:
                raise Unreadable("The packed file ends in the middle. Ask for it again.")
            pieces.append(piece)
    return b"".join(pieces)


TOO_LARGE = (
    f"The file is larger than {MOST_BYTES // 1024**2} MB unpacked. "
    "Ask for it in several files, or as NDJSON."
)
