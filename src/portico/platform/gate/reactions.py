"""Who reacts to which event. A reaction runs later, in the worker, as a job of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from portico.platform.jobs import queue
from portico.platform.kernel.events import Event, revive

E = TypeVar("E", bound=Event)
Reaction = Callable[[Any], None]

_reactions: dict[str, list[str]] = {}


def on(event: type[E], *, name: str) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Have a function react to an event. `name` is the job's topic, unique: "notices.send-receipt".

    The reaction must bear being run twice. It calls verbs with a system call.
    """

    def decorate(reaction: Callable[[E], None]) -> Callable[[E], None]:
        def work(payload: dict[str, Any]) -> None:
            reaction(revive(event.kind(), payload))  # type: ignore[arg-type]

        queue.handler(name)(work)
        _reactions.setdefault(event.kind(), []).append(name)
        return reaction

    return decorate


def hand_over(event: Event) -> None:
    """Put a job on the queue for everybody who reacts to the event, in the caller's transaction."""
    for name in _reactions.get(event.kind(), ()):
        queue.enqueue(name, event.payload())
