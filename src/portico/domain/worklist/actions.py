"""Verbs on what waits for a person."""

from __future__ import annotations

from uuid import UUID

from portico.domain.worklist.events import FailedJobGivenUp, FailedJobStartedAgain
from portico.platform.access.permissions import Permission
from portico.platform.gate.verbs import action
from portico.platform.jobs import dead_letters
from portico.platform.kernel.call import Call


@action(Permission.JOBS_RETRY)
def start_job_again(call: Call, *, job_id: UUID) -> None:
    """Have failed background work tried again, from its first attempt. NotThere when it no longer waits."""
    topic = dead_letters.start_again(job_id)
    call.emit(FailedJobStartedAgain(job_id=job_id, topic=topic))


@action(Permission.JOBS_RETRY)
def give_job_up(call: Call, *, job_id: UUID) -> None:
    """Let failed background work be. NotThere when it no longer waits."""
    topic = dead_letters.give_up(job_id)
    call.emit(FailedJobGivenUp(job_id=job_id, topic=topic))
