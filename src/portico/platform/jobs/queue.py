"""Background work: put on the queue in the caller's transaction, done by the worker, tried again when it fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

Handler = Callable[[dict[str, Any]], None]


def enqueue(
    topic: str, payload: dict[str, Any], *, run_after: datetime | None = None, key: str = ""
) -> None:
    """Have `topic` done with `payload` once the caller's transaction commits.

    `key` folds equal work: while a job of the same topic and key waits, no second one is added.
    """
    raise RuntimeError("jobs are not wired")


def handler(topic: str) -> Callable[[Handler], Handler]:
    """Name the function that does a topic's work. It must bear being run twice."""
    raise RuntimeError("jobs are not wired")
