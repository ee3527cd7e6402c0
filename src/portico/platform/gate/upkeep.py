"""The installation's own regular work."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore

from portico.platform.audit import sealing
from portico.platform.files import keeping
from portico.platform.inbox import receiving
from portico.platform.jobs import queue, worker

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


def register() -> None:
    """Put it on the schedule. Called once, by the wiring."""
    queue.every("audit.seal", MINUTE, sealing.seal)
    queue.every("jobs.forget", HOUR, worker.forget_done_work)
    queue.every("inbox.count", HOUR, receiving.forget_forgeries)
    queue.every("files.sweep", DAY, keeping.sweep)
    queue.every("sessions.clear", HOUR, SessionStore.clear_expired)
