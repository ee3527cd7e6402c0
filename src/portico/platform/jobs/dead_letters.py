"""Work that was given up: for staff to see, and to start again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portico.platform.jobs.models import Job, JobState
from portico.platform.kernel import clock
from portico.platform.kernel.errors import NotThere


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that failed as often as it may. `fault` is a class and a place, without anybody's data."""

    job_id: UUID
    topic: str
    fault: str
    attempts: int
    created_at: datetime
    given_up_at: datetime


def count() -> int:
    """How many wait for a person."""
    return Job.objects.filter(state=JobState.DEAD).count()


def newest(limit: int) -> tuple[DeadLetter, ...]:
    """The newest ones first."""
    rows = Job.objects.filter(state=JobState.DEAD).order_by("-finished_at")[:limit]
    return tuple(
        DeadLetter(
            job_id=job.id,
            topic=job.topic,
            fault=job.error,
            attempts=job.attempts,
            created_at=job.created_at,
            given_up_at=job.finished_at or job.created_at,
        )
        for job in rows
    )


def start_again(job_id: UUID) -> str:
    """Put a dead job back on the queue, in the caller's transaction; gives its topic. NotThere if it is not dead.

    Where equal work waits already, the dead one is done with.
    """
    job = Job.objects.select_for_update().filter(id=job_id, state=JobState.DEAD).first()
    if job is None:
        raise NotThere
    equal = Job.objects.filter(topic=job.topic, key=job.key, state=JobState.WAITING)
    job.state = JobState.DONE if job.key and equal.exists() else JobState.WAITING
    job.attempts, job.run_after = 0, clock.now()
    job.save(update_fields=["state", "attempts", "run_after"])
    return job.topic


def give_up(job_id: UUID) -> str:
    """Let a dead job be, for good, in the caller's transaction; gives its topic. NotThere if it is not dead."""
    job = Job.objects.select_for_update().filter(id=job_id, state=JobState.DEAD).first()
    if job is None:
        raise NotThere
    job.state = JobState.DONE
    job.save(update_fields=["state"])
    return job.topic
