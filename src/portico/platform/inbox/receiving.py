"""Messages from outside: stored first, answered at once, understood later by the worker, and again when asked.

@receiving.listener("payments.stripe")
def on_event(message: Incoming) -> Outcome:
    return done() | ignored("of no concern") | waiting("the attempt is not here yet")
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from portico.platform.inbox.models import Forgery, Message, MessageState
from portico.platform.jobs import queue
from portico.platform.jobs.worker import describe
from portico.platform.kernel import clock, writers
from portico.platform.kernel.errors import NotThere

TOPIC = "inbox.understand"
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(hours=1)
PATIENCE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A stored message, for its listener."""

    id: UUID
    channel: str
    message_id: str
    body: bytes
    content_type: str
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a listener made of a message. `reason` is a few words for staff, without anybody's data."""

    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """`new` is False for a message that was here before: nothing happens a second time."""

    id: UUID
    new: bool


Listener = Callable[[Incoming], Outcome]
_listeners: dict[str, Listener] = {}


def done(reason: str = "") -> Outcome:
    """The message was understood and acted upon."""
    return Outcome(MessageState.DONE, reason)


def ignored(reason: str) -> Outcome:
    """The message is genuine and of no concern."""
    return Outcome(MessageState.IGNORED, reason)


def waiting(reason: str) -> Outcome:
    """The message is ahead of us: ask again later, for at most three days."""
    return Outcome(MessageState.WAITING, reason)


def listener(channel: str) -> Callable[[Listener], Listener]:
    """Name the function that understands a channel's messages. It must bear being run twice."""

    def decorate(listen: Listener) -> Listener:
        _listeners[channel] = listen
        return listen

    return decorate


def receive(
    channel: str,
    message_id: str,
    body: bytes,
    *,
    content_type: str = "",
    notes: dict[str, Any] | None = None,
) -> Receipt:
    """Store a verified message, once, and have it understood by the worker. Commits before it returns."""
    message = Message(
        channel=channel,
        message_id=message_id,
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        content_type=content_type,
        notes=notes or {},
    )
    with writers.turn(), transaction.atomic():
        Message.objects.bulk_create([message], ignore_conflicts=True)
        stored = Message.objects.only("id").get(channel=channel, message_id=message_id)
        new = stored.id == message.id
        if new:
            _have_understood(message.id)
    return Receipt(stored.id, new)


def note_forgery(channel: str) -> None:
    """Count a message whose signature did not fit. Nothing of it is kept."""
    day = clock.now().date()
    with writers.turn(), transaction.atomic():
        Forgery.objects.bulk_create([Forgery(channel=channel, day=day)], ignore_conflicts=True)
        Forgery.objects.filter(channel=channel, day=day).update(count=F("count") + 1)


def replay(message_id: UUID) -> None:
    """Have a stored message understood again, in the caller's transaction. NotThere if there is none."""
    changed = Message.objects.filter(id=message_id).update(
        state=MessageState.RECEIVED, tries=0, reason="", handled_at=None
    )
    if not changed:
        raise NotThere
    _have_understood(message_id)


@queue.handler(TOPIC)
def understand(payload: dict[str, Any]) -> None:
    """Give a message to its listener and keep what became of it."""
    message = Message.objects.get(id=payload["message"])
    if message.state in (MessageState.DONE, MessageState.IGNORED):
        return
    incoming = Incoming(
        id=message.id,
        channel=message.channel,
        message_id=message.message_id,
        body=bytes(message.body),
        content_type=message.content_type,
        notes=message.notes,
    )
    try:
        outcome = _listeners[message.channel](incoming)
    except Exception as error:
        _keep(message, Outcome(MessageState.FAILED, describe(error)))
        raise  # the job tries again, and becomes a dead letter in the end
    if outcome.state == MessageState.WAITING and clock.now() - message.received_at > PATIENCE:
        outcome = Outcome(MessageState.FAILED, outcome.reason)
    _keep(message, outcome)


def _keep(message: Message, outcome: Outcome) -> None:
    now = clock.now()
    with writers.turn(), transaction.atomic():
        Message.objects.filter(id=message.id).update(
            state=outcome.state,
            reason=outcome.reason[:300],
            tries=F("tries") + 1,
            handled_at=now,
        )
        if outcome.state == MessageState.WAITING:
            wait = min(FIRST_WAIT * 2 ** min(message.tries, 20), LONGEST_WAIT)
            queue.enqueue(TOPIC, {"message": str(message.id)}, run_after=now + wait)


def _have_understood(message_id: UUID) -> None:
    queue.enqueue(TOPIC, {"message": str(message_id)}, key=str(message_id))


def forget_forgeries() -> None:
    """Counts of forgeries older than a year are of no use."""
    Forgery.objects.filter(day__lt=clock.now().date() - timedelta(days=365)).delete()
