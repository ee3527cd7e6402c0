"""What waits for a person."""

from __future__ import annotations

from dataclasses import dataclass

from portico.platform.access.permissions import Permission
from portico.platform.gate.verbs import query
from portico.platform.jobs import dead_letters
from portico.platform.jobs.dead_letters import DeadLetter
from portico.platform.kernel.call import Call

SHOWN = 200


@dataclass(frozen=True, slots=True)
class FailedJobs:
    """Background work that was given up: the newest ones, and how many there are in all."""

    total: int
    jobs: tuple[DeadLetter, ...]


@query(Permission.JOBS_READ, noted=False)
def list_failed_jobs(call: Call) -> FailedJobs:
    """Background work that failed as often as it may. Shows nobody's data."""
    return FailedJobs(total=dead_letters.count(), jobs=dead_letters.newest(SHOWN))


@query(Permission.JOBS_READ, noted=False)
def count_failed_jobs(call: Call) -> int:
    """How much failed work waits for a person."""
    return dead_letters.count()
