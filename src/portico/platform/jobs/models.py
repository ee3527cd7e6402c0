"""What is to be done in the background, and when regular work is due next."""

from __future__ import annotations

from django.db import models

from portico.platform.kernel import clock
from portico.platform.kernel.ids import new_id


class JobState(models.TextChoices):
    """`dead` is the dead letter: tried as often as its handler allows, and now waiting for a person."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(models.Model):
    """One piece of work. Payloads hold identifiers and slugs, never names or clinical words.

    While it runs, a worker holds a lease on it. A lease that ran out means the worker died:
    the job is taken again. `error` names the fault's class and place, without its message,
    because messages quote data.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    topic = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=200, blank=True)
    state = models.SlugField(max_length=10, choices=JobState, default=JobState.WAITING)
    run_after = models.DateTimeField(default=clock.now)
    attempts = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)
    leased_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["run_after"],
                name="jobs_waiting",
                condition=models.Q(state=JobState.WAITING),
            ),
            models.Index(
                fields=["leased_until"],
                name="jobs_running",
                condition=models.Q(state=JobState.RUNNING),
            ),
            models.Index(
                fields=["finished_at"],
                name="jobs_finished",
                condition=models.Q(state__in=[JobState.DONE, JobState.DEAD]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "key"],
                name="jobs_one_waiting",
                condition=models.Q(state=JobState.WAITING) & ~models.Q(key=""),
            )
        ]


class Schedule(models.Model):
    """When a piece of regular work is due next. Its interval stands in the code."""

    name = models.CharField(max_length=80, primary_key=True)
    due_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)
