"""How bills are numbered, and when they are due. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, timedelta

DAYS_TO_PAY = 30


def prefix_of(organisation: str) -> str:
    """The letters before a bill's number: the first letters of the organisation's first two words."""
    letters = [word[0] for word in organisation.split() if word[0].isalpha()][:2]
    return "".join(letters).upper() or "B"


def number_of(prefix: str, serial: int) -> str:
    """A bill's printed number: HS-20418."""
    return f"{prefix}-{serial}"


def serial_after(prefix: str, number: str, next_serial: int) -> int:
    """The next serial when `number` was given by hand, so that it is not given again."""
    head, _, tail = number.rpartition("-")
    return max(next_serial, int(tail) + 1) if head == prefix and tail.isdigit() else next_serial


def due_date_of(issued: date) -> date:
    """When a bill of that day is due, unless the organisation says otherwise."""
    return issued + timedelta(days=DAYS_TO_PAY)


def history_before(newest: date) -> date:
    """The first service date that is not history: twelve months before the newest claim."""
    try:
        return newest.replace(year=newest.year - 1)
    except ValueError:  # 29 February
        return newest.replace(year=newest.year - 1, day=28)


def digest_of(parts: Iterable[object]) -> str:
    """SHA-256 over values in their order, independent of how a database writes them."""
    text = json.dumps([str(part) for part in parts], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
