"""What is looked at before any JSON is parsed: encoding, depth, and numbers that would eat the machine.

All in passes of the regular expression and bytes machinery, so that hostile input costs little.
"""

from __future__ import annotations

import codecs
import re

from portico.domain.intake.ports import Unreadable

DEEPEST = 64
MOST_OBJECTS = 2_000_000  # a small text can ask for much memory: {} becomes sixty bytes and more

# Possessive, and content with the end of the file instead of a quote: linear for any input.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
# The longest run that ends outside a string.
_WHOLE = re.compile(rb'(?:[^"]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
_WINDOW = 256 * 1024
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_NOT_COLONS = bytes(set(range(256)) - set(b":"))
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def ensure_encoding(content: bytes) -> None:
    """FHIR JSON is UTF-8 without a byte-order mark and without null characters."""
    if content.startswith(_MARKS):
        raise Unreadable(
            "The file begins with a byte-order mark. FHIR wants UTF-8 without one: save it so."
        )
    if b"\x00" in content:
        raise Unreadable("The file has null characters. It is not UTF-8 text, or it is damaged.")
    if not content.isascii():
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as fault:
            line = content.count(b"\n", 0, fault.start) + 1
            raise Unreadable("The text is not UTF-8. Save it as UTF-8.", f"line {line}") from None


def skeleton(content: bytes) -> bytes:
    """The text without its strings: brackets, colons, numbers.

    Window by window, so that a file made of quotes alone does not fill the memory with pieces.
    """
    if len(content) <= _WINDOW:
        return _STRING.sub(b"", content)
    pieces, start = [], 0
    while start < len(content):
        run = _WHOLE.match(content, start, start + _WINDOW)
        end = run.end() if run else start
        if end == start:  # a string longer than the window
            found = _STRING.match(content, start)
            start = found.end() if found else start + 1
            continue
        pieces.append(_STRING.sub(b"", content[start:end]))
        start = end
    return b"".join(pieces)


def ensure_depth(bare: bytes, path: str = "") -> None:
    """Refuse nesting deeper, or more objects and lists, than FHIR has; from the skeleton alone."""
    brackets = bare.translate(None, _NOT_BRACKETS)
    if len(brackets) > 2 * MOST_OBJECTS:
        raise Unreadable("It has too many objects and lists. Ask for it in several files.", path)
    for _ in range(DEEPEST):
        shorter = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    still_paired = b"{}" in brackets or b"[]" in brackets
    left_open = brackets.count(b"{") + brackets.count(b"[")
    if still_paired or left_open > DEEPEST:
        raise Unreadable(f"It is nested deeper than {DEEPEST} levels.", path)


def count_members(bare: bytes) -> int:
    """How many names an object text gives, repeated ones counted again."""
    return len(bare.translate(None, _NOT_COLONS))
