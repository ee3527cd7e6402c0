"""The one place that reads the wall clock.

`PORTICO_TEST_CLOCK` (tests and the sandbox only; production refuses it) names a file that holds an
offset in whole seconds, such as `86400`. Web, worker and sandbox read the same file, so they move together.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's time, plus the test offset where one is set."""

    def now(self) -> datetime:
        path = os.environ.get("PORTICO_TEST_CLOCK")
        now = datetime.now(UTC)  # noqa: DTZ - this is the clock
        return now + timedelta(seconds=_offset(path)) if path else now


class FixedClock:
    """A clock that stands still until it is moved. For tests and simulations."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **delta: float) -> None:
        self.at += timedelta(**delta)


def _offset(path: str) -> int:
    try:
        return int(Path(path).read_text().strip() or "0")
    except FileNotFoundError:
        return 0


_current: ContextVar[Clock] = ContextVar("clock", default=SystemClock())  # noqa: B039 - stateless


def now() -> datetime:
    """The current time in UTC, by the clock in force."""
    return _current.get().now()


def today(zone: ZoneInfo) -> date:
    """The calendar date in a time zone, by the clock in force."""
    return now().astimezone(zone).date()


@contextmanager
def using(clock: Clock) -> Iterator[Clock]:
    """Put another clock in force for this context (thread or task)."""
    token = _current.set(clock)
    try:
        yield clock
    finally:
        _current.reset(token)
