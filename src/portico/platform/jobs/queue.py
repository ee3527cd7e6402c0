"""Background work: put on the queue in the caller's transaction, done by the worker, tried again when it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portico.platform.jobs.models import Job
from portico.platform.kernel import clock

Work = Callable[[dict[str, Any]], None]

ATTEMPTS = 10
REGULAR_ATTEMPTS = 3  # its next round is the better retry


@dataclass(frozen=True, slots=True)
class Handler:
    """The function that does a topic's work, and how often it may fail before a person is asked."""

    work: Work
    attempts: int


@dataclass(frozen=True, slots=True)
class Regular:
    """Work that comes round every so many seconds."""

    name: str
    seconds: int
    topic: str


handlers: dict[str, Handler] = {}
regulars: dict[str, Regular] = {}


class TopicTaken(AssertionError):
    """Two functions claim one topic."""


def enqueue(
    topic: str,
    payload: dict[str, Any],
    *,
    run_after: datetime | None = None,
    key: str = "",
) -> None:
    """Have `topic` done with `payload` once the caller's transaction commits. One statement.

    `key` folds equal work: while a job of the same topic and key waits, no second one is added.
    """
    job = Job(topic=topic, payload=payload, key=key, run_after=run_after or clock.now())
    if key:
        Job.objects.bulk_create([job], ignore_conflicts=True)
    else:
        job.save(force_insert=True)


def handler(topic: str, *, attempts: int = ATTEMPTS) -> Callable[[Work], Work]:
    """Name the function that does a topic's work. It must bear being run twice.

    It runs outside any transaction. When it raises, it is tried again after a growing delay, at most
    `attempts` times in all; then the job is a dead letter that staff see and may start again.
    """

    def decorate(work: Work) -> Work:
        known = handlers.get(topic)
        if known is not None and known.work.__qualname__ != work.__qualname__:
            raise TopicTaken(topic)
        handlers[topic] = Handler(work, attempts)
        return work

    return decorate


def every(name: str, seconds: int, work: Callable[[], object]) -> None:
    """Have `work` done about every `seconds`, by one worker at a time. It must bear being run twice.

    A missed round is not made up for: after a stop of a day it runs once.
    """
    topic = f"schedule.{name}"

    def run(payload: dict[str, Any]) -> None:
        work()

    run.__qualname__ = f"{work.__module__}.{work.__qualname__}"
    handler(topic, attempts=REGULAR_ATTEMPTS)(run)
    regulars[name] = Regular(name, seconds, topic)
