"""Identifiers: random for rows and addresses, short and readable for paper."""

from __future__ import annotations

import secrets
from uuid import UUID, uuid4

# No 0/O, 1/I/L: a person reads these from paper and types them.
READABLE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_id() -> UUID:
    """A random identifier (122 bits), safe to stand in an address. It authorises nothing."""
    return uuid4()


def new_readable_code(length: int) -> str:
    """A code for paper, from an alphabet of 31 letters and digits (4.95 bits each), upper case."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def clean_readable_code(typed: str) -> str:
    """What was meant by a typed code: upper case, without spaces and dashes."""
    return "".join(c for c in typed.upper() if c.isalnum())


def group_code(code: str, size: int = 4) -> str:
    """A code in groups, as printed: H7KQ 4N8V 3."""
    return " ".join(code[i : i + size] for i in range(0, len(code), size))
