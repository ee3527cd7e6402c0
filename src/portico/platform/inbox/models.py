"""What came in from outside, exactly as it came."""

from __future__ import annotations

from django.db import models

from portico.platform.kernel import clock
from portico.platform.kernel.ids import new_id


class MessageState(models.TextChoices):
    """`waiting`: it speaks of something that is not here yet. `ignored`: known, and of no concern."""

    RECEIVED = "received"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    IGNORED = "ignored"


class Message(models.Model):
    """A message from outside: a webhook, a feed's file. `channel` and `message_id` name it once and for all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.SlugField(max_length=40)
    message_id = models.CharField(max_length=255)
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100, blank=True)
    notes = models.JSONField(default=dict)  # what was verified on receipt: key id, signature time
    state = models.SlugField(max_length=10, choices=MessageState, default=MessageState.RECEIVED)
    reason = models.CharField(max_length=300, blank=True)
    tries = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(default=clock.now)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "message_id"], name="inbox_once")]
        indexes = [models.Index(fields=["state", "received_at"], name="inbox_by_state")]


class Forgery(models.Model):
    """How often a channel was sent something that was not from its sender, by day."""

    channel = models.SlugField(max_length=40)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "day"], name="inbox_forgeries_a_day")
        ]
